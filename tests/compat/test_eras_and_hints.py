"""What an import says about the age of the file, and the hint it earns."""

from typing import Any

import pytest

from venturi.compat import hints
from venturi.sdk.era import era_of
from venturi.spec.model import Era


def run(source: str, file: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "a_dag_file", "__file__": file}
    exec(compile(source, file, "exec"), names)
    return names


AGES = [
    ("from airflow.operators import BashOperator", Era.V1),
    ("from airflow.operators.bash_operator import BashOperator", Era.V1),
    ("import airflow\nairflow.operators.bash_operator.BashOperator", Era.V1),
    ("from airflow.operators.bash import BashOperator", Era.V2),
    ("from airflow import DAG", Era.V2),
    ("from airflow import DAG\nfrom airflow.operators.dummy_operator import DummyOperator", Era.V1),
    ("from airflow.utils.dates import days_ago", Era.V2),
    ("from airflow.sdk import DAG", Era.V3),
    ("from airflow import DAG\nfrom airflow.sdk import task", Era.V3),
    ("from airflow.providers.standard.operators.bash import BashOperator", Era.V3),
    ("from airflow.exceptions import AirflowException", Era.V3),
]


@pytest.mark.parametrize(("source", "age"), AGES, ids=[source for source, _ in AGES])
def test_an_import_says_how_old_the_file_is(source: str, age: Era) -> None:
    assert era_of(run(source, "/dags/aged.py")) is age


def test_each_file_is_marked_though_the_module_is_loaded_once() -> None:
    first = run("from airflow.operators.bash_operator import BashOperator", "/dags/one.py")
    second = run("from airflow.operators.bash_operator import BashOperator", "/dags/two.py")
    assert era_of(first) is era_of(second) is Era.V1


def test_a_file_gets_one_hint_with_all_old_names() -> None:
    file = "/dags/hinted.py"
    hints.forget(file)
    run(
        "from airflow.operators.dummy_operator import DummyOperator\n"
        "from airflow.hooks.base_hook import BaseHook",
        file,
    )
    assert hints.hint_of(file) == (
        "Old names work, but have moved: "
        "airflow.hooks.base_hook.BaseHook (today airflow.sdk.BaseHook), "
        "airflow.operators.dummy_operator.DummyOperator "
        "(today airflow.providers.standard.operators.empty.EmptyOperator)."
    )


def test_todays_names_earn_no_hint() -> None:
    file = "/dags/modern.py"
    hints.forget(file)
    run("from airflow.sdk import DAG, task\nfrom airflow.utils.state import State", file)
    assert hints.hint_of(file) is None
