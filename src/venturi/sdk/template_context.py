"""The context of an attempt: what templates, callables and callbacks are given.

`NAMES` is the table of template variables, and the docs are made from it. A value is made when its
name is first used, so a task pays for what it looks at. Values that cost a question to the engine
are `Late` ones.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from venturi.core.requests import GetRun
from venturi.sdk.late import Late
from venturi.sdk.runtime_run import DagRun, ask_run
from venturi.sdk.runtime_ti import RuntimeTaskInstance
from venturi.sdk.template_env import as_ds, as_ds_nodash, as_ts_nodash, as_ts_nodash_with_tz
from venturi.spec.model import Era


class In(Enum):
    """The files that know a name."""

    ALL = frozenset(Era)
    OLD = frozenset({Era.V1, Era.V2})


class Name(NamedTuple):
    """One template variable."""

    name: str
    value: Callable[["Source"], Any]
    help: str
    eras: In = In.ALL
    #: Only there when the run has a logical date (in old files every run has one).
    dated: bool = False


class Source:
    """What the values are made from; remembers what several of them share."""

    def __init__(self, ti: RuntimeTaskInstance) -> None:
        self.ti = ti
        self.task = ti.task
        self.dag = ti.dag
        self.run: DagRun = ti.dag_run
        self._last_success: list[DagRun | None] = []

    @property
    def date(self) -> Any:
        """The logical date; for a run of an old file without one, when it was due."""
        return self.run.logical_date or self.run.run_after

    @property
    def interval_start(self) -> Any:
        return self.run.data_interval_start or self.run.logical_date

    @property
    def interval_end(self) -> Any:
        return self.run.data_interval_end or self.run.logical_date

    def last_success(self) -> DagRun | None:
        """The newest successful run before this one; asked for once."""
        if not self._last_success:
            run = self.run
            before = run.logical_date or run.run_after
            question = GetRun(dag_id=run.dag_id, before=before, state="success")
            self._last_success.append(ask_run(question, self.dag))
        return self._last_success[0]


def _day(days: int) -> Callable[[Source], str]:
    return lambda of: (of.date + timedelta(days=days)).strftime("%Y-%m-%d")


def _day_nodash(days: int) -> Callable[[Source], str]:
    return lambda of: (of.date + timedelta(days=days)).strftime("%Y%m%d")


def _of_last_success(attribute: str) -> Callable[[Source], Any]:
    def value(of: Source) -> Any:
        return Late(lambda: getattr(of.last_success(), attribute, None))

    return value


def _neighbour(of: Source, later: bool) -> Any:
    """The date of the run after or before this one, by the schedule; for a manual run its own."""
    if of.run.external_trigger:
        return of.date
    if later and of.run.data_interval_end and of.run.data_interval_end != of.run.logical_date:
        return of.run.data_interval_end
    step = getattr(of.dag, "following_schedule" if later else "previous_schedule", None)
    found = step(of.date) if step is not None else None
    if found is None:
        return None
    from venturi.sdk.runtime_run import moment

    return moment(found)


def _neighbour_ds(later: bool, write: Callable[[Any], Any]) -> Callable[[Source], Any]:
    return lambda of: write(_neighbour(of, later))


def _key_text(of: Source) -> str:
    date = of.run.logical_date
    when = as_ds_nodash(date) if date is not None else of.run.run_id
    return f"{of.ti.dag_id}__{of.ti.task_id}__{when}"


def _params(of: Source) -> Any:
    from venturi.sdk.runtime_params import merged_params

    return merged_params(of.dag, of.task, of.run.conf)


def _macros(_: Source) -> Any:
    from venturi.sdk import macros

    return macros


def _var(_: Source) -> Any:
    from venturi.sdk.accessors import Variables

    return Variables()


def _conn(_: Source) -> Any:
    from venturi.sdk.accessors import ConnectionAccessor

    return ConnectionAccessor()


def _conf(_: Source) -> Any:
    from venturi.config import get_config

    return get_config()


def _events(_: Source) -> Any:
    from venturi.sdk.runtime_assets import EventAccessor

    return EventAccessor()


def _tables(of: Source) -> Any:
    try:
        return _params(of)["tables"]
    except KeyError:
        return None


def _expanded(of: Source) -> Any:
    return Late(lambda: of.ti.expanded_count) if of.ti.map_index >= 0 else None


NAMES: tuple[Name, ...] = (
    Name("dag", lambda of: of.dag, "The DAG."),
    Name("task", lambda of: of.task, "The task."),
    Name("ti", lambda of: of.ti, "The task instance."),
    Name("task_instance", lambda of: of.ti, "The same as `ti`."),
    Name("task_instance_key_str", _key_text, "`<dag_id>__<task_id>__<ds_nodash>`."),
    Name("dag_run", lambda of: of.run, "The run."),
    Name("run_id", lambda of: of.run.run_id, "The id of the run."),
    Name("logical_date", lambda of: of.date, "The date the run is about.", dated=True),
    Name("ds", lambda of: as_ds(of.date), "The date as `YYYY-MM-DD`.", dated=True),
    Name("ds_nodash", lambda of: as_ds_nodash(of.date), "As `YYYYMMDD`.", dated=True),
    Name("ts", lambda of: of.date.isoformat(), "As `2026-11-22T00:00:00+00:00`.", dated=True),
    Name("ts_nodash", lambda of: as_ts_nodash(of.date), "As `20261122T000000`.", dated=True),
    Name(
        "ts_nodash_with_tz",
        lambda of: as_ts_nodash_with_tz(of.date),
        "As `20261122T000000+0000`.",
        dated=True,
    ),
    Name("data_interval_start", lambda of: of.interval_start, "Where the run's data begins."),
    Name("data_interval_end", lambda of: of.interval_end, "Where the run's data ends."),
    Name(
        "prev_data_interval_start_success",
        _of_last_success("data_interval_start"),
        "`data_interval_start` of the last successful run before this one.",
    ),
    Name(
        "prev_data_interval_end_success",
        _of_last_success("data_interval_end"),
        "`data_interval_end` of the last successful run before this one.",
    ),
    Name(
        "prev_start_date_success",
        _of_last_success("start_date"),
        "When the last successful run before this one began.",
    ),
    Name(
        "prev_end_date_success",
        _of_last_success("end_date"),
        "When the last successful run before this one ended.",
    ),
    Name("params", _params, "Params of the DAG and the task, overridden by the run's conf."),
    Name("var", _var, "`var.value.<key>`, `var.json.<key>`, `.get(key, default)`."),
    Name("conn", _conn, "`conn.<id>.host` and so on, `conn.get(id, default)`."),
    Name("macros", _macros, "Functions and modules, see macros."),
    Name("test_mode", lambda of: of.ti.test_mode, "Whether this is `airflow tasks test`."),
    Name("inlets", lambda of: list(getattr(of.task, "inlets", ()) or ()), "The task's inlets."),
    Name("outlets", lambda of: list(getattr(of.task, "outlets", ()) or ()), "Its outlets."),
    Name("inlet_events", _events, "Events of its inlets."),
    Name("outlet_events", _events, "Events to attach to its outlets."),
    Name("triggering_asset_events", lambda _: {}, "Asset events that caused the run, by asset."),
    Name("triggering_dataset_events", lambda _: {}, "The same, as 2.x named it.", In.OLD),
    Name("expanded_ti_count", _expanded, "How many instances it has; None if not mapped."),
    Name(
        "map_index_template",
        lambda of: getattr(of.task, "map_index_template", None),
        "Template of the instance's label.",
    ),
    Name("templates_dict", lambda of: getattr(of.task, "templates_dict", None), "Rendered dict."),
    Name("task_reschedule_count", lambda of: of.ti.reschedule_count, "How often it waited."),
    Name("partition_key", lambda of: of.run.partition_key, "The partition of the run."),
    Name("partition_date", lambda _: None, "The date of the run's partition."),
    Name("try_number", lambda of: of.ti.try_number, "Which try this is, from 1."),
    # Names of old files.
    Name("execution_date", lambda of: of.date, "Old name of `logical_date`.", In.OLD),
    Name("next_execution_date", lambda of: _neighbour(of, True), "Of the next run.", In.OLD),
    Name("prev_execution_date", lambda of: _neighbour(of, False), "Of the run before.", In.OLD),
    Name(
        "prev_execution_date_success",
        _of_last_success("logical_date"),
        "Of the last successful run before this one.",
        In.OLD,
    ),
    Name("next_ds", _neighbour_ds(True, as_ds), "Date of the next run.", In.OLD),
    Name("next_ds_nodash", _neighbour_ds(True, as_ds_nodash), "The same, YYYYMMDD.", In.OLD),
    Name("prev_ds", _neighbour_ds(False, as_ds), "Date of the run before.", In.OLD),
    Name("prev_ds_nodash", _neighbour_ds(False, as_ds_nodash), "The same, YYYYMMDD.", In.OLD),
    Name("yesterday_ds", _day(-1), "The day before `ds`.", In.OLD),
    Name("yesterday_ds_nodash", _day_nodash(-1), "The same, YYYYMMDD.", In.OLD),
    Name("tomorrow_ds", _day(1), "The day after `ds`.", In.OLD),
    Name("tomorrow_ds_nodash", _day_nodash(1), "The same, YYYYMMDD.", In.OLD),
    Name("END_DATE", lambda of: as_ds(of.date), "1.x: the same as `ds`.", In.OLD),
    Name("end_date", lambda of: as_ds(of.date), "1.x: the same as `ds`.", In.OLD),
    Name("latest_date", lambda of: as_ds(of.date), "1.x: the same as `ds`.", In.OLD),
    Name("conf", _conf, "The configuration (`airflow.cfg`).", In.OLD),
    Name("tables", _tables, "1.x: `params['tables']`.", In.OLD),
)


class TemplateContext(dict[str, Any]):
    """A dict of the names of `NAMES` (and what callers add), whose values are made when used."""

    def __init__(self, source: Source, names: Mapping[str, Any]) -> None:
        super().__init__(names)
        self.source = source

    def __getitem__(self, name: str) -> Any:
        value = super().__getitem__(name)
        if type(value) is Name:
            value = value.value(self.source)
            super().__setitem__(name, value)
        return value

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if super().__contains__(name) else default

    # Overriding __iter__ makes `dict(context)` and `**context` ask __getitem__ for each value.
    def __iter__(self) -> Iterator[str]:
        return super().__iter__()

    def items(self) -> Any:
        return [(name, self[name]) for name in super().__iter__()]

    def values(self) -> Any:
        return [self[name] for name in super().__iter__()]

    def pop(self, name: str, *default: Any) -> Any:
        if super().__contains__(name):
            value = self[name]
            del self[name]
            return value
        return super().pop(name, *default)

    def setdefault(self, name: str, default: Any = None) -> Any:
        return self[name] if super().__contains__(name) else super().setdefault(name, default)

    def copy(self) -> "TemplateContext":
        return TemplateContext(self.source, dict(super().items()))

    __copy__ = copy

    def __or__(self, other: Any) -> "TemplateContext":  # type: ignore[override]
        joined = self.copy()
        joined.update(other)
        return joined

    def __ror__(self, other: Any) -> Any:
        return {**other, **self}

    def __repr__(self) -> str:
        return f"<context of {self.source.ti!r}>"


def context_of(ti: RuntimeTaskInstance) -> TemplateContext:
    """The context of this attempt, as its DAG's era names things."""
    era = getattr(ti.dag, "era", Era.V3)
    dated = era is not Era.V3 or ti.dag_run.logical_date is not None
    return TemplateContext(Source(ti), names_known(era, dated))


@cache
def names_known(era: Era, dated: bool) -> Mapping[str, Name]:
    """The template variables of files of this era, for runs with a logical date or without."""
    return {row.name: row for row in NAMES if era in row.eras.value and (dated or not row.dated)}


def was_known(name: str) -> Name | None:
    """The row of a template variable that only old files know, for a hint; else None."""
    return next((row for row in NAMES if row.name == name and row.eras is In.OLD), None)
