"""What a run that a person started covers."""

from datetime import datetime

from venturi.spec.timetable.delta import subtract
from venturi.spec.timetable.model import (
    AssetOrTime,
    CronInterval,
    CronTrigger,
    Custom,
    DataInterval,
    DeltaInterval,
    DeltaTrigger,
    Events,
    MultipleCronTrigger,
    NeedsRunner,
    Timetable,
)
from venturi.spec.timetable.series import CronSeries, EventSeries, before


def infer_manual_interval(timetable: Timetable, run_after: datetime) -> DataInterval:
    """The data interval of a manual run: the latest complete one, or the instant itself.

    Raises `NeedsRunner` for a custom timetable.
    """
    start, end = run_after, run_after
    match timetable:
        case CronInterval():
            series = CronSeries(exprs=(timetable.expr,), timezone=timetable.timezone)
            end = series.at_or_before(run_after) or run_after
            start = before(series, end) or end
        case DeltaInterval():
            start = subtract(timetable.delta, run_after, timetable.timezone)
        case CronTrigger() | DeltaTrigger() | MultipleCronTrigger():
            start = subtract(timetable.interval, run_after, timetable.timezone)
        case Events() if timetable.restrict_to_events:
            events = EventSeries(dates=timetable.dates)
            nearest = events.at_or_before(run_after) or events.at_or_after(run_after)
            start = end = nearest or run_after
        case AssetOrTime():
            return infer_manual_interval(timetable.timetable, run_after)
        case Custom():
            raise NeedsRunner(
                f"The timetable {timetable.import_path} is code of its own; "
                "only a runner can evaluate it."
            )
        case _:
            pass  # a run of these covers the instant at which it was asked for
    return DataInterval(start=start, end=end)
