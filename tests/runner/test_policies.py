"""The installation's policies where DAGs are run and read without a scheduler."""

import logging
from pathlib import Path

import pytest

from venturi.cli.localdags import all_local_dags
from venturi.runner.inprocess import run_dag_test, run_task_test
from venturi.sdk.dag import DAG
from venturi.sdk.operator import BaseOperator

POLICY = """
def task_policy(task):
    if task.owner == "nobody":
        from airflow.exceptions import AirflowClusterPolicyViolation
        raise AirflowClusterPolicyViolation(f"{task.task_id} has no owner")
    task.queue = task.queue + "-ruled"
"""

FILE = """
from airflow.sdk import DAG
from airflow.providers.standard.operators.empty import EmptyOperator

with DAG({name!r}):
    EmptyOperator(task_id="t", owner={owner!r})
"""


class Queue(BaseOperator):
    """Returns its queue."""

    def execute(self, context: object) -> str:
        return self.queue


@pytest.fixture
def policies(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/airflow_local_settings.py").write_text(POLICY)


@pytest.mark.usefixtures("policies")
def test_dag_test_obeys_them_once() -> None:
    with DAG("d") as dag:
        Queue(task_id="t")
    for _ in range(2):
        assert run_dag_test(dag).xcom("t") == "default-ruled"
    assert run_task_test(dag, "t").xcoms[0].value == '"default-ruled"'


@pytest.mark.usefixtures("policies")
def test_commands_that_read_files_obey_them(tmp_path: Path) -> None:
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "a.py").write_text(FILE.format(name="a", owner="me"))
    (folder / "b.py").write_text(FILE.format(name="b", owner="nobody"))
    found = all_local_dags(str(folder))
    assert {name: dag.get_task("t").queue for name, dag in found.dags.items()} == {
        "a": "default-ruled"
    }
    assert [
        (Path(broken.path).name, "t has no owner" in broken.error) for broken in found.broken
    ] == [("b.py", True)]


def test_without_policies_nothing_changes() -> None:
    with DAG("d") as dag:
        Queue(task_id="t")
    assert run_dag_test(dag).xcom("t") == "default"


def test_broken_policies_are_told_and_rule_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config/airflow_local_settings.py").write_text("import nowhere_to_be_found")
    with DAG("d") as dag:
        Queue(task_id="t")
    with caplog.at_level(logging.ERROR):
        assert run_dag_test(dag).xcom("t") == "default"
    assert "airflow_local_settings.py cannot be imported" in caplog.text
