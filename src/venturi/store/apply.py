"""Carrying out a plan: guarded, in bulk, in one transaction.

Each run the plan changes is guarded by its revision: if somebody else (a click, a command, another
scheduler) has changed it since it was looked at, nothing of the plan is written and `Stale` names
the runs to load again. Within the run every instance is guarded by its epoch.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, update

from venturi.core.clock import Instant
from venturi.core.errors import VenturiError
from venturi.core.messages import Finished, Started
from venturi.core.run_ids import run_id
from venturi.core.states import RUN_TERMINAL, TERMINAL, RunType, TaskState
from venturi.decide.plan import Expansion, Move, NewRun, Plan, RunMove
from venturi.decide.views import Instance, RunView
from venturi.store import dags as dag_rows
from venturi.store.backfills import close_backfills
from venturi.store.deadlines import drop_met, write_misses
from venturi.store.engine import Tx
from venturi.store.history import record_moves
from venturi.store.ids import take_ids
from venturi.store.runs import create_run, instance_row, run_exists
from venturi.store.schema.runs import (
    dag_run,
    rendered_fields,
    task_instance,
    task_instance_history,
    xcom,
)
from venturi.store.versions import Version

T = TaskState


class Stale(VenturiError):
    """What the plan rests on has changed meanwhile; nothing was written."""

    def __init__(self, run_ids: Iterable[int]) -> None:
        self.run_ids = frozenset(run_ids)
        super().__init__(f"{len(self.run_ids)} runs were changed by somebody else.")


class Applied(NamedTuple):
    """What the shell has to know of what was written."""

    created: list[int]
    expanded: list[tuple[Expansion, list[Instance]]]


def apply(
    tx: Tx,
    plan: Plan,
    *,
    now: Instant,
    job_id: int | None = None,
    versions: Mapping[str, Version],
    finished: Mapping[int, Finished] | None = None,
    started: Sequence[tuple[RunView, Instance, Started]] = (),
) -> Applied:
    """Write the plan. `finished` and `started` are reports by instance id, for their details.

    Raises `Stale` when a guard fails; the caller rolls back and loads the named runs again.
    """
    finished = finished or {}
    _guard_runs(tx, plan, started, now)
    _write_moves(tx, plan.moves, finished, now, job_id)
    _write_started(tx, started, finished)
    record_moves(tx, plan.moves, finished, started, now)
    _write_results(tx, plan.moves, finished)
    _write_run_moves(tx, plan.run_moves, now)
    write_misses(tx, plan.misses, now)
    for pause in plan.pauses:
        dag_rows.pause(tx, pause.dag_id, pause.reason, now)
    created = [
        row_id
        for new_run in plan.new_runs
        if (row_id := _create(tx, new_run, versions, now)) is not None
    ]
    return Applied(created, [(e, _expand(tx, e)) for e in plan.expansions])


def _guard_runs(
    tx: Tx, plan: Plan, started: Sequence[tuple[RunView, Instance, Started]], now: Instant
) -> None:
    """Bump the revision of every run that changes; in id order, so that nobody deadlocks."""
    runs = plan.runs | {run.id: run for run, _, _ in started}
    if not runs:
        return
    changed = tx.execute(
        _BUMP,
        [{"b_id": i, "b_revision": runs[i].revision, "b_now": now} for i in sorted(runs)],
    )
    if changed.rowcount != len(runs):
        # Which of them cannot be told: somebody else's change and ours both count up by one.
        raise Stale(runs)


_BUMP = (
    update(dag_run)
    .where(dag_run.c.id == bindparam("b_id"), dag_run.c.revision == bindparam("b_revision"))
    .values(revision=dag_run.c.revision + 1, last_scheduling_decision=bindparam("b_now"))
)

_SAME = (task_instance.c.id == bindparam("b_id"), task_instance.c.epoch == bindparam("b_seen"))


def _setting(*columns: str, **fixed: Any) -> Any:
    return (
        update(task_instance)
        .where(*_SAME)
        .values(**{name: bindparam(f"b_{name}") for name in columns}, **fixed)
    )


_QUEUE = _setting(
    *("state", "epoch", "try_number", "reschedules", "queued_dttm", "queued_by_job_id"),
    *("updated_at", "reason"),
    due_at=None,
    start_date=None,
    end_date=None,
    duration=None,
    pid=None,
    exit_code=None,
)
_SET = _setting(
    *("state", "epoch", "try_number", "reschedules", "due_at", "reason"),
    *("end_date", "updated_at", "scheduled_dttm"),
)
_END = _setting(
    *("state", "epoch", "due_at", "reason", "start_date", "end_date", "duration", "hostname"),
    *("pid", "exit_code", "cpu_user", "cpu_system", "max_rss", "updated_at", "skips"),
    *("rendered_map_index", "first_started_at"),
)
_BEGIN = _setting(
    *("start_date", "hostname", "pid", "updated_at", "first_started_at"), state=T.RUNNING
)


def _write_moves(
    tx: Tx,
    moves: Sequence[Move],
    finished: Mapping[int, Finished],
    now: Instant,
    job_id: int | None,
) -> None:
    queued, ended, others, again = [], [], [], []
    for move in moves:
        report = finished.get(move.instance.id)
        values: dict[str, Any] = {
            "b_id": move.instance.id,
            "b_seen": move.seen,
            "b_state": None if move.state is T.NONE else move.state,
            "b_epoch": move.epoch,
            "b_reason": move.reason,
            "b_updated_at": now,
        }
        if move.state is T.QUEUED:
            values |= {
                "b_try_number": move.try_number,
                "b_reschedules": move.reschedules,
                "b_queued_dttm": now,
                "b_queued_by_job_id": job_id,
            }
            queued.append(values)
            if move.epoch > 1 and not move.reschedules:
                again.append(_xcom_names(move))
        elif report is not None:
            ended.append(values | _end_values(move, report))
        else:
            values |= {
                "b_try_number": move.try_number,
                "b_reschedules": move.reschedules,
                "b_due_at": move.due,
                "b_end_date": now if move.state in TERMINAL else None,
                "b_scheduled_dttm": now,
            }
            others.append(values)
    if again:  # a new try does not see what an earlier one has pushed
        tx.execute(_FORGET_XCOMS, again)
    for statement, rows in ((_QUEUE, queued), (_END, ended), (_SET, others)):
        if rows and tx.execute(statement, rows).rowcount != len(rows):
            raise Stale({move.run.id for move in moves})


def _end_values(move: Move, report: Finished) -> dict[str, Any]:
    usage = report.usage
    started_at = report.started_at
    first = move.instance.started_at if move.instance.reschedules else None
    return {
        "b_due_at": move.due,
        "b_start_date": started_at,
        "b_end_date": report.at,
        "b_duration": (report.at - started_at).total_seconds() if started_at else None,
        "b_hostname": report.hostname,
        "b_pid": report.pid,
        "b_exit_code": report.exit_code,
        "b_cpu_user": usage.cpu_user,
        "b_cpu_system": usage.cpu_system,
        "b_max_rss": usage.max_rss,
        "b_skips": json.dumps(list(move.skips)) if move.skips else None,
        "b_rendered_map_index": report.result.map_label,
        "b_first_started_at": first or started_at,
    }


def _write_started(
    tx: Tx,
    started: Sequence[tuple[RunView, Instance, Started]],
    finished: Mapping[int, Finished],
) -> None:
    rows = [
        {
            "b_id": instance.id,
            "b_seen": word.epoch,
            "b_start_date": word.at,
            "b_hostname": word.hostname,
            "b_pid": word.pid,
            "b_updated_at": word.at,
            "b_first_started_at": (instance.started_at if instance.reschedules else None)
            or word.at,
        }
        for _, instance, word in started
        if instance.id not in finished
    ]
    if rows and tx.execute(_BEGIN, rows).rowcount != len(rows):
        raise Stale({run.id for run, _, _ in started})


def _write_results(tx: Tx, moves: Sequence[Move], finished: Mapping[int, Finished]) -> None:
    """XComs, rendered fields and the history row of every attempt that ended."""
    history: list[dict[str, Any]] = []
    xcoms: list[dict[str, Any]] = []
    rendered: list[dict[str, Any]] = []
    for move in moves:
        report = finished.get(move.instance.id)
        if report is None:
            continue
        run, instance = move.run, move.instance
        names = {
            "dag_id": run.dag_id,
            "run_id": run.run_id,
            "task_id": run.graph.tasks[instance.task].task_id,
            "map_index": instance.map_index,
        }
        history.append(names | _history_values(move, report))
        lengths = dict(report.result.lengths)
        xcoms.extend(
            names
            | {
                "key": value.key,
                "value": value.value,
                "timestamp": report.at,
                "execution_date": run.told_date,
                "length": lengths.get(value.key),
            }
            for value in report.result.xcoms
        )
        if report.result.rendered is not None:
            rendered.append(
                names | {"task_instance_id": instance.id, "rendered_fields": report.result.rendered}
            )
    if history:
        tx.execute(insert(task_instance_history), history)
    if xcoms:
        put_xcoms(tx, xcoms)
    if rendered:
        tx.execute(_FORGET_RENDERED, [{"b_id": row["task_instance_id"]} for row in rendered])
        tx.execute(insert(rendered_fields), rendered)


_FORGET_RENDERED = delete(rendered_fields).where(
    rendered_fields.c.task_instance_id == bindparam("b_id")
)
_FORGET_XCOMS = delete(xcom).where(
    xcom.c.dag_id == bindparam("b_dag_id"),
    xcom.c.run_id == bindparam("b_run_id"),
    xcom.c.task_id == bindparam("b_task_id"),
    xcom.c.map_index == bindparam("b_map_index"),
)
_FORGET_XCOM = _FORGET_XCOMS.where(xcom.c.key == bindparam("b_key"))


def _xcom_names(move: Move) -> dict[str, Any]:
    return {
        "b_dag_id": move.run.dag_id,
        "b_run_id": move.run.run_id,
        "b_task_id": move.run.graph.tasks[move.instance.task].task_id,
        "b_map_index": move.instance.map_index,
    }


def put_xcoms(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Insert XComs (all columns but id), in place of those with the same key."""
    names = ("dag_id", "run_id", "task_id", "map_index", "key")
    tx.execute(_FORGET_XCOM, [{f"b_{name}": row[name] for name in names} for row in rows])
    tx.execute(insert(xcom), list(rows))


def _history_values(move: Move, report: Finished) -> dict[str, Any]:
    usage = report.usage
    started_at = report.started_at
    return {
        "task_instance_id": move.instance.id,
        "try_number": move.try_number,
        "epoch": report.epoch,
        "state": move.state,
        "queued_dttm": move.instance.queued_at,
        "start_date": started_at,
        "end_date": report.at,
        "duration": (report.at - started_at).total_seconds() if started_at else None,
        "hostname": report.hostname,
        "pid": report.pid,
        "exit_code": report.exit_code,
        "reason": move.reason,
        "cpu_user": usage.cpu_user,
        "cpu_system": usage.cpu_system,
        "max_rss": usage.max_rss,
        "read_blocks": usage.read_blocks,
        "write_blocks": usage.write_blocks,
    }


def _write_run_moves(tx: Tx, moves: Sequence[RunMove], now: Instant) -> None:
    for move in moves:
        values: dict[str, Any] = {"state": move.state, "reason": move.reason}
        if move.state in RUN_TERMINAL:
            # Not before its start, though the clock was set back meanwhile.
            end = max(now, move.run.start_date or now)
            values |= {"end_date": end, "start_date": func.coalesce(dag_run.c.start_date, now)}
        else:
            values |= {"start_date": now, "end_date": None}
        tx.execute(update(dag_run).where(dag_run.c.id == move.run.id).values(**values))
    drop_met(tx, moves)
    ended = [m.run.backfill.id for m in moves if m.run.backfill and m.state in RUN_TERMINAL]
    if ended:
        close_backfills(tx, ended, now)


def _create(tx: Tx, new_run: NewRun, versions: Mapping[str, Version], now: Instant) -> int | None:
    """Insert a scheduled run; None when it is there already (rule: one run per logical date)."""
    version = versions[new_run.dag_id]
    info = new_run.info
    dag_rows.set_next_run(tx, new_run.dag_id, new_run.then, now)
    name = run_id(RunType.SCHEDULED, info.logical_date or info.run_after)
    if run_exists(tx, new_run.dag_id, name, info.logical_date):
        return None
    return create_run(tx, version, info, now=now, run_id=name)


def _expand(tx: Tx, expansion: Expansion) -> list[Instance]:
    """Give a mapped task its instances: the placeholder becomes the first of them.

    Where it has some already, those that are missing.
    """
    run, number = expansion.run, expansion.task
    there = run.instances[number] if expansion.have else [_first(tx, run.instances[number][0])]
    rows = [
        instance_row(run.graph, number, run.id, run.run_id, run.logical_date, run.version_id, index)
        for index in range(max(1, expansion.have), expansion.count)
    ]
    for row, ti_id in zip(rows, take_ids(tx, "task_instance", len(rows)), strict=True):
        row["id"] = ti_id
    if rows:
        tx.execute(insert(task_instance), rows)
    retries = run.graph.tasks[number].retries
    return [
        *there,
        *(
            Instance(id=row["id"], task=number, map_index=row["map_index"], max_tries=retries)
            for row in rows
        ),
    ]


def _first(tx: Tx, placeholder: Instance) -> Instance:
    """The placeholder of a mapped task as the first of its instances."""
    tx.execute(
        update(task_instance).where(task_instance.c.id == placeholder.id).values(map_index=0)
    )
    return Instance(
        id=placeholder.id,
        task=placeholder.task,
        map_index=0,
        try_number=placeholder.try_number,
        max_tries=placeholder.max_tries,
        epoch=placeholder.epoch,
    )
