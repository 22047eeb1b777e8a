"""What follows from how an attempt ended, and which reports count."""

import pytest

from tests import make
from venturi.core.attempts import Result
from venturi.core.states import RunState, TaskState
from venturi.decide.conclude import conclude
from venturi.decide.draft import Draft
from venturi.decide.outcome import outcome
from venturi.decide.views import Report

T = TaskState


@pytest.mark.parametrize(
    ("try_number", "retries", "ended", "state"),
    [
        (1, 0, make.failed(), T.FAILED),
        (1, 1, make.failed(), T.UP_FOR_RETRY),
        (2, 1, make.failed(), T.FAILED),
        (3, 5, make.failed(), T.UP_FOR_RETRY),
        (1, 5, make.failed(no_retry=True), T.FAILED),
        (1, 0, make.failed(lost=True), T.FAILED),
        (1, 1, make.failed(lost=True), T.UP_FOR_RETRY),
        (1, 1, Result(state=T.SUCCESS), T.SUCCESS),
        (1, 1, Result(state=T.SKIPPED), T.SKIPPED),
        (1, 0, Result(state=T.DEFERRED), T.DEFERRED),
        (1, 0, Result(state=T.UP_FOR_RESCHEDULE), T.UP_FOR_RESCHEDULE),
    ],
)
def test_tries_are_counted_as_airflow_counts_them(
    try_number: int, retries: int, ended: Result, state: TaskState
) -> None:
    assert outcome(make.task("t"), try_number, retries, ended, make.NOW).state is state


def test_an_idempotent_task_that_was_lost_gets_one_more_try_and_no_second() -> None:
    task = make.task("t", idempotent=True)
    lost = make.failed(lost=True)
    assert outcome(task, 1, 0, lost, make.NOW).state is T.UP_FOR_RETRY
    assert outcome(task, 2, 0, lost, make.NOW).state is T.FAILED
    assert outcome(task, 1, 0, make.failed(), make.NOW).state is T.FAILED


def test_a_retry_is_due_after_the_delay_of_the_task_or_of_its_policy() -> None:
    task = make.task("t", retry_delay=30.0)
    assert outcome(task, 1, 1, make.failed(), make.NOW).due == make.later(30)
    assert outcome(task, 1, 1, make.failed(retry_in=7), make.NOW).due == make.later(7)


def test_only_a_reschedule_has_a_date() -> None:
    at = make.later(60)
    again = Result(state=T.UP_FOR_RESCHEDULE, reschedule_at=at)
    assert outcome(make.task("t"), 1, 0, again, make.NOW).due == at
    ended = Result(state=T.SUCCESS, reschedule_at=at)
    assert outcome(make.task("t"), 1, 0, ended, make.NOW).due is None


def test_a_failure_without_a_word_has_a_reason_too() -> None:
    assert outcome(make.task("t"), 1, 0, make.failed(), make.NOW).reason == "it failed"
    assert outcome(make.task("t"), 1, 0, make.failed(reason="no"), make.NOW).reason == "no"


def test_a_report_of_another_epoch_changes_nothing() -> None:
    run = make.run(make.graph(make.task("a")), a="running")
    draft = make.draft(run)
    word = make.report(run, "a")
    assert not conclude(draft, word._replace(epoch=word.epoch - 1), make.NOW)
    assert not conclude(draft, word._replace(epoch=word.epoch + 1), make.NOW)
    assert not draft.moves


def test_a_report_said_twice_counts_once() -> None:
    run = make.run(make.graph(make.task("a")), a="running")
    draft = make.draft(run)
    assert conclude(draft, make.report(run, "a"), make.NOW)
    assert not conclude(draft, make.report(run, "a", make.failed()), make.NOW)
    (move,) = draft.moves.values()
    assert move.state is T.SUCCESS


@pytest.mark.parametrize("state", [T.NONE, T.SCHEDULED, T.UP_FOR_RETRY, T.SUCCESS, T.FAILED])
def test_a_report_of_an_instance_that_is_not_active_changes_nothing(state: TaskState) -> None:
    run = make.run(make.graph(make.task("a")), a=state)
    assert not conclude(make.draft(run), make.report(run, "a"), make.NOW)


def test_an_attempt_may_end_before_it_was_heard_to_start() -> None:
    run = make.run(make.graph(make.task("a")), a="queued")
    draft = make.draft(run)
    assert conclude(draft, make.report(run, "a"), make.NOW)
    assert draft.state_of(make.one(run, "a")) is T.SUCCESS


def test_a_rescheduled_attempt_keeps_its_try_and_a_retried_one_does_not() -> None:
    graph = make.graph(make.task("a"), make.task("b"))
    run = make.run(
        graph,
        a=make.instance(0, "up_for_reschedule", try_number=2, reschedules=4),
        b=make.instance(1, "up_for_retry", try_number=2, reschedules=4),
    )
    draft = make.draft(run)
    for name in "ab":
        draft.move(run, make.one(run, name), T.SCHEDULED, "")
    a, b = (draft.moves[make.one(run, name).id] for name in "ab")
    assert (a.try_number, a.reschedules) == (2, 5)
    assert (b.try_number, b.reschedules) == (3, 0)


def test_a_branch_skips_what_it_did_not_choose_unless_that_has_begun() -> None:
    graph = make.graph(
        make.task("branch"), *(make.task(name, "branch") for name in ("a", "b", "c", "d"))
    )
    run = make.run(graph, branch="running", a="scheduled", b="running", c="up_for_retry")
    draft = make.draft(run)
    skips = ("a", "b", "c", "d", "nobody")
    conclude(draft, make.report(run, "branch", Result(state=T.SUCCESS, skips=skips)), make.NOW)
    states = {name: draft.state_of(make.one(run, name)) for name in "abcd"}
    assert states == {"a": T.SKIPPED, "b": T.RUNNING, "c": T.SKIPPED, "d": T.SKIPPED}
    assert draft.moves[make.one(run, "branch").id].skips == skips


def test_a_branch_that_failed_skips_nothing() -> None:
    run = make.run(make.graph(make.task("a"), make.task("b", "a")), a="running")
    draft = make.draft(run)
    conclude(draft, make.report(run, "a", make.failed(skips=("b",))), make.NOW)
    assert draft.state_of(make.one(run, "b")) is T.NONE


def test_in_a_run_that_has_ended_an_attempt_only_ends() -> None:
    graph = make.graph(make.task("a", retries=3), make.task("b", "a"))
    for result, state in (
        (make.failed(), T.FAILED),
        (Result(state=T.DEFERRED), T.FAILED),
        (Result(state=T.SUCCESS, skips=("b",)), T.SUCCESS),
    ):
        run = make.run(graph, RunState.FAILED, a="running")
        draft = Draft(make.snapshot())
        assert conclude(draft, make.report(run, "a", result), make.NOW)
        (move,) = draft.moves.values()
        assert (move.state, move.due) == (state, None)


def test_lengths_of_results_travel_with_the_move() -> None:
    run = make.run(make.graph(make.task("a")), a="running")
    draft = make.draft(run)
    result = Result(state=T.SUCCESS, lengths=(("return_value", 3),))
    conclude(draft, make.report(run, "a", result), make.NOW)
    assert draft.moves[make.one(run, "a").id].lengths == (("return_value", 3),)
    assert draft.length_of(run, "a", "return_value") == 3
    assert draft.length_of(run, "a", "other") is None


def test_a_report_names_the_epoch_it_speaks_for() -> None:
    run = make.run(make.graph(make.task("a")), a="running")
    a = make.one(run, "a")
    assert make.report(run, "a") == Report(run, a, a.epoch, Result(state=T.SUCCESS))
