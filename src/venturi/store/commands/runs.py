"""Triggering, deleting and changing runs."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import func, select, update

from venturi.core.clock import Instant
from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.core.run_ids import check_run_id, run_id
from venturi.core.states import RUN_TERMINAL, RunState, RunType, TaskState
from venturi.spec.model import DagSpec
from venturi.spec.timetable.manual import infer_manual_interval
from venturi.spec.timetable.model import DataInterval, NeedsRunner, RunInfo
from venturi.store.backfills import close_backfills
from venturi.store.commands.audit import Actor, note
from venturi.store.commands.belongings import delete_runs
from venturi.store.commands.literals import instant
from venturi.store.commands.params import check_params
from venturi.store.engine import Tx
from venturi.store.history import record_change
from venturi.store.queries.specs import unknown_dag
from venturi.store.runs import create_run
from venturi.store.schema.dags import dag
from venturi.store.schema.runs import (
    dag_run,
    task_instance,
)
from venturi.store.scope import EVERY_DAG
from venturi.store.versions import Version, Versions


class RunAlreadyExists(Conflict):
    """The DAG has a run with this id, or for this logical date."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A run that somebody asks for.

    `run_after` None means now. A `logical_date` of None is a run for no date: templates that need
    one will not find it.
    """

    dag_id: str
    logical_date: Instant | None = None
    run_id: str | None = None
    run_after: Instant | None = None
    interval: DataInterval | None = None
    conf: Mapping[str, Any] = {}
    note: str | None = None
    run_type: RunType = RunType.MANUAL


class Triggered(NamedTuple):
    """The run that was made; `paused`: it waits until its DAG is unpaused."""

    id: int
    dag_id: str
    run_id: str
    logical_date: Instant | None
    interval: DataInterval | None
    run_after: Instant
    paused: bool


def trigger(
    tx: Tx,
    wanted: Wanted,
    who: Actor,
    versions: Versions | None = None,
    *,
    conf_overrides_params: bool = True,
) -> Triggered:
    """Make a run now, with its task instances.

    Raises `NotFound` for the DAG, `RunAlreadyExists`, `InvalidInput` for a run id or `conf` that
    does not fit the DAG's params, `Conflict` for a DAG that cannot be run.
    """
    version, is_paused = runnable(tx, wanted.dag_id, wanted.run_type, versions)
    spec = version.graph.spec
    check_params(spec, wanted.conf if conf_overrides_params else {})
    info = _dates(spec, wanted, who.now)
    name = _free_name(tx, wanted, info)
    conf = encoded(wanted.conf)
    row_id = create_run(
        tx,
        version,
        info,
        now=who.now,
        run_type=wanted.run_type,
        run_id=name,
        conf=conf,
        note=wanted.note,
        triggered_by=who.through,
        user=who.name,
    )
    note(
        tx,
        who,
        "trigger",
        dag_id=spec.dag_id,
        run_id=name,
        logical_date=info.logical_date,
        extra={"conf": sorted(wanted.conf)} if wanted.conf else None,
    )
    return Triggered(
        row_id,
        spec.dag_id,
        name,
        info.logical_date,
        info.data_interval,
        info.run_after,
        is_paused,
    )


def runnable(
    tx: Tx, dag_id: str, run_type: RunType, versions: Versions | None = None
) -> tuple[Version, bool]:
    """The present version of a DAG that runs of this type can be made of, and whether it is paused.

    Raises `NotFound`, `Conflict`.
    """
    row = tx.execute(select(dag).where(dag.c.dag_id == dag_id)).first()
    if row is None or not row.is_active or row.version_id is None:
        raise NotFound(unknown_dag(tx, EVERY_DAG, dag_id))
    if row.has_import_errors:
        raise Conflict(
            f"The file of DAG {dag_id!r} cannot be read at present. "
            "See: airflow dags list-import-errors"
        )
    version = (versions or Versions()).get(tx, row.version_id)
    spec = version.graph.spec
    if spec.allowed_run_types is not None and run_type not in spec.allowed_run_types:
        allowed = ", ".join(spec.allowed_run_types)
        raise Conflict(f"DAG {dag_id!r} allows only these types of run: {allowed}.")
    return version, bool(row.is_paused)


def _dates(spec: DagSpec, wanted: Wanted, now: Instant) -> RunInfo:
    run_after = wanted.run_after or now
    interval = wanted.interval
    if interval is not None and interval.start > interval.end:
        raise InvalidInput("The data interval ends before it begins.")
    at = wanted.logical_date
    if interval is None and at is not None:
        try:
            interval = infer_manual_interval(spec.timetable, at)
        except NeedsRunner:  # its own code cannot be asked here
            interval = DataInterval(start=at, end=at)
    return RunInfo(run_after=run_after, logical_date=at, data_interval=interval)


def _free_name(tx: Tx, wanted: Wanted, info: RunInfo) -> str:
    name = wanted.run_id
    if name is None:
        name = run_id(wanted.run_type, info.logical_date or info.run_after)
    check_run_id(name)
    table = dag_run
    if tx.execute(
        select(table.c.id).where(table.c.dag_id == wanted.dag_id, table.c.run_id == name)
    ).first():
        raise RunAlreadyExists(f"DAG {wanted.dag_id!r} already has a run {name!r}.")
    if info.logical_date is None:
        return name
    other = tx.execute(
        select(table.c.run_id).where(
            table.c.dag_id == wanted.dag_id, table.c.logical_date == info.logical_date
        )
    ).scalar()
    if other is not None:
        raise RunAlreadyExists(
            f"DAG {wanted.dag_id!r} already has a run for the logical date "
            f"{info.logical_date.isoformat()}: {other!r}."
        )
    return name


def encoded(conf: Mapping[str, Any]) -> str:
    """A run's conf as JSON. Raises `InvalidInput`."""
    try:
        return json.dumps(dict(conf))
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"conf must be plain JSON: {error}.") from error


def parse_conf(text: str | None) -> dict[str, Any]:
    """The object that a person wrote as JSON. Raises `InvalidInput` naming what is wrong."""
    if not text:
        return {}
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InvalidInput(
            f"conf must be a JSON object, like '{{\"key\": 1}}': {error}."
        ) from error
    if not isinstance(value, dict):
        raise InvalidInput(f"conf must be a JSON object, not {type(value).__name__}.")
    return value


def row_of(tx: Tx, dag_id: str, name: str, *, hold: bool = False) -> Any:
    """A run's row, by its id within its DAG; `hold` it until the commit. Raises `NotFound`."""
    query = select(dag_run).where(dag_run.c.dag_id == dag_id, dag_run.c.run_id == name)
    row = tx.execute(query.with_for_update() if hold else query).first()
    if row is None:
        raise NotFound(f"DAG {dag_id!r} has no run {name!r}.")
    return row


def delete_run(tx: Tx, dag_id: str, name: str, who: Actor, *, force: bool = False) -> int:
    """Delete a run with its task instances; its row id. Raises `NotFound`, `Conflict`.

    A run that is not at its end is deleted only with `force`: what still runs is cancelled.
    """
    row = row_of(tx, dag_id, name, hold=True)
    if not force and RunState(row.state) not in RUN_TERMINAL | {RunState.QUEUED}:
        raise Conflict(
            f"Run {name!r} of DAG {dag_id!r} is {row.state}: mark it failed first, then delete it."
        )
    delete_runs(tx, dag_id, [row.id])
    close_backfills(tx, [row.backfill_id], who.now)
    note(tx, who, "delete_run", dag_id=dag_id, run_id=name, logical_date=row.logical_date)
    return int(row.id)


def set_note(tx: Tx, dag_id: str, name: str, text: str | None, who: Actor) -> int:
    """Write a person's note on a run; its row id. Raises `NotFound`."""
    row = row_of(tx, dag_id, name)
    tx.execute(update(dag_run).where(dag_run.c.id == row.id).values(note=text))
    note(tx, who, "set_run_note", dag_id=dag_id, run_id=name)
    return int(row.id)


#: What becomes of the instances that have not ended when a run is marked.
_LEFT = {RunState.SUCCESS: TaskState.SUCCESS, RunState.FAILED: TaskState.SKIPPED}


def set_run_state(tx: Tx, dag_id: str, name: str, state: RunState, who: Actor) -> int:
    """Mark a run; its row id. Raises `NotFound`, `InvalidInput`.

    SUCCESS marks its instances successful; FAILED fails what runs and skips what has not begun;
    QUEUED lets it run on from where it stands.
    """
    if state is RunState.RUNNING:
        raise InvalidInput("A run can be marked queued, success or failed; it starts by itself.")
    row = row_of(tx, dag_id, name, hold=True)
    values: dict[str, Any] = {"state": state, "revision": dag_run.c.revision + 1}
    if state is RunState.QUEUED:
        values |= {"end_date": None, "reason": None, "queued_at": who.now}
    else:
        values |= {
            "end_date": who.now,
            "start_date": func.coalesce(dag_run.c.start_date, instant(who.now)),
            "reason": f"marked {state} by {who.name}",
        }
    tx.execute(update(dag_run).where(dag_run.c.id == row.id).values(**values))
    if state in RUN_TERMINAL:
        _end_instances(tx, row.id, state, who)
        close_backfills(tx, [row.backfill_id], who.now)
    note(
        tx,
        who,
        f"mark_run_{state}",
        dag_id=dag_id,
        run_id=name,
        logical_date=row.logical_date,
    )
    return int(row.id)


def _end_instances(tx: Tx, row_id: int, state: RunState, who: Actor) -> None:
    table = task_instance
    alive = [TaskState.RUNNING, TaskState.DEFERRED, TaskState.UP_FOR_RESCHEDULE]
    ended = [TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED, TaskState.REMOVED]
    reason = f"the run was marked {state} by {who.name}"
    common = {
        "epoch": table.c.epoch + 1,
        "end_date": who.now,
        "due_at": None,
        "updated_at": who.now,
        "reason": reason,
    }
    of_run = table.c.dagrun_id == row_id
    if state is RunState.FAILED:
        running = of_run, table.c.state.in_(alive)
        record_change(tx, running, TaskState.FAILED, who, reason)
        tx.execute(update(table).where(*running).values(state=TaskState.FAILED, **common))
        ended.append(TaskState.UPSTREAM_FAILED)
        left = of_run, table.c.state.is_(None) | table.c.state.not_in(ended)
    else:
        left = of_run, table.c.state.is_(None) | table.c.state.not_in([TaskState.SUCCESS])
    record_change(tx, left, _LEFT[state], who, reason)
    tx.execute(update(table).where(*left).values(state=_LEFT[state], **common))
