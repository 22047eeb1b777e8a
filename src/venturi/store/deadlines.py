"""Deadlines of runs and SLAs of tasks: set when a run is made, kept until met or missed."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from venturi.core.clock import Instant
from venturi.core.states import RUN_TERMINAL, RunType
from venturi.decide.plan import Miss, RunMove
from venturi.decide.views import Deadline, RunView
from venturi.spec.deadlines import deadline_at
from venturi.spec.model import DagSpec, DeadlineSpec, Reference
from venturi.spec.timetable.model import RunInfo
from venturi.store.crypto import decrypt
from venturi.store.engine import Tx
from venturi.store.schema.people import sla_miss, variable
from venturi.store.schema.runs import dag_run, deadline


def set_deadlines(tx: Tx, spec: DagSpec, runs: Iterable[tuple[int, RunInfo]], now: Instant) -> None:
    """Insert the deadlines of runs that are being made: (row id, dates) of each."""
    if not spec.deadlines:
        return
    wanted = [(each, _interval(tx, each), _average(tx, spec, each)) for each in spec.deadlines]
    rows = [
        {
            "dagrun_id": row_id,
            "dag_id": spec.dag_id,
            "alert": number,
            "name": each.name,
            "deadline_time": at,
            "missed": False,
            "created_at": now,
        }
        for row_id, info in runs
        for number, (each, interval, average) in enumerate(wanted)
        if (
            at := deadline_at(
                each,
                logical_date=info.logical_date,
                queued_at=now,
                interval=interval,
                average=average,
            )
        )
        is not None
    ]
    if rows:
        tx.execute(insert(deadline), rows)


def _interval(tx: Tx, spec: DeadlineSpec) -> float | None:
    """Seconds; None when the Variable is not there or holds no number of minutes."""
    if spec.variable is None:
        return spec.seconds
    row = tx.execute(select(variable).where(variable.c.key == spec.variable)).first()
    if row is None:
        return None
    try:
        return float(json.loads(decrypt(row.val) if row.is_encrypted else row.val)) * 60
    except (ValueError, TypeError):
        return None


def _average(tx: Tx, spec: DagSpec, each: DeadlineSpec) -> float | None:
    """The average duration of the runs that ended last, in seconds; None when they are too few."""
    if each.reference is not Reference.AVERAGE:
        return None
    table = dag_run.c
    query = (
        select(table.start_date, table.end_date)
        .where(
            table.dag_id == spec.dag_id,
            table.state.in_(sorted(RUN_TERMINAL)),
            table.start_date.is_not(None),
            table.end_date.is_not(None),
        )
        .order_by(table.end_date.desc())
        .limit(each.max_runs)
    )
    took = [(row.end_date - row.start_date).total_seconds() for row in tx.execute(query)]
    return sum(took) / len(took) if took and len(took) >= each.min_runs else None


def load_deadlines(tx: Tx, runs: Sequence[RunView]) -> None:
    """Give runs the deadlines and SLAs that have not been found missed."""
    found: defaultdict[int, list[Deadline]] = defaultdict(list)
    with_alerts = [run.id for run in runs if run.graph.spec.deadlines]
    for start in range(0, len(with_alerts), 500):
        query = select(deadline.c.id, deadline.c.dagrun_id, deadline.c.deadline_time).where(
            deadline.c.dagrun_id.in_(with_alerts[start : start + 500]), deadline.c.missed.is_(False)
        )
        for row in tx.execute(query):
            found[row.dagrun_id].append(Deadline(row.deadline_time, id=row.id))
    by_dag: defaultdict[str, list[RunView]] = defaultdict(list)
    for run in runs:
        if run.graph.slas and run.run_type is RunType.SCHEDULED and run.logical_date is not None:
            by_dag[run.dag_id].append(run)
    for dag_id, group in by_dag.items():
        known = _missed_already(tx, dag_id, [run.logical_date for run in group])
        for run in group:
            found[run.id] += [
                Deadline(run.run_after + timedelta(seconds=sla), number)
                for number, sla in run.graph.slas
                if (run.graph.tasks[number].task_id, run.logical_date) not in known
            ]
    for run in runs:
        run.deadlines = sorted(found.get(run.id, ()))


def _missed_already(tx: Tx, dag_id: str, dates: Sequence[Any]) -> set[tuple[str, Instant]]:
    table = sla_miss.c
    known: set[tuple[str, Instant]] = set()
    for start in range(0, len(dates), 500):
        query = select(table.task_id, table.execution_date).where(
            table.dag_id == dag_id, table.execution_date.in_(dates[start : start + 500])
        )
        known |= {(row.task_id, row.execution_date) for row in tx.execute(query)}
    return known


def write_misses(tx: Tx, misses: Sequence[Miss], now: Instant) -> None:
    """Note what was missed: SLAs in `sla_miss`, deadlines in their row."""
    rows = [
        {
            "task_id": miss.run.graph.tasks[miss.deadline.task].task_id,
            "dag_id": miss.run.dag_id,
            "execution_date": miss.run.logical_date,
            "timestamp": now,
            "email_sent": False,
            "notification_sent": False,
        }
        for miss in misses
        if miss.deadline.task >= 0
    ]
    if rows:
        tx.execute(insert(sla_miss), rows)
    ids = [miss.deadline.id for miss in misses if miss.deadline.task < 0]
    if ids:
        tx.execute(update(deadline).where(deadline.c.id.in_(ids)).values(missed=True))


def drop_met(tx: Tx, moves: Sequence[RunMove]) -> None:
    """The deadlines of runs that have ended in time are of no more use."""
    over = [move.run for move in moves if move.state in RUN_TERMINAL]
    ended = [run.id for run in over if run.graph.spec.deadlines]
    if ended:
        tx.execute(
            delete(deadline).where(deadline.c.dagrun_id.in_(ended), deadline.c.missed.is_(False))
        )


def alert_of(tx: Tx, row_id: int) -> int:
    """Which of its DAG's alerts a deadline belongs to, counted from 0."""
    return int(tx.execute(select(deadline.c.alert).where(deadline.c.id == row_id)).scalar_one())


def note_told(tx: Tx, dag_id: str, logical_date: Instant, tasks: Sequence[str], mail: bool) -> None:
    """These SLA misses have been told to whoever wants to hear of them."""
    table = sla_miss
    tx.execute(
        update(table)
        .where(
            table.c.dag_id == dag_id,
            table.c.execution_date == logical_date,
            table.c.task_id.in_(tasks),
        )
        .values(notification_sent=True, email_sent=mail)
    )
