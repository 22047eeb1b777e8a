"""May this instance run now? Each row, and the order of the rows."""

from typing import Any

import pytest

from tests import make
from venturi.core.states import TaskState
from venturi.decide.verdict import Kind, Verdict, verdict
from venturi.decide.views import RunView
from venturi.spec.graph import Graph
from venturi.spec.model import TriggerRule

T = TaskState


def said(run: RunView, task_id: str) -> Verdict:
    return verdict(make.draft(run), run, make.one(run, task_id), make.NOW)


def past(before: str, child: str = "none", *, wait: bool = False, **values: Any) -> RunView:
    """A run of a > b that looks at one in which they are `before` and `child`."""
    values |= {"wait_for_downstream": True} if wait else {"depends_on_past": True}
    graph = make.graph(make.task("a", **values), make.task("b", "a"))
    return make.run(graph, previous=make.run(graph, a=before, b=child))


def test_a_task_without_upstream_may_run() -> None:
    assert said(make.run(make.graph(make.task("a"))), "a")[:2] == (Kind.RUN, "ready")


def test_a_retry_waits_until_it_is_due_and_says_when() -> None:
    run = make.run(make.graph(make.task("a")), a="up_for_retry")
    found = said(run, "a")
    assert (found.kind, found.row, found.until) == (
        Kind.WAIT,
        "retry_not_due",
        make.later(300),
    )
    assert found.text == "next try at 2026-11-22T12:05:00+00:00"
    make.one(run, "a").due = make.NOW
    assert said(run, "a")[:2] == (Kind.RUN, "goes_on")


def test_a_rescheduled_sensor_waits_until_it_is_due() -> None:
    run = make.run(make.graph(make.task("a")), a="up_for_reschedule")
    assert said(run, "a").row == "reschedule_not_due"
    make.one(run, "a").due = None
    assert said(run, "a").kind is Kind.RUN


def test_what_has_begun_is_not_judged_by_its_upstream_again() -> None:
    graph = make.graph(make.task("a"), make.task("b", "a"))
    retry = make.instance(1, "up_for_retry", due=make.NOW)
    assert said(make.run(graph, a="failed", b=retry), "b").kind is Kind.RUN


def test_an_upstream_that_waits_or_failed_or_was_skipped_decides_by_the_rule() -> None:
    graph = make.graph(make.task("a"), make.task("b", "a"))
    found = said(make.run(graph), "b")
    assert (found.kind, found.row) == (Kind.WAIT, "trigger_rule")
    assert found.text == "1 of 1 upstream tasks are not done (trigger rule all_success)"
    assert said(make.run(graph, a="failed"), "b").kind is Kind.UPSTREAM_FAILED
    assert said(make.run(graph, a="skipped"), "b").kind is Kind.SKIP


def test_a_task_that_a_branch_excluded_is_skipped_whatever_its_rule() -> None:
    graph = make.graph(
        make.task("branch"),
        make.task("other"),
        make.task("x", "branch", "other", trigger_rule=TriggerRule.ALWAYS),
    )
    chose = make.instance(0, "success", skips=("x",))
    found = said(make.run(graph, branch=chose, other="success"), "x")
    assert (found.kind, found.row) == (Kind.SKIP, "excluded_by_branch")
    assert found.text == "branch decided not to run it"


def test_a_branch_that_is_run_again_has_not_decided_yet() -> None:
    graph = make.graph(make.task("branch"), make.task("x", "branch"))
    again = make.instance(0, "running", skips=("x",))
    assert said(make.run(graph, branch=again), "x").kind is Kind.WAIT


def test_a_branch_that_decides_in_this_step_counts() -> None:
    graph = make.graph(make.task("branch"), make.task("x", "branch"))
    run = make.run(graph, branch="running")
    draft = make.draft(run)
    draft.move(run, make.one(run, "branch"), T.SUCCESS, "", skips=("x",))
    assert verdict(draft, run, make.one(run, "x"), make.NOW).row == "excluded_by_branch"
    other = make.run(graph, branch="running")
    draft = make.draft(other)
    draft.move(other, make.one(other, "branch"), T.SUCCESS, "", skips=())
    assert verdict(draft, other, make.one(other, "x"), make.NOW).kind is Kind.RUN


# --- the run before ------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["success", "skipped", "removed"])
def test_a_past_that_ended_well_lets_it_run(before: str) -> None:
    assert said(past(before), "a").kind is Kind.RUN


@pytest.mark.parametrize(
    "before", ["none", "scheduled", "running", "failed", "upstream_failed", "up_for_retry"]
)
def test_a_past_that_did_not_end_well_holds_it(before: str) -> None:
    found = said(past(before), "a")
    assert (found.kind, found.row, found.until) == (Kind.WAIT, "depends_on_past", None)
    assert before in found.text


def test_the_first_run_has_no_past() -> None:
    run = past("failed")
    run.previous = None
    assert said(run, "a").kind is Kind.RUN


def test_a_task_that_is_new_has_no_past_unless_its_file_wants_one() -> None:
    for ignore, kind in ((True, Kind.RUN), (False, Kind.WAIT)):
        run = past("success", ignore_first_depends_on_past=ignore)
        run.previous = make.run(make.graph(make.task("older")), older="failed")
        assert said(run, "a").kind is kind


def test_a_task_that_took_no_part_in_the_run_before_is_new() -> None:
    run = past("success")
    assert run.previous is not None
    run.previous.instances[0].clear()
    assert said(run, "a").kind is Kind.RUN


def test_waiting_for_downstream_waits_for_itself_and_for_what_follows_it() -> None:
    assert said(past("failed", wait=True), "a").row == "depends_on_past"
    found = said(past("success", "running", wait=True), "a")
    assert (found.kind, found.row) == (Kind.WAIT, "wait_for_downstream")
    assert found.text.startswith("b is running in the run before, manual__")
    assert said(past("success", "skipped", wait=True), "a").kind is Kind.RUN


def test_every_instance_of_a_mapped_task_is_its_past() -> None:
    graph = make.graph(make.mapped("m", length=2, depends_on_past=True))
    run = make.run(graph, previous=make.run(graph, m=["success", "failed"]))
    assert said(run, "m").row == "depends_on_past"


def test_the_past_is_waited_for_before_skipping_only_where_the_file_says_so() -> None:
    for wait, kind in ((False, Kind.SKIP), (True, Kind.WAIT)):
        task = make.task("b", "a", depends_on_past=True, wait_for_past_depends_before_skipping=wait)
        graph = make.graph(make.task("a"), task)
        run = make.run(graph, a="skipped", previous=make.run(graph, a="success", b="failed"))
        assert said(run, "b").kind is kind


# --- what is not executed ------------------------------------------------------------------------


def test_a_mapped_task_has_to_be_expanded_and_its_instances_run() -> None:
    graph = make.graph(make.mapped("m", length=2))
    assert said(make.run(graph), "m")[:2] == (Kind.EXPAND, "not_expanded")
    assert said(make.run(graph, m=["none", "none"]), "m").kind is Kind.RUN


def test_a_task_with_nothing_to_execute_is_done() -> None:
    assert said(make.run(make.graph(make.task("a", is_empty=True))), "a").kind is Kind.DONE


def test_the_present_is_what_the_plan_so_far_makes_of_it() -> None:
    graph: Graph = make.graph(make.task("a"), make.task("b", "a"))
    run = make.run(graph, a="running")
    draft = make.draft(run)
    assert verdict(draft, run, make.one(run, "b"), make.NOW).kind is Kind.WAIT
    draft.move(run, make.one(run, "a"), T.FAILED, "")
    assert verdict(draft, run, make.one(run, "b"), make.NOW).kind is Kind.UPSTREAM_FAILED
