"""Runs of other DAGs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.batteries.make import Comms, run
from venturi.batteries.operators.trigger_dagrun import DagRunOrder, TriggerDagRunOperator
from venturi.core.attempts import Result
from venturi.core.errors import Conflict, NotFound
from venturi.core.requests import GetRun, SetXCom, TriggerRun
from venturi.core.states import TaskState
from venturi.sdk.dag import DAG


def triggered(answers: dict[type, Any] | None = None, **kwargs: Any) -> tuple[Result, Comms]:
    comms = Comms({TriggerRun: {"run_id": "new"}} | (answers or {}))
    with DAG("d"):
        task = TriggerDagRunOperator(task_id="t", trigger_dag_id="other", **kwargs)
    return run(task, comms), comms


def test_a_run_is_asked_for_with_its_conf_and_date() -> None:
    result, comms = triggered(
        conf={"day": "{{ ds }}"},
        trigger_run_id="run_{{ ds_nodash }}",
        logical_date="2026-11-22T08:30:00",
        reset_dag_run=True,
        note="why",
    )
    assert result.state is TaskState.SUCCESS
    (asked,) = comms.of(TriggerRun)
    assert (asked.dag_id, asked.run_id, asked.reset, asked.note) == (
        "other", "run_20261120", True, "why",
    )  # fmt: skip
    assert json.loads(asked.conf) == {"day": "2026-11-20"}
    assert asked.logical_date == datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
    pushed = {each.key: json.loads(each.value) for each in comms.of(SetXCom)}
    assert pushed["trigger_run_id"] == "new"


def test_the_date_is_now_or_explicitly_none_or_the_one_of_2x() -> None:
    assert triggered()[1].of(TriggerRun)[0].logical_date is not None
    assert triggered(logical_date=None)[1].of(TriggerRun)[0].logical_date is None
    day = datetime(2020, 1, 1, tzinfo=UTC)
    assert triggered(execution_date=day)[1].of(TriggerRun)[0].logical_date == day


def test_the_function_of_1x_fills_an_order() -> None:
    def order(context: Any, dag_run_obj: DagRunOrder) -> DagRunOrder:
        dag_run_obj.payload = {"from": context["ds"]}
        return dag_run_obj

    _, comms = triggered(python_callable=order)
    assert json.loads(comms.of(TriggerRun)[0].conf) == {"from": "2026-11-20"}


def test_the_function_of_1x_may_decline() -> None:
    result, comms = triggered(python_callable=lambda context, dag_run_obj: None)
    assert result.state is TaskState.SUCCESS and not comms.of(TriggerRun)


def test_a_run_that_exists_fails_or_skips() -> None:
    exists: dict[type, Any] = {TriggerRun: Conflict("Run 'new' of DAG 'other' exists.")}
    failed, _ = triggered(exists)
    assert failed.state is TaskState.FAILED and "exists" in failed.reason
    skipped, _ = triggered(exists, skip_when_already_exists=True)
    assert skipped.state is TaskState.SKIPPED


def test_a_dag_that_does_not_exist_fails_the_task() -> None:
    result, _ = triggered({TriggerRun: NotFound("There is no DAG 'other'.")})
    assert result.state is TaskState.FAILED and "no DAG 'other'" in result.reason


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (["queued", "running", "success"], TaskState.SUCCESS),
        (["running", "failed"], TaskState.FAILED),
    ],
)
def test_it_can_wait_for_the_end(states: list[str], expected: TaskState) -> None:
    left = iter(states)
    result, comms = triggered(
        {GetRun: lambda _: {"state": next(left)}}, wait_for_completion=True, poke_interval=0
    )
    assert result.state is expected and len(comms.of(GetRun)) == len(states)


def test_conf_that_is_no_json_is_one_sentence() -> None:
    result, _ = triggered(conf={"when": object()})
    assert result.state is TaskState.FAILED and "conf of 't' cannot be written" in result.reason
    result, _ = triggered(conf="{")
    assert "conf of 't' is not JSON" in result.reason
