"""The kinds of timetable, frozen: what `sdk` timetable objects become and the engine reads.

All instants are aware UTC datetimes. All structs travel through msgspec's JSON and MessagePack;
`Timetable` is the tagged union to decode.
"""

from datetime import datetime
from typing import Any

import msgspec

from venturi.core.errors import VenturiError


class NeedsRunner(VenturiError):
    """A custom timetable is the user's code: only the runner may evaluate it."""


class DataInterval(msgspec.Struct, frozen=True, kw_only=True):
    """The period of data that a run covers; a run of an instant has `start == end`."""

    start: datetime
    end: datetime


class RunInfo(msgspec.Struct, frozen=True, kw_only=True):
    """The dates of one run: not before `run_after`; `logical_date` is unique within the DAG."""

    run_after: datetime
    logical_date: datetime | None = None
    data_interval: DataInterval | None = None


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds that a DAG sets: its start date, its end date, and whether it catches up."""

    earliest: datetime | None = None
    latest: datetime | None = None
    catchup: bool = False


class TimeDelta(msgspec.Struct, frozen=True, kw_only=True, tag="timedelta"):
    """Elapsed time, `datetime.timedelta`: always the same length, whatever the clocks do."""

    microseconds: int = 0


class RelativeDelta(
    msgspec.Struct, frozen=True, kw_only=True, tag="relativedelta", omit_defaults=True
):
    """A step on the calendar, `dateutil.relativedelta`, with its names and meaning.

    Plural fields are added, singular ones replace that part of the date. `weekday` (Monday is 0)
    moves to the `weekday_n`-th such day from there (1: today counts; negative: backwards).
    """

    years: int = 0
    months: int = 0
    days: int = 0
    leapdays: int = 0
    hours: int = 0
    minutes: int = 0
    seconds: int = 0
    microseconds: int = 0
    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    microsecond: int | None = None
    weekday: int | None = None
    weekday_n: int | None = None


Delta = TimeDelta | RelativeDelta

#: True: the first run is the last due time, at once. False: wait for the next one. A number of
#: seconds: at once if the last due time is not longer ago. None: if it is not longer ago than a
#: tenth of the period, or five minutes. Only matters for a DAG without start date and runs.
RunImmediately = bool | float | None


class Null(msgspec.Struct, frozen=True, kw_only=True, tag="null"):
    """Never by itself: runs are started by people or other DAGs (`schedule=None`)."""


class Once(msgspec.Struct, frozen=True, kw_only=True, tag="once"):
    """One run, at the start date (`@once`)."""


class Continuous(msgspec.Struct, frozen=True, kw_only=True, tag="continuous"):
    """The next run as soon as the last one has ended (`@continuous`)."""


class CronInterval(msgspec.Struct, frozen=True, kw_only=True, tag="cron_interval"):
    """Data intervals between the times of a cron expression; a run fires when its interval ends."""

    expr: str
    timezone: str = "UTC"


class DeltaInterval(msgspec.Struct, frozen=True, kw_only=True, tag="delta_interval"):
    """Data intervals of a fixed step, counted from the start date.

    `timezone` is the DAG's; only a `RelativeDelta` looks at it.
    """

    delta: Delta
    timezone: str = "UTC"


class CronTrigger(msgspec.Struct, frozen=True, kw_only=True, tag="cron_trigger"):
    """A run at each time of a cron expression, covering `interval` before that time."""

    expr: str
    timezone: str = "UTC"
    interval: Delta = TimeDelta()
    run_immediately: RunImmediately = False


class DeltaTrigger(msgspec.Struct, frozen=True, kw_only=True, tag="delta_trigger"):
    """A run every `delta`, counted from the start date, covering `interval` before it."""

    delta: Delta
    interval: Delta = TimeDelta()
    timezone: str = "UTC"


class MultipleCronTrigger(msgspec.Struct, frozen=True, kw_only=True, tag="multiple_cron_trigger"):
    """A run at each time of any of several cron expressions, never two at the same time."""

    exprs: tuple[str, ...]
    timezone: str = "UTC"
    interval: Delta = TimeDelta()
    run_immediately: RunImmediately = False


class Events(msgspec.Struct, frozen=True, kw_only=True, tag="events"):
    """A run at each of the given instants (any order, duplicates count once).

    With `restrict_to_events` a manual run covers the latest event instead of the present.
    """

    dates: tuple[datetime, ...] = ()
    restrict_to_events: bool = False
    description: str = ""


class AssetTriggered(msgspec.Struct, frozen=True, kw_only=True, tag="asset_triggered"):
    """A run when assets were updated; `condition` is the expression as plain data."""

    condition: Any


class AssetOrTime(msgspec.Struct, frozen=True, kw_only=True, tag="asset_or_time"):
    """Runs of a timetable, and runs when assets were updated."""

    timetable: "Timetable"
    condition: Any


class Custom(msgspec.Struct, frozen=True, kw_only=True, tag="custom"):
    """A timetable class of the user's: where to import it from and its serialized form."""

    import_path: str
    data: Any = None
    summary: str = ""
    description: str = ""
    periodic: bool = True
    can_be_scheduled: bool = True
    active_runs_limit: int | None = None


Timetable = (
    Null
    | Once
    | Continuous
    | CronInterval
    | DeltaInterval
    | CronTrigger
    | DeltaTrigger
    | MultipleCronTrigger
    | Events
    | AssetTriggered
    | AssetOrTime
    | Custom
)
