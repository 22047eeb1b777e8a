"""The table of transitions, keys, run ids, log paths and the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from venturi.core.clock import SystemClock
from venturi.core.errors import InvalidInput
from venturi.core.keys import TaskKey
from venturi.core.log_paths import log_path
from venturi.core.run_ids import check_id, check_run_id, run_id
from venturi.core.states import (
    ACTIVE,
    FAILED_STATES,
    RUN_TERMINAL,
    RUN_TRANSITIONS,
    TASK_TRANSITIONS,
    TERMINAL,
    IllegalTransition,
    RunState,
    RunType,
    TaskState,
    check_run,
    check_task,
)


def test_both_tables_name_every_state() -> None:
    assert set(TASK_TRANSITIONS) == set(TaskState)
    assert set(RUN_TRANSITIONS) == set(RunState)


def test_a_terminal_task_can_only_be_cleared() -> None:
    for state in TERMINAL:
        assert TASK_TRANSITIONS[state] == {TaskState.NONE}


def test_every_state_but_none_can_be_cleared() -> None:
    for state in set(TaskState) - {TaskState.NONE}:
        check_task("t", state, TaskState.NONE)


def test_every_task_state_leads_to_an_end() -> None:
    reach = {state: set(after) for state, after in TASK_TRANSITIONS.items()}
    for _ in TaskState:
        for after in reach.values():
            after.update(*(reach[state] for state in list(after)))
    assert all(reach[state] & TERMINAL for state in TaskState)
    assert FAILED_STATES < TERMINAL
    assert not ACTIVE & TERMINAL


def test_an_ended_run_only_goes_back_to_the_queue() -> None:
    for state in RUN_TERMINAL:
        assert RUN_TRANSITIONS[state] == {RunState.QUEUED}


def test_a_transition_that_is_not_in_the_table_is_refused_with_its_story() -> None:
    with pytest.raises(IllegalTransition, match=r"d\.t cannot go from success to running\."):
        check_task("d.t", TaskState.SUCCESS, TaskState.RUNNING)
    with pytest.raises(IllegalTransition, match="cannot go from failed to running"):
        check_run("d", RunState.FAILED, RunState.RUNNING)
    check_run("d", RunState.QUEUED, RunState.RUNNING)
    told = IllegalTransition("t", "a", "b", ["none", "a"])
    assert str(told) == "t cannot go from a to b. Story: none > a."


@given(st.sampled_from(RunType), st.datetimes(timezones=st.just(UTC)))
def test_a_run_id_may_be_used(run_type: RunType, at: datetime) -> None:
    name = run_id(run_type, at)
    assert check_run_id(name) == name


@pytest.mark.parametrize("name", ["", "a/b", "..", "a..b", "x" * 251, "a\n", "é", "a b"])
def test_a_run_id_that_could_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be used"):
        check_run_id(name)


@pytest.mark.parametrize("name", ["", "a/b", "x" * 251, "a\n", "a b"])
def test_an_id_that_could_leave_its_folder_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"^Task id .* cannot be used"):
        check_id("Task id", name)


def test_an_id_may_have_dots_dashes_and_letters_of_any_script() -> None:
    assert check_id("DAG id", "größe.v2-b_1") == "größe.v2-b_1"


def test_a_task_instance_is_written_with_its_map_index_if_it_has_one() -> None:
    assert str(TaskKey("d", "r", "t")) == "d.t of r"
    assert str(TaskKey("d", "r", "t", 3)) == "d.t[3] of r"


def test_each_attempt_has_a_log_of_its_own() -> None:
    assert log_path("d", "r", "t", -1, 2) == "dag_id=d/run_id=r/task_id=t/attempt=2.log"
    assert log_path("d", "r", "t", 0, 1) == "dag_id=d/run_id=r/task_id=t/map_index=0/attempt=1.log"


def test_the_clock_is_aware_and_goes_on() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta()
    assert clock.monotonic() <= clock.monotonic()
