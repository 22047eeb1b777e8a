"""A DAG inside a DAG."""

from typing import Any

import pytest

from tests.batteries.make import run
from venturi.batteries.operators.bash import BashOperator
from venturi.batteries.operators.empty import EmptyOperator
from venturi.batteries.operators.subdag import SubDagOperator
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.freeze import freeze_dag
from venturi.sdk.taskgroup import TaskGroup
from venturi.spec.model import TriggerRule


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
