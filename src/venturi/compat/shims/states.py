"""`airflow.utils.state`: states as plain text with Airflow's sets and colours."""

from enum import StrEnum

from venturi.core.states import (
    FAILED_STATES,
    RUN_TERMINAL,
    TERMINAL,
    RunState,
    TaskState,
)

_TASK_STATES = tuple(None if each is TaskState.NONE else each for each in TaskState)


class JobState(StrEnum):
    """State of a scheduler or another long-running process."""

    RUNNING = "running"
    SUCCESS = "success"
    RESTARTING = "restarting"
    FAILED = "failed"


class TerminalTIState(StrEnum):
    """Task states after which nothing happens by itself."""

    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    REMOVED = "removed"


class IntermediateTIState(StrEnum):
    """Task states on the way."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RESTARTING = "restarting"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    DEFERRED = "deferred"
    AWAITING_INPUT = "awaiting_input"


class State:
    """All states by name; a task instance without a state has None."""

    NONE = None
    REMOVED = TaskState.REMOVED
    SCHEDULED = TaskState.SCHEDULED
    QUEUED = TaskState.QUEUED
    RUNNING = TaskState.RUNNING
    SUCCESS = TaskState.SUCCESS
    SHUTDOWN = "shutdown"
    RESTARTING = TaskState.RESTARTING
    FAILED = TaskState.FAILED
    UP_FOR_RETRY = TaskState.UP_FOR_RETRY
    UP_FOR_RESCHEDULE = TaskState.UP_FOR_RESCHEDULE
    UPSTREAM_FAILED = TaskState.UPSTREAM_FAILED
    SKIPPED = TaskState.SKIPPED
    SENSING = "sensing"
    DEFERRED = TaskState.DEFERRED
    AWAITING_INPUT = TaskState.AWAITING_INPUT

    task_states = _TASK_STATES
    dag_states = tuple(RunState)
    finished = frozenset(TERMINAL)
    unfinished = frozenset(set(_TASK_STATES) - TERMINAL)
    finished_dr_states = frozenset(RUN_TERMINAL)
    unfinished_dr_states = frozenset(set(RunState) - RUN_TERMINAL)
    success_states = frozenset({TaskState.SUCCESS, TaskState.SKIPPED})
    failed_states = frozenset(FAILED_STATES)
    running = frozenset({TaskState.RUNNING, TaskState.DEFERRED})
    adoptable_states = frozenset({TaskState.QUEUED, TaskState.RUNNING, TaskState.RESTARTING})
    terminating_states = frozenset({TaskState.RESTARTING})

    state_color = {
        None: "lightblue",
        "queued": "gray",
        "running": "lime",
        "success": "green",
        "shutdown": "blue",
        "restarting": "violet",
        "failed": "red",
        "up_for_retry": "gold",
        "up_for_reschedule": "turquoise",
        "upstream_failed": "orange",
        "skipped": "hotpink",
        "removed": "lightgrey",
        "scheduled": "tan",
        "deferred": "mediumpurple",
        "awaiting_input": "plum",
    }

    @classmethod
    def color(cls, state: str | None) -> str:
        """The colour of a state."""
        return cls.state_color.get(state, "white")

    @classmethod
    def color_fg(cls, state: str | None) -> str:
        """The colour of text on the colour of a state."""
        return "white" if cls.color(state) in {"green", "red"} else "black"
