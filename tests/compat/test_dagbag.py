"""`DagBag`: people's own tests of their DAG folders."""

from pathlib import Path

import pytest

from airflow.models import DagBag

GOOD = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("{dag_id}", start_date=datetime(2020, 1, 1), schedule=None) as dag:
    BashOperator(task_id="one", bash_command="date") >> BashOperator(
        task_id="two", bash_command="date"
    )
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "good.py").write_text(GOOD.format(dag_id="good"))
    (tmp_path / "sub" / "deep.py").write_text(GOOD.format(dag_id="deep"))
    (tmp_path / "bad.py").write_text("import airflow  # dag\n1 / 0\n")
    (tmp_path / "notes.py").write_text("raise SystemExit('not a file of ours')\n")
    return tmp_path


def test_a_folder_is_read_with_its_subfolders(folder: Path) -> None:
    bag = DagBag(dag_folder=folder, include_examples=False)
    assert sorted(bag.dag_ids) == ["deep", "good"]
    assert bag.size() == 2
    dag = bag.get_dag("good")
    assert dag is not None
    assert {task.task_id for task in dag.tasks} == {"one", "two"}
    assert dag.fileloc == str(folder / "good.py")
    assert bag.get_dag("missing") is None


def test_a_broken_file_is_an_import_error_and_harms_no_other(folder: Path) -> None:
    bag = DagBag(str(folder))
    assert bag.import_errors == {str(folder / "bad.py"): "ZeroDivisionError: division by zero"}


def test_the_report_counts_what_was_read(folder: Path) -> None:
    report = DagBag(folder).dagbag_report()
    assert "Number of DAGs: 2" in report
    assert "Total task number: 4" in report


def test_two_files_with_one_id_are_told_apart(folder: Path) -> None:
    (folder / "same.py").write_text(GOOD.format(dag_id="good"))
    bag = DagBag(folder)
    assert "good" in bag.dags
    assert str(folder / "same.py") in bag.import_errors


def test_dags_of_a_file_that_failed_do_not_pass_to_the_next(folder: Path) -> None:
    half = "from airflow.sdk import DAG\nwith DAG('half'):\n    pass\nraise ValueError('later')\n"
    (folder / "a_half.py").write_text(half)
    (folder / "b_half.py").write_text(half)
    bag = DagBag(folder)
    assert "half" not in bag.dags
    assert bag.import_errors[str(folder / "b_half.py")] == "ValueError: later"
    assert bag.get_dag("good").fileloc == str(folder / "good.py")


def test_a_single_file_is_a_bag_too(folder: Path) -> None:
    assert DagBag(folder / "good.py").dag_ids == ["good"]
