"""Timetables as DAG files write them; `frozen` turns each into what the engine reads."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from venturi.core.clock import SystemClock
from venturi.sdk.values import instant, utc, zone_name
from venturi.spec.timetable import model


class DataInterval(NamedTuple):
    """The period of data that a run covers."""

    start: datetime
    end: datetime

    @classmethod
    def exact(cls, at: datetime) -> "DataInterval":
        """The interval of no length at `at`."""
        return cls(at, at)


class TimeRestriction(NamedTuple):
    """The bounds that a DAG sets: start date, end date, and whether it catches up."""

    earliest: datetime | None
    latest: datetime | None
    catchup: bool


class DagRunInfo(NamedTuple):
    """When a run may start and what it covers."""

    run_after: datetime | None
    data_interval: DataInterval | None = None

    @classmethod
    def exact(cls, at: datetime) -> "DagRunInfo":
        """A run at `at` that covers that instant."""
        return cls(at, DataInterval.exact(at))

    @classmethod
    def interval(cls, start: datetime, end: datetime) -> "DagRunInfo":
        """A run that covers `start` to `end` and may start at `end`."""
        return cls(end, DataInterval(start, end))

    @property
    def logical_date(self) -> datetime | None:
        """The date the run is known by: the start of its interval."""
        return self.data_interval.start if self.data_interval else self.run_after


class Timetable:
    """Base of timetables of an author's own: define the two methods below and, if there is
    anything to remember, `serialize` and `deserialize`."""

    description: str = ""
    periodic: bool = True
    can_be_scheduled: bool = True
    run_ordering: Any = ("data_interval_end", "logical_date")
    active_runs_limit: int | None = None
    asset_condition: Any = None

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        """What a run that a person started at `run_after` covers."""
        raise NotImplementedError(f"{type(self).__name__} has to define it.")

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        """The run after the last one (None: the first); None when there is none."""
        raise NotImplementedError(f"{type(self).__name__} has to define it.")

    @property
    def summary(self) -> str:
        """A few words for lists."""
        return type(self).__name__

    def serialize(self) -> dict[str, Any]:
        """What `deserialize` needs, as JSON values."""
        return {}

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> "Timetable":
        """The timetable that `serialize` wrote."""
        return cls()

    def validate(self) -> None:
        """Raise `AirflowTimetableInvalid` if this could never be followed."""

    def generate_run_id(
        self,
        *,
        run_type: Any,
        logical_date: datetime | None = None,
        data_interval: DataInterval | None = None,
        run_after: datetime | None = None,
        **extra: Any,
    ) -> str:
        """The id of a new run."""
        from venturi.core.run_ids import run_id
        from venturi.core.states import RunType

        at = logical_date or run_after or (data_interval.end if data_interval else None)
        return run_id(RunType(str(getattr(run_type, "value", run_type))), at or _now())

    def frozen(self, zone: str) -> model.Timetable:
        """What the engine reads; `zone` is the DAG's. An author's code stays in the runner."""
        kind = type(self)
        return model.Custom(
            import_path=f"{kind.__module__}.{kind.__qualname__}",
            data=self.serialize(),
            summary=str(self.summary),
            description=str(self.description),
            periodic=bool(self.periodic),
            can_be_scheduled=bool(self.can_be_scheduled),
            active_runs_limit=self.active_runs_limit,
        )


class KnownTimetable(Timetable):
    """Base of our own timetables: everything is answered by the frozen form."""

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        from venturi.spec.timetable import next_run

        last = last_automated_data_interval
        before = None
        if last is not None:
            interval = model.DataInterval(start=last.start, end=last.end)
            before = model.RunInfo(
                run_after=last.end, logical_date=last.start, data_interval=interval
            )
        bounds = model.Restriction(
            earliest=utc(restriction.earliest, "earliest"),
            latest=utc(restriction.latest, "latest"),
            catchup=restriction.catchup,
        )
        return run_info(next_run(self.frozen("UTC"), before, bounds, _now()))

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        from venturi.spec.timetable import infer_manual_interval

        found = infer_manual_interval(self.frozen("UTC"), run_after)
        return DataInterval(found.start, found.end)

    @property
    def summary(self) -> str:
        from venturi.spec.timetable import summary

        return summary(self.frozen("UTC"))

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.frozen("UTC") == self.frozen("UTC")

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.summary}>"


class NullTimetable(KnownTimetable):
    """Never by itself (`schedule=None`)."""

    can_be_scheduled = False
    periodic = False

    def frozen(self, zone: str) -> model.Timetable:
        return model.Null()


class OnceTimetable(KnownTimetable):
    """One run, at the start date (`@once`)."""

    periodic = False

    def frozen(self, zone: str) -> model.Timetable:
        return model.Once()


class ContinuousTimetable(KnownTimetable):
    """The next run as soon as the last one has ended (`@continuous`)."""

    periodic = False
    active_runs_limit = 1

    def frozen(self, zone: str) -> model.Timetable:
        return model.Continuous()


class CronDataIntervalTimetable(KnownTimetable):
    """Data intervals between the times of a cron expression; a run fires at the interval's end."""

    def __init__(self, cron: str, timezone: str | tzinfo | None = None) -> None:
        self.cron, self._zone = cron, zone_name(timezone) if timezone is not None else None

    def frozen(self, zone: str) -> model.Timetable:
        return model.CronInterval(expr=cron_text(self.cron), timezone=self._zone or zone)


class DeltaDataIntervalTimetable(KnownTimetable):
    """Data intervals of a fixed step, counted from the start date."""

    def __init__(self, delta: Any) -> None:
        self.delta = delta

    def frozen(self, zone: str) -> model.Timetable:
        return model.DeltaInterval(delta=step(self.delta), timezone=zone)


class CronTriggerTimetable(KnownTimetable):
    """A run at each time of a cron expression."""

    def __init__(
        self,
        cron: str,
        *,
        timezone: str | tzinfo | None = None,
        interval: Any = timedelta(),
        run_immediately: bool | timedelta | None = False,
    ) -> None:
        self.cron, self._zone = cron, zone_name(timezone) if timezone is not None else None
        self.interval, self.run_immediately = interval, run_immediately

    def frozen(self, zone: str) -> model.Timetable:
        return model.CronTrigger(
            expr=cron_text(self.cron),
            timezone=self._zone or zone,
            interval=step(self.interval),
            run_immediately=_at_once(self.run_immediately),
        )


class MultipleCronTriggerTimetable(KnownTimetable):
    """A run at each time of any of several cron expressions."""

    def __init__(
        self,
        *crons: str,
        timezone: str | tzinfo | None = None,
        interval: Any = timedelta(),
        run_immediately: bool | timedelta | None = False,
    ) -> None:
        self.crons, self._zone = crons, zone_name(timezone) if timezone is not None else None
        self.interval, self.run_immediately = interval, run_immediately

    def frozen(self, zone: str) -> model.Timetable:
        return model.MultipleCronTrigger(
            exprs=tuple(cron_text(each) for each in self.crons),
            timezone=self._zone or zone,
            interval=step(self.interval),
            run_immediately=_at_once(self.run_immediately),
        )


class DeltaTriggerTimetable(KnownTimetable):
    """A run every `delta`, counted from the start date."""

    def __init__(self, delta: Any, *, interval: Any = timedelta()) -> None:
        self.delta, self.interval = delta, interval

    def frozen(self, zone: str) -> model.Timetable:
        return model.DeltaTrigger(
            delta=step(self.delta), interval=step(self.interval), timezone=zone
        )


class EventsTimetable(KnownTimetable):
    """A run at each of the given instants."""

    def __init__(
        self,
        event_dates: Iterable[datetime],
        restrict_to_events: bool = False,
        presorted: bool = False,
        description: str | None = None,
    ) -> None:
        found = [instant(each, "event_dates") for each in event_dates]
        self.event_dates = [each for each in found if each is not None]
        if not presorted:
            self.event_dates.sort()
        self.restrict_to_events = restrict_to_events
        self.description = description or f"{len(self.event_dates)} events"

    def frozen(self, zone: str) -> model.Timetable:
        return model.Events(
            dates=tuple(each.astimezone(UTC) for each in self.event_dates),
            restrict_to_events=self.restrict_to_events,
            description=self.description,
        )


class AssetTriggeredTimetable(KnownTimetable):
    """A run when assets were updated."""

    periodic = False

    def __init__(self, assets: Any) -> None:
        from venturi.sdk.asset import condition_of

        self.asset_condition = condition_of(assets)

    def frozen(self, zone: str) -> model.Timetable:
        return model.AssetTriggered(condition=self.asset_condition.as_expression())


class AssetOrTimeSchedule(KnownTimetable):
    """Runs of a timetable, and runs when assets were updated."""

    def __init__(self, *, timetable: Timetable, assets: Any = None, datasets: Any = None) -> None:
        from venturi.sdk.asset import condition_of

        self.timetable = timetable
        self.asset_condition = condition_of(assets if assets is not None else datasets)

    def frozen(self, zone: str) -> model.Timetable:
        return model.AssetOrTime(
            timetable=self.timetable.frozen(zone),
            condition=self.asset_condition.as_expression(),
        )


DatasetOrTimeSchedule = AssetOrTimeSchedule
BaseTimetable = Timetable

#: Words for schedules that people often need.
PRESETS: Mapping[str, str] = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


def cron_text(text: str) -> str:
    """The cron expression that a preset stands for; other text as it is."""
    return PRESETS.get(text.strip().lower(), text.strip())


def step(value: Any) -> model.Delta:
    """A timedelta or relativedelta, frozen. Raises `TypeError`."""
    if isinstance(value, timedelta):
        return model.TimeDelta(microseconds=value // timedelta(microseconds=1))
    fields = [
        "years",
        "months",
        "days",
        "leapdays",
        "hours",
        "minutes",
        "seconds",
        "microseconds",
        "year",
        "month",
        "day",
        "hour",
        "minute",
        "second",
        "microsecond",
    ]
    if not hasattr(value, "leapdays"):
        raise TypeError(f"A step of time is a timedelta or relativedelta, not {value!r}.")
    found = {name: getattr(value, name) for name in fields}
    weekday = value.weekday
    return model.RelativeDelta(
        **found,
        weekday=weekday.weekday if weekday is not None else None,
        weekday_n=weekday.n if weekday is not None else None,
    )


def run_info(found: model.RunInfo | None) -> DagRunInfo | None:
    """The engine's words in those of DAG files."""
    if found is None:
        return None
    interval = found.data_interval
    return DagRunInfo(
        found.run_after, DataInterval(interval.start, interval.end) if interval else None
    )


def _at_once(value: bool | timedelta | None) -> bool | float | None:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _now() -> datetime:
    return SystemClock().now()
