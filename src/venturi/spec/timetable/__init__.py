"""When a DAG is due, as plain data and pure functions.

model      the kinds of timetable, a run's dates, and the restriction a DAG puts on them
zones      when a time zone changes its clocks
pieces     a cron expression laid over a zone, cut where the clocks change
series     the instants of a cron expression: after, before, at or before ...
delta      adding a timedelta or a relativedelta to an instant
next       `next_run`: the next run of any timetable; `iter_between`: the runs of a period
period     the runs of a past period, for filling it
manual     the data interval of a run that a person started
facts      what kind of timetable it is: periodic, limits, can it be scheduled
words      a timetable as people read it: `summary`, `describe` and `type_name`
check      refuse what can never run, with a sentence

The rule for changes of clocks is in `pieces`, and in words in `docs/schedules.md`. The functions
that others call are importable from here.
"""

from venturi.spec.timetable.check import check
from venturi.spec.timetable.facts import (
    active_runs_limit,
    can_be_scheduled,
    is_asset_triggered,
    is_periodic,
    needs_runner,
)
from venturi.spec.timetable.manual import infer_manual_interval
from venturi.spec.timetable.next import iter_between, next_run
from venturi.spec.timetable.words import ASSET_TYPE_NAMES, describe, summary, type_name

__all__ = [
    "ASSET_TYPE_NAMES",
    "active_runs_limit",
    "can_be_scheduled",
    "check",
    "describe",
    "infer_manual_interval",
    "is_asset_triggered",
    "is_periodic",
    "iter_between",
    "needs_runner",
    "next_run",
    "summary",
    "type_name",
]
