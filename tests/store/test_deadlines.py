"""SLAs, deadlines, and DAGs that only fail: what is kept of them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from tests import make
from tests.make import NOW, later
from tests.store import board, home
from venturi.core.attempts import FileRef
from venturi.core.messages import Call
from venturi.core.states import RunState, RunType
from venturi.decide.plan import Miss, Pause, RunMove
from venturi.decide.views import Deadline
from venturi.spec.model import Callback, DagSpec, DeadlineSpec, Reference
from venturi.store.attempts import run_info
from venturi.store.calls import drop_calls, put_calls
from venturi.store.dags import load_dags
from venturi.store.engine import Store
from venturi.store.schema.dags import dag
from venturi.store.schema.people import log, sla_miss, variable
from venturi.store.schema.runs import dag_run, deadline
from venturi.store.versions import Versions

SPEC = make.dag(make.task("a", sla=3600.0), make.task("b", "a"))


def scheduled(store: Store, run_id: int) -> None:
    home.execute(
        store,
        update(dag_run).where(dag_run.c.id == run_id).values(run_type=RunType.SCHEDULED),
    )


def test_a_scheduled_run_has_the_slas_of_its_tasks(store: Store) -> None:
    home.put(store, SPEC)
    run_id = home.run(store, SPEC)
    assert board.load(store, run_id)[0].deadlines == []  # triggered by hand: nothing was due
    scheduled(store, run_id)
    (run,) = board.load(store, run_id)
    assert run.deadlines == [Deadline(run.run_after + timedelta(hours=1), 0)]


def test_a_missed_sla_is_a_row_and_is_not_loaded_again(store: Store) -> None:
    home.put(store, SPEC)
    run_id = home.run(store, SPEC)
    scheduled(store, run_id)
    (run,) = board.load(store, run_id)
    board.carry_out(store, misses=(Miss(run=run, deadline=run.deadlines[0]),))
    (row,) = home.rows(store, sla_miss)
    assert (row.task_id, row.dag_id, row.execution_date) == ("a", "d", run.logical_date)
    assert not row.notification_sent
    assert board.load(store, run_id)[0].deadlines == []
    call = Call(
        call_id=0,
        file=FileRef(path="x.py", key="k"),
        kind=Callback.SLA_MISS,
        dag_id="d",
        run=run_info(run),
        missed=("a",),
        email=True,
    )
    with store.write() as tx:
        (told,) = put_calls(tx, [(call, None)], NOW)
        drop_calls(tx, [told.call_id])
    (row,) = home.rows(store, sla_miss)
    assert row.notification_sent and row.email_sent


def alerting(**values: Any) -> DagSpec:
    return make.dag(make.task("a"), deadlines=(DeadlineSpec(**values),))


def test_a_run_is_made_with_its_deadlines(store: Store) -> None:
    spec = alerting(reference=Reference.QUEUED_AT, seconds=30.0, name="soon")
    home.put(store, spec)
    (run,) = board.load(store, home.run(store, spec))
    (row,) = home.rows(store, deadline)
    assert (row.name, row.alert, row.missed) == ("soon", 0, False)
    assert run.deadlines == [Deadline(later(30), id=row.id)]
    board.carry_out(store, misses=(Miss(run=run, deadline=run.deadlines[0]),))
    assert home.rows(store, deadline)[0].missed
    assert board.load(store, run.id)[0].deadlines == []


@pytest.mark.parametrize("missed", [False, True])
def test_a_deadline_that_was_met_is_gone_with_the_end_of_its_run(
    store: Store, missed: bool
) -> None:
    spec = alerting(reference=Reference.QUEUED_AT, seconds=30.0)
    home.put(store, spec)
    (run,) = board.load(store, home.run(store, spec))
    if missed:
        board.carry_out(store, misses=(Miss(run=run, deadline=run.deadlines[0]),))
        (run,) = board.load(store, run.id)
    end = RunMove(run=run, state=RunState.SUCCESS, reason="done")
    board.carry_out(store, run_moves=(end,))
    assert len(home.rows(store, deadline)) == int(missed)


@pytest.mark.parametrize(("value", "expected"), [("5", later(300)), ("soon", None), (None, None)])
def test_an_interval_may_be_a_variable_of_minutes(
    store: Store, value: str | None, expected: Any
) -> None:
    spec = alerting(reference=Reference.QUEUED_AT, variable="minutes")
    if value is not None:
        home.execute(store, insert(variable).values(key="minutes", val=value, is_encrypted=False))
    home.put(store, spec)
    (run,) = board.load(store, home.run(store, spec))
    assert [each.at for each in run.deadlines] == ([expected] if expected else [])


def test_the_average_is_that_of_the_runs_that_ended_last(store: Store) -> None:
    spec = alerting(reference=Reference.AVERAGE, seconds=1.0, max_runs=2, min_runs=2)
    home.put(store, spec)
    for number, seconds in enumerate((1000, 10, 20)):
        row_id = home.run(store, spec, f"r{number}", state="success", days_ago=9 - number)
        start = NOW - timedelta(days=9 - number)
        values = {"start_date": start, "end_date": start + timedelta(seconds=seconds)}
        home.execute(store, update(dag_run).where(dag_run.c.id == row_id).values(**values))
    assert home.rows(store, deadline)[0].deadline_time if home.rows(store, deadline) else True
    (run,) = board.load(store, home.run(store, spec, "now"))
    assert [each.at for each in run.deadlines] == [later(16)]


def test_a_dag_that_only_fails_is_paused_and_the_audit_log_says_why(store: Store) -> None:
    home.put(store, SPEC)
    board.carry_out(store, pauses=(Pause(dag_id="d", reason="3 runs failed in a row"),))
    assert home.rows(store, dag)[0].is_paused
    (row,) = home.rows(store, log, event="paused")
    assert (row.dag_id, row.owner) == ("d", "scheduler") and "3 runs failed" in row.extra
    board.carry_out(store, pauses=(Pause(dag_id="d", reason="again"),))
    assert len(home.rows(store, log, event="paused")) == 1


@pytest.mark.parametrize(
    ("ends", "expected"),
    [((), 0), (("failed", "failed"), 2), (("failed", "success", "failed"), 1), (("success",), 0)],
)
def test_failures_in_a_row_are_counted_from_the_rows(
    store: Store, ends: tuple[str, ...], expected: int
) -> None:
    spec = make.dag(make.task("a"), max_consecutive_failed_dag_runs=3)
    home.put(store, spec)
    for number, state in enumerate(ends):
        row_id = home.run(store, spec, f"r{number}", state=state, days_ago=9 - number)
        ended = NOW - timedelta(days=9 - number)
        home.execute(store, update(dag_run).where(dag_run.c.id == row_id).values(end_date=ended))
    with store.read() as tx:
        (view,) = load_dags(tx, Versions())
    assert view.failures == expected
