"""When a run must have ended."""

from datetime import datetime, timedelta
from typing import assert_never

from venturi.spec.model import DeadlineSpec, Reference


def deadline_at(
    spec: DeadlineSpec,
    *,
    logical_date: datetime | None,
    queued_at: datetime,
    interval: float | None,
    average: float | None,
) -> datetime | None:
    """The instant of a run's deadline; None when it has none.

    `interval` is in seconds, None when the Variable that should hold it does not. `average` is the
    average duration of earlier runs in seconds, None when too few have ended.
    """
    if interval is None:
        return None
    match spec.reference:
        case Reference.LOGICAL_DATE:
            since = logical_date
        case Reference.QUEUED_AT:
            since = queued_at
        case Reference.FIXED:
            since = spec.at
        case Reference.AVERAGE:
            since = None if average is None else queued_at + timedelta(seconds=average)
        case _:
            assert_never(spec.reference)
    return None if since is None else since + timedelta(seconds=interval)
