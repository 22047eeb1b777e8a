"""A DAG inside a DAG."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.batteries.make import run
from venturi.batteries.operators.bash import BashOperator
from venturi.batteries.operators.empty import EmptyOperator
from venturi.batteries.operators.python import BranchPythonOperator, PythonOperator
from venturi.batteries.operators.subdag import SubDagOperator
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.freeze import freeze_dag
from venturi.sdk.taskgroup import TaskGroup
from venturi.spec.model import TriggerRule

START = datetime(2026, 5, 14, tzinfo=UTC)


def inner(dag_id: str = "d.part") -> DAG:
    subdag = DAG(dag_id, user_defined_macros={"shout": str.upper})
    first = BashOperator(task_id="first", bash_command="echo {{ shout('x') }}", dag=subdag)
    with subdag, TaskGroup("group"):
        second = EmptyOperator(task_id="second")
    first >> second
    return subdag


def outer(**kwargs: Any) -> DAG:
    with DAG("d") as dag:
        start, end = EmptyOperator(task_id="start"), EmptyOperator(task_id="end")
        part = SubDagOperator(task_id="part", subdag=inner(), **kwargs)
        start >> part >> end
    return dag


def test_its_tasks_join_the_dag_as_a_group() -> None:
    spec = freeze_dag(outer())
    assert {task.task_id: task.upstream for task in spec.tasks} == {
        "start": (),
        "part.first": ("start",),
        "part.group.second": ("part.first",),
        "end": ("part.group.second",),
    }
    assert {group.group_id: group.parent for group in spec.groups} == {
        "part": None,
        "part.group": "part",
    }


def test_its_tasks_run_with_its_macros() -> None:
    result = run(outer().get_task("part.first"))
    assert result.xcoms[0].value == '"X"'


def test_a_trigger_rule_counts_for_the_first_tasks() -> None:
    rules = {
        task.task_id: task.trigger_rule for task in freeze_dag(outer(trigger_rule="all_done")).tasks
    }
    assert rules["part.first"] is TriggerRule.ALL_DONE
    assert rules["part.group.second"] is TriggerRule.ALL_SUCCESS


def test_subdags_nest() -> None:
    middle = DAG("d.middle")
    SubDagOperator(task_id="part", subdag=inner("d.middle.part"), dag=middle)
    dag = DAG("d")
    SubDagOperator(task_id="middle", subdag=middle, dag=dag)
    assert set(dag.task_ids) == {"middle.part.first", "middle.part.group.second"}
    assert set(dag.task_group_dict) == {"middle", "middle.part", "middle.part.group"}


def test_what_is_left_of_the_subdag_is_no_dag_of_its_own() -> None:
    subdag = inner()
    dag = DAG("d")
    SubDagOperator(task_id="part", subdag=subdag, dag=dag)
    assert subdag.is_subdag and subdag.parent_dag is dag and not subdag.tasks


def test_without_a_dag_it_is_refused() -> None:
    with pytest.raises(AirflowException, match="is in no DAG"):
        SubDagOperator(task_id="part", subdag=inner())


def branching(chosen: str) -> Any:
    def sub(dag_id: str) -> DAG:
        subdag = DAG(dag_id)
        with subdag:
            branch = BranchPythonOperator(task_id="branch", python_callable=lambda: chosen)
            branch >> [EmptyOperator(task_id="left"), EmptyOperator(task_id="right")]
        return subdag

    with DAG("d") as dag:
        SubDagOperator(task_id="part", subdag=sub("d.part"))
        EmptyOperator(task_id="left")
    return dag


@pytest.mark.parametrize("chosen", ["left", "part.left"])
def test_its_branches_choose_their_siblings(chosen: str) -> None:
    assert run(branching(chosen).get_task("part.branch")).skips == ("part.right",)


def test_its_tasks_pull_from_their_siblings_by_the_names_of_its_file() -> None:
    def sub(dag_id: str) -> DAG:
        subdag = DAG(dag_id)
        with subdag:
            first = PythonOperator(task_id="first", python_callable=lambda: "inner first")
            first >> BashOperator(
                task_id="second",
                bash_command="echo '{{ ti.xcom_pull(task_ids='first') }}'",
            )
        return subdag

    with DAG("d", start_date=START) as dag:
        outside = PythonOperator(task_id="first", python_callable=lambda: "outer first")
        middle = DAG("d.middle")
        SubDagOperator(task_id="part", subdag=sub("d.middle.part"), dag=middle)
        part = SubDagOperator(task_id="middle", subdag=middle)
        asked = BashOperator(
            task_id="asked",
            bash_command="echo {{ ti.xcom_pull('first') }}, "
            "{{ ti.xcom_pull(task_ids='first', dag_id='d.middle.part') }}",
        )
        outside >> part >> asked
    done = dag.test(logical_date=START)
    assert done.state == "success"
    assert done.xcom("middle.part.second") == "inner first"
    assert done.xcom("asked") == "outer first, inner first"
