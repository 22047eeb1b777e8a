"""Which callbacks and mails a plan gives rise to."""

from typing import Any

import pytest

from tests import make
from venturi.core.states import RunState, TaskState
from venturi.decide.calls import CallDue, calls_due
from venturi.decide.plan import Plan
from venturi.spec.model import Callback, EmailSpec

T, C = TaskState, Callback
ALL = tuple(Callback)


def calls(state: TaskState, *, executed: bool = True, **values: Any) -> list[CallDue]:
    run = make.run(make.graph(make.task("a", **values)), a="running")
    draft = make.draft(run)
    draft.move(run, make.one(run, "a"), state, "why")
    ended = {make.one(run, "a").id: None} if executed else {}
    return list(calls_due(Plan(moves=tuple(draft.moves.values())), ended))


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (T.SUCCESS, C.ON_SUCCESS),
        (T.FAILED, C.ON_FAILURE),
        (T.UP_FOR_RETRY, C.ON_RETRY),
        (T.SKIPPED, C.ON_SKIPPED),
    ],
)
def test_each_end_calls_its_own(state: TaskState, kind: Callback) -> None:
    (call,) = calls(state, callbacks=ALL)
    assert (call.kind, call.reason, call.callbacks, call.email) == (kind, "why", True, False)
    assert call.instance is not None
    assert not calls(state, callbacks=tuple(set(ALL) - {kind}))


def test_a_deferred_task_calls_nobody() -> None:
    assert not calls(T.DEFERRED, callbacks=ALL)


@pytest.mark.parametrize("state", [T.SUCCESS, T.SKIPPED])
def test_what_was_not_executed_calls_nobody_unless_it_failed(state: TaskState) -> None:
    assert not calls(state, callbacks=ALL, executed=False)
    assert len(calls(T.FAILED, callbacks=ALL, executed=False)) == 1


def test_mail_is_sent_for_what_it_was_asked_for() -> None:
    both = EmailSpec(to=("me@example.org",))
    only_failure = EmailSpec(to=("me@example.org",), on_retry=False)
    only_retry = EmailSpec(to=("me@example.org",), on_failure=False)
    for email, failure, retry in (
        (both, 1, 1),
        (only_failure, 1, 0),
        (only_retry, 0, 1),
    ):
        assert len(calls(T.FAILED, email=email)) == failure
        assert len(calls(T.UP_FOR_RETRY, email=email)) == retry
        assert not calls(T.SUCCESS, email=email)
    (call,) = calls(T.FAILED, email=both)
    assert call.email and not call.callbacks


@pytest.mark.parametrize(
    ("state", "kind"),
    [(RunState.SUCCESS, C.ON_SUCCESS), (RunState.FAILED, C.ON_FAILURE), (RunState.RUNNING, None)],
)
def test_the_end_of_a_run_calls_the_dags_own(state: RunState, kind: Callback | None) -> None:
    for callbacks in (ALL, ()):
        before = RunState.QUEUED if state is RunState.RUNNING else RunState.RUNNING
        run = make.run(make.graph(make.task("a"), callbacks=callbacks), before)
        draft = make.draft(run)
        draft.move_run(run, state, "why")
        found = list(calls_due(Plan(run_moves=tuple(draft.run_moves.values())), {}))
        wanted = [CallDue(run, None, kind, "why", True, False)] if kind and callbacks else []
        assert found == wanted
