"""States of task instances and runs, and the transitions between them.

`TASK_TRANSITIONS` and `RUN_TRANSITIONS` are the law: the engine, the simulation and the diagrams
in the docs all read them. A transition that is not in the table is a bug, and raises
`IllegalTransition` with the story of the instance that tried it.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from venturi.core.errors import VenturiError


class TaskState(StrEnum):
    """State of a task instance; `NONE` is stored as SQL NULL, as Airflow's users expect."""

    NONE = "none"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"
    SKIPPED = "skipped"
    UPSTREAM_FAILED = "upstream_failed"
    UP_FOR_RETRY = "up_for_retry"
    UP_FOR_RESCHEDULE = "up_for_reschedule"
    DEFERRED = "deferred"
    RESTARTING = "restarting"
    REMOVED = "removed"
    AWAITING_INPUT = "awaiting_input"


class RunState(StrEnum):
    """State of a DAG run."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


class RunType(StrEnum):
    """What made a run; also the prefix of its run id."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    BACKFILL = "backfill"
    ASSET_TRIGGERED = "asset_triggered"
    ASSET_MATERIALIZATION = "asset_materialization"
    OPERATOR_TRIGGERED = "operator_triggered"


T = TaskState
R = RunState

#: Terminal task states: nothing happens to the instance any more unless a person clears it.
TERMINAL = frozenset({T.SUCCESS, T.FAILED, T.SKIPPED, T.UPSTREAM_FAILED, T.REMOVED})

#: Terminal states that count as a failure of the run they belong to.
FAILED_STATES = frozenset({T.FAILED, T.UPSTREAM_FAILED})

#: Task states in which an attempt holds, or is about to hold, a slot of an executor.
ACTIVE = frozenset({T.QUEUED, T.RUNNING, T.RESTARTING})

#: Task states that take slots of a pool (`include_deferred` pools add DEFERRED).
OCCUPYING = ACTIVE

RUN_TERMINAL = frozenset({R.SUCCESS, R.FAILED})

_READY = {T.SCHEDULED, T.QUEUED, T.SUCCESS, T.SKIPPED, T.UPSTREAM_FAILED, T.REMOVED, T.FAILED}
_ENDS = {
    T.SUCCESS,
    T.FAILED,
    T.SKIPPED,
    T.UP_FOR_RETRY,
    T.UP_FOR_RESCHEDULE,
    T.DEFERRED,
    T.AWAITING_INPUT,
    T.RESTARTING,
    T.REMOVED,
}

#: What may follow what. Clearing an instance (to NONE) is possible from anywhere, as is marking.
TASK_TRANSITIONS: Mapping[TaskState, frozenset[TaskState]] = {
    T.NONE: frozenset(_READY),
    T.SCHEDULED: frozenset({T.QUEUED, T.SKIPPED, T.UPSTREAM_FAILED, T.REMOVED, T.FAILED, T.NONE}),
    # An attempt may be reported started and ended within one group commit: QUEUED may end.
    T.QUEUED: frozenset({T.RUNNING, T.SCHEDULED, T.NONE} | _ENDS),
    T.RUNNING: frozenset({T.NONE} | _ENDS),
    T.RESTARTING: frozenset({T.UP_FOR_RETRY, T.FAILED, T.NONE}),
    T.UP_FOR_RETRY: frozenset(
        {T.SCHEDULED, T.QUEUED, T.SKIPPED, T.UPSTREAM_FAILED, T.FAILED, T.REMOVED, T.NONE}
    ),
    T.UP_FOR_RESCHEDULE: frozenset(
        {T.SCHEDULED, T.QUEUED, T.SKIPPED, T.UPSTREAM_FAILED, T.FAILED, T.REMOVED, T.NONE}
    ),
    T.DEFERRED: frozenset({T.SCHEDULED, T.QUEUED, T.FAILED, T.SKIPPED, T.UP_FOR_RETRY, T.NONE}),
    T.AWAITING_INPUT: frozenset({T.SCHEDULED, T.SUCCESS, T.FAILED, T.SKIPPED, T.NONE}),
    T.SUCCESS: frozenset({T.NONE}),
    T.FAILED: frozenset({T.NONE}),
    T.SKIPPED: frozenset({T.NONE}),
    T.UPSTREAM_FAILED: frozenset({T.NONE}),
    T.REMOVED: frozenset({T.NONE}),
}

RUN_TRANSITIONS: Mapping[RunState, frozenset[RunState]] = {
    R.QUEUED: frozenset({R.RUNNING, R.FAILED, R.SUCCESS}),
    R.RUNNING: frozenset({R.SUCCESS, R.FAILED}),
    R.SUCCESS: frozenset({R.QUEUED}),
    R.FAILED: frozenset({R.QUEUED}),
}


class IllegalTransition(VenturiError):
    """A transition that the table does not have was asked for."""

    def __init__(self, who: str, before: str, after: str, story: Sequence[str] = ()) -> None:
        told = f" Story: {' > '.join(story)}." if story else ""
        super().__init__(f"{who} cannot go from {before} to {after}.{told}")
        self.who, self.before, self.after, self.story = who, before, after, tuple(story)


def check_task(who: str, before: TaskState, after: TaskState) -> None:
    """Raise `IllegalTransition` unless a task instance may go from `before` to `after`."""
    if after not in TASK_TRANSITIONS[before]:
        raise IllegalTransition(who, before, after)


def check_run(who: str, before: RunState, after: RunState) -> None:
    """Raise `IllegalTransition` unless a run may go from `before` to `after`."""
    if after not in RUN_TRANSITIONS[before]:
        raise IllegalTransition(who, before, after)
