"""Attempts by their rows: what a task process needs to start, and which of them are live."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select

from venturi.core.attempts import AttemptInfo, RunInfo, XComValue
from venturi.core.log_paths import log_path
from venturi.core.states import ACTIVE
from venturi.decide.views import Instance, RunView
from venturi.store.engine import Tx
from venturi.store.schema.runs import task_instance, xcom

#: Larger values are fetched by the task itself, only if it reads them.
PREFETCH_BYTES = 64 * 1024


def run_info(run: RunView) -> RunInfo:
    """The run as templates see it."""
    return RunInfo(
        dag_id=run.dag_id,
        run_id=run.run_id,
        run_type=run.run_type,
        run_after=run.run_after,
        logical_date=run.told_date,
        data_interval_start=run.interval.start if run.interval else None,
        data_interval_end=run.interval.end if run.interval else None,
        start_date=run.start_date,
        queued_at=run.queued_at,
        conf=run.conf,
        state=run.state,
        external_trigger=run.external,
        triggering_user=run.user,
        note=run.note,
    )


def attempt_info(
    run: RunView, instance: Instance, info: RunInfo, xcoms: Sequence[XComValue] = ()
) -> AttemptInfo:
    """All that a task process needs to know about the attempt it is."""
    task = run.graph.tasks[instance.task]
    found = {value.task_id for value in xcoms}
    return AttemptInfo(
        ti_id=instance.id,
        try_number=instance.try_number,
        epoch=instance.epoch,
        run=info,
        task_id=task.task_id,
        map_index=instance.map_index,
        max_tries=instance.max_tries,
        log_path=log_path(
            run.dag_id, run.run_id, task.task_id, instance.map_index, instance.try_number
        ),
        queue=task.queue,
        executor=task.executor or "",
        pool=task.pool,
        priority_weight=run.graph.weights[instance.task],
        queued_at=instance.queued_at,
        first_started_at=instance.started_at if instance.reschedules else None,
        reschedule_count=instance.reschedules,
        xcoms=tuple(xcoms),
        prefetched=tuple(sorted(found)),
    )


def prefetch(
    tx: Tx, run: RunView, instances: Sequence[Instance]
) -> dict[int, tuple[XComValue, ...]]:
    """By instance id, the small results that its task reads as arguments.

    A task id is left out unless all of its results are there: what is in is complete.
    """
    wanted: dict[int, tuple[str, ...]] = {
        instance.id: reads
        for instance in instances
        if (reads := run.graph.tasks[instance.task].reads)
    }
    names = sorted({name for reads in wanted.values() for name in reads})
    if not names:
        return {}
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    for start in range(0, len(names), 400):
        query = select(xcom.c.task_id, xcom.c.map_index, xcom.c.key, xcom.c.value).where(
            xcom.c.dag_id == run.dag_id,
            xcom.c.run_id == run.run_id,
            xcom.c.task_id.in_(names[start : start + 400]),
        )
        for row in tx.execute(query):
            rows[row.task_id].append(row)
    small = {
        name: tuple(
            XComValue(task_id=name, value=row.value, key=row.key, map_index=row.map_index)
            for row in found
        )
        for name, found in rows.items()
        if sum(len(row.value or "") for row in found) <= PREFETCH_BYTES
    }
    return {
        ti_id: tuple(value for name in reads for value in small.get(name, ()))
        for ti_id, reads in wanted.items()
    }


def live_attempts(tx: Tx, attempts: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Those of the attempts (ti_id, epoch) that are their instances' present ones and not ended."""
    wanted = sorted({ti_id for ti_id, _ in attempts})
    live: set[tuple[int, int]] = set()
    for start in range(0, len(wanted), 400):
        query = select(task_instance.c.id, task_instance.c.epoch).where(
            task_instance.c.id.in_(wanted[start : start + 400]),
            task_instance.c.state.in_(ACTIVE),
        )
        live.update((row.id, row.epoch) for row in tx.execute(query))
    return live.intersection(attempts)
