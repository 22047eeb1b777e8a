"""How an attempt ends: exceptions and returned values, as a `Result`.

`ENDINGS` is the table of what the exceptions of a task mean; the first row that fits counts.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from venturi.core.attempts import Result, XComValue
from venturi.core.states import TaskState
from venturi.runner.failure import reason_of
from venturi.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTerminated,
    AirflowTaskTimeout,
    DownstreamTasksSkipped,
    ParamValidationError,
    UnmappableXComLengthPushed,
    UnmappableXComTypePushed,
)
from venturi.sdk.runtime_ti import RuntimeTaskInstance
from venturi.sdk.runtime_xcom import RETURN_KEY
from venturi.sdk.serde import length_of


class Ending(NamedTuple):
    """What one kind of exception means for the attempt."""

    kinds: tuple[type[BaseException], ...]
    result: Callable[[Any], Result]
    #: Whether the log shows where it came from.
    told: bool


def _skipped(error: AirflowSkipException) -> Result:
    return Result(state=TaskState.SKIPPED, reason=reason_of(error) if str(error) else "skipped")


def _skips(error: DownstreamTasksSkipped) -> Result:
    tasks = [error.tasks] if isinstance(error.tasks, str) else error.tasks
    return Result(
        state=TaskState.SUCCESS,
        skips=tuple(each if isinstance(each, str) else str(each[0]) for each in tasks),
    )


def _rescheduled(error: AirflowRescheduleException) -> Result:
    return Result(
        state=TaskState.UP_FOR_RESCHEDULE,
        reschedule_at=error.reschedule_date,
        reason=reason_of(error),
    )


def _failed(error: BaseException) -> Result:
    return Result(state=TaskState.FAILED, reason=reason_of(error))


def _failed_for_good(error: BaseException) -> Result:
    return Result(state=TaskState.FAILED, reason=reason_of(error), no_retry=True)


def _without_class(error: BaseException) -> Result:
    return Result(state=TaskState.FAILED, reason=str(error))


def _exited(error: SystemExit) -> Result:
    code = error.code
    said = f"exit code {code}" if isinstance(code, int) else f"message {code!r}"
    return Result(state=TaskState.FAILED, reason=f"The task called sys.exit with {said}.")


ENDINGS: tuple[Ending, ...] = (
    Ending((AirflowSkipException,), _skipped, told=False),
    Ending((DownstreamTasksSkipped,), _skips, told=False),
    Ending((AirflowRescheduleException,), _rescheduled, told=False),
    Ending((AirflowFailException, AirflowSensorTimeout), _failed_for_good, told=True),
    Ending((ParamValidationError,), _failed_for_good, told=False),
    Ending((AirflowTaskTimeout,), _without_class, told=True),
    Ending((AirflowTaskTerminated,), _without_class, told=False),
    Ending((KeyboardInterrupt,), lambda _: Result(state=TaskState.FAILED, reason="Interrupted."),
           told=False),
    Ending((SystemExit,), _exited, told=True),
    Ending((BaseException,), _failed, told=True),
)  # fmt: skip


def ending_of(error: BaseException) -> Ending:
    """The row of `ENDINGS` for this exception."""
    return next(row for row in ENDINGS if isinstance(error, row.kinds))


def returned(
    ti: RuntimeTaskInstance, task: Any, value: Any, mapped_dependants: bool, longest_map: int
) -> tuple[tuple[XComValue, ...], tuple[tuple[str, int], ...]]:
    """The XComs that a returned value makes, and the lengths that others may expand over.

    Raises `UnmappableXComTypePushed`, `UnmappableXComLengthPushed`, `NotSerializable` or
    `TypeError` (multiple_outputs of something that is no dict).
    """
    length = length_of(value)
    if mapped_dependants:
        _check_mappable(ti, value, length, longest_map)
    lengths = dict(ti.lengths)
    if value is None or not getattr(task, "do_xcom_push", True):
        return (), tuple(lengths.items())
    values = {RETURN_KEY: value}
    if getattr(task, "multiple_outputs", False):
        values |= _outputs(ti, value)
    for key, each in values.items():
        size = length_of(each)
        if size is not None:
            lengths[key] = size
    xcoms = tuple(
        XComValue(task_id=ti.task_id, map_index=ti.map_index, key=key, value=ti.encoded(key, each))
        for key, each in values.items()
    )
    return xcoms, tuple(lengths.items())


def _outputs(ti: RuntimeTaskInstance, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(
            f"Task {ti.task_id!r} has multiple_outputs=True, so it must return a dict, not "
            f"{type(value).__name__}."
        )
    for key in value:
        if not isinstance(key, str):
            raise TypeError(
                f"Task {ti.task_id!r} has multiple_outputs=True, so the keys of its result must be "
                f"text; {key!r} is {type(key).__name__}."
            )
    return dict(value)


def _check_mappable(ti: RuntimeTaskInstance, value: Any, length: int | None, longest: int) -> None:
    if length is None and not ti.lengths:
        raise UnmappableXComTypePushed(
            f"Task {ti.task_id!r} returned {type(value).__name__}, but mapped tasks expand over "
            "its result; return a list or a dict."
        )
    if length is not None and length > longest:
        raise UnmappableXComLengthPushed(
            f"Task {ti.task_id!r} returned {length} items for mapped tasks to expand over; at most "
            f"{longest} are allowed ([core] max_map_length)."
        )
