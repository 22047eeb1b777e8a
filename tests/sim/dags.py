"""Random DAGs: small, but with everything that deciding knows."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import msgspec

from tests import make
from venturi.spec.model import (
    DagSpec,
    Era,
    GroupSpec,
    MapSource,
    MapSpec,
    TaskSpec,
    TriggerRule,
    XComSource,
)
from venturi.spec.timetable.model import Continuous, DeltaInterval, Null, Once, TimeDelta, Timetable

#: All schedules end here, so that a world can come to rest.
END = make.NOW + timedelta(hours=4)
HOUR = TimeDelta(microseconds=3_600_000_000)
RULES = tuple(TriggerRule)


def random_dag(rng: Random, dag_id: str) -> DagSpec:
    """A DAG of one to seven tasks."""
    names = [f"t{i}" for i in range(rng.randint(1, 7))]
    tasks = []
    for place, name in enumerate(names):
        above = [n for n in names[:place] if rng.random() < 0.35]
        tasks.append(_task(rng, name, above))
    groups: tuple[GroupSpec, ...] = ()
    # Chance of its own: worlds without a group are as they were before there were groups.
    aside = Random()
    aside.setstate(rng.getstate())
    if aside.random() < 0.3:
        tasks, groups = _grouped(aside, tasks)
    slas = [
        msgspec.structs.replace(task, sla=aside.choice([0.0, 60.0, 3600.0]))
        if aside.random() < 0.1
        else task
        for task in tasks
    ]
    return DagSpec(
        dag_id=dag_id,
        era=rng.choice([Era.V1, Era.V2, Era.V3]),
        timetable=_timetable(rng),
        start_date=make.NOW - timedelta(hours=rng.randint(-1, 3)),
        end_date=END,
        catchup=rng.random() < 0.5,
        max_active_runs=rng.randint(1, 3),
        max_active_tasks=rng.randint(1, 4),
        dagrun_timeout=rng.choice([None, None, None, 1800.0]),
        fail_fast=rng.random() < 0.1,
        max_consecutive_failed_dag_runs=aside.choice([0, 0, 0, 0, 2]),
        tasks=tuple(slas),
        groups=groups,
    )


def _grouped(rng: Random, tasks: list[TaskSpec]) -> tuple[list[TaskSpec], tuple[GroupSpec, ...]]:
    """Some neighbours become a mapped group, over a literal or over the result of one before."""
    first = rng.randrange(len(tasks))
    last = rng.randint(first, len(tasks) - 1)
    before = [task.task_id for task in tasks[:first]]
    over = _mapped(rng, before)
    sources = [xcom.task_id for source in over.sources for xcom in source.xcoms]
    inside = {task.task_id for task in tasks[first : last + 1]}

    def joined(task: TaskSpec) -> TaskSpec:
        deeper = (MapSource(argument="y", length=rng.randint(1, 2)),)
        own = deeper if task.mapped is not None else ()
        above = task.upstream
        if not inside & set(above):  # what a group expands over is above its first tasks
            above = tuple(sorted({*above, *sources}))
        return msgspec.structs.replace(
            task, group="g", upstream=above, mapped=MapSpec(sources=(*over.sources, *own))
        )

    # Outside tasks do not expand over what is inside: its instances are not one list.
    return [
        joined(task)
        if task.task_id in inside
        else msgspec.structs.replace(task, mapped=None)
        if _expands_over(task, inside)
        else task
        for task in tasks
    ], (GroupSpec(group_id="g", mapped=over),)


def _expands_over(task: TaskSpec, names: set[str]) -> bool:
    sources = task.mapped.sources if task.mapped is not None else ()
    return any(xcom.task_id in names for source in sources for xcom in source.xcoms)


def _timetable(rng: Random) -> Timetable:
    hourly = DeltaInterval(delta=HOUR)
    kinds: list[Timetable] = [hourly, hourly, Null(), Once(), Continuous()]
    return rng.choice(kinds)


#: What a task may have, and how often; rows are independent of each other.
TRAITS: tuple[tuple[float, Callable[[Random], dict[str, Any]]], ...] = (
    (0.4, lambda rng: {"trigger_rule": rng.choice(RULES)}),
    (
        0.4,
        lambda rng: {
            "retries": rng.randint(1, 2),
            "retry_delay": rng.choice([0.0, 30.0, 300.0]),
            "retry_multiplier": rng.choice([0.0, 2.0]),
        },
    ),
    (0.2, lambda _: {"depends_on_past": True}),
    (0.1, lambda _: {"wait_for_downstream": True}),
    (0.1, lambda _: {"wait_for_past_depends_before_skipping": True}),
    (0.2, lambda _: {"pool": "small"}),
    (0.1, lambda _: {"pool_slots": 2}),
    (0.15, lambda rng: {"max_active_tis_per_dag": rng.randint(1, 2)}),
    (0.15, lambda _: {"max_active_tis_per_dagrun": 1}),
    (0.1, lambda _: {"is_empty": True}),
    (0.1, lambda _: {"can_skip": True}),
    (0.05, lambda _: {"idempotent": True}),
    (0.05, lambda _: {"is_setup": True}),
    (0.05, lambda rng: {"is_teardown": True, "on_failure_fail_dagrun": rng.random() < 0.3}),
)


def _task(rng: Random, name: str, above: list[str]) -> TaskSpec:
    values: dict[str, Any] = {"priority_weight": rng.randint(1, 3)}
    for chance, trait in TRAITS:
        if rng.random() < chance:
            values |= trait(rng)
    if rng.random() < 0.15:
        values["mapped"] = _mapped(rng, above)
    return make.task(name, *above, **values)


def _mapped(rng: Random, above: list[str]) -> MapSpec:
    if above and rng.random() < 0.7:
        xcoms = (XComSource(task_id=rng.choice(above)),)
        return MapSpec(sources=(MapSource(argument="x", xcoms=xcoms),))
    return MapSpec(sources=(MapSource(argument="x", length=rng.randint(0, 3)),))
