"""What follows from how an attempt ended."""

from datetime import timedelta
from typing import NamedTuple

from venturi.core.attempts import Result
from venturi.core.backoff import retry_delay
from venturi.core.clock import Instant
from venturi.core.states import TaskState
from venturi.spec.model import TaskSpec

T = TaskState


class Outcome(NamedTuple):
    """The instance's next state, and when it is due again if it is."""

    state: TaskState
    reason: str
    due: Instant | None = None


def outcome(
    task: TaskSpec, try_number: int, max_tries: int, result: Result, now: Instant
) -> Outcome:
    """The state that follows when try `try_number` of a task ended with `result`.

    A failure becomes UP_FOR_RETRY while tries are left (`max_tries` is the number of retries, as in
    Airflow) and the task did not forbid it. An attempt that was lost uses up its try like any
    other; a task that declares itself idempotent is given one more (rule R13).
    """
    if result.state is not T.FAILED:
        due = result.reschedule_at if result.state is T.UP_FOR_RESCHEDULE else None
        return Outcome(result.state, result.reason, due)
    retries_left = try_number <= max_tries or (
        result.lost and task.idempotent and try_number == max_tries + 1
    )
    if result.no_retry or not retries_left:
        return Outcome(T.FAILED, result.reason or "it failed")
    wait = result.retry_in
    if wait is None:
        wait = retry_delay(
            try_number,
            task.retry_delay,
            task.retry_multiplier,
            task.max_retry_delay,
            seed=(task.task_id, try_number),
        )
    return Outcome(T.UP_FOR_RETRY, result.reason or "it failed", now + timedelta(seconds=wait))
