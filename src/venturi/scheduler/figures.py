"""What the scheduler reports: from what it has written, and every few seconds how things stand.

The names are Airflow's. `of_plan` is a pure function of a plan that was carried out.
"""

from collections.abc import Iterator, Mapping, Sequence

from venturi.core.clock import Clock, Instant
from venturi.core.messages import Finished, Started
from venturi.core.states import RunState, RunType, TaskState
from venturi.decide.plan import Move, Plan, RunMove
from venturi.decide.views import Instance, RunView
from venturi.observe.figures import Figure, Figures, Kind
from venturi.store.commands.pools import list_pools
from venturi.store.engine import Store
from venturi.store.queries.counts import dag_counts
from venturi.store.scope import EVERY_DAG

Begun = tuple[RunView, Instance, Started]
_ENDED = {TaskState.SUCCESS, TaskState.FAILED, TaskState.SKIPPED, TaskState.UPSTREAM_FAILED}
#: what an end is called when the attempt has run: its own state, and that of a try that failed
_RAN = {*_ENDED, TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE, TaskState.DEFERRED}
_RUN_ENDED = {RunState.SUCCESS, RunState.FAILED}
#: Seconds between two reports of how things stand.
EVERY = 10.0


def of_plan(
    plan: Plan, begun: Sequence[Begun], finished: Mapping[int, Finished], now: Instant
) -> Iterator[Figure]:
    """The figures of a plan that has been written; to be called before the board takes it in."""
    for run, instance, message in begun:
        yield from _begin(run, instance, message)
    for move in plan.moves:
        yield from _move(move, finished.get(move.instance.id))
    for run_move in plan.run_moves:
        yield from _run_move(run_move, now)
    for miss in plan.misses:
        yield _count("sla_missed", dag_id=miss.run.dag_id)


def _begin(run: RunView, instance: Instance, message: Started) -> Iterator[Figure]:
    task = run.graph.tasks[instance.task].task_id
    tags = (("dag_id", run.dag_id), ("task_id", task))
    yield Figure(f"ti.start.{run.dag_id}.{task}", Kind.COUNT, 1, tags)
    if instance.queued_at is not None:
        waited = (message.at - instance.queued_at).total_seconds() * 1000
        yield Figure(f"dag.{run.dag_id}.{task}.queued_duration", Kind.TIME, max(0.0, waited), tags)


def _move(move: Move, finished: Finished | None) -> Iterator[Figure]:
    dag_id, task = move.run.dag_id, move.run.graph.tasks[move.instance.task]
    tags = (("dag_id", dag_id), ("task_id", task.task_id))
    if finished is not None and move.state in _RAN:
        begun = finished.started_at or move.instance.started_at
        if begun is not None:
            took = max(0.0, (finished.at - begun).total_seconds() * 1000)
            yield Figure(f"dag.{dag_id}.{task.task_id}.duration", Kind.TIME, took, tags)
        if move.instance.state is TaskState.QUEUED and begun is not None:
            # It was so short that its beginning and its end came together.
            yield Figure(f"ti.start.{dag_id}.{task.task_id}", Kind.COUNT, 1, tags)
        if finished.exit_code is not None and finished.exit_code < 0:
            yield _count("scheduler.tasks.killed_externally", dag_id=dag_id)
    if move.state in _ENDED or (finished is not None and move.state is TaskState.UP_FOR_RETRY):
        yield Figure(f"ti.finish.{dag_id}.{task.task_id}.{move.state}", Kind.COUNT, 1, tags)
    operator = task.operator
    if move.state is TaskState.SUCCESS:
        yield Figure("ti_successes", Kind.COUNT, 1, tags)
        yield Figure(f"operator_successes_{operator}", Kind.COUNT, 1, tags)
    elif finished is not None and move.state in {TaskState.FAILED, TaskState.UP_FOR_RETRY}:
        yield Figure("ti_failures", Kind.COUNT, 1, tags)
        yield Figure(f"operator_failures_{operator}", Kind.COUNT, 1, tags)


def _run_move(move: RunMove, now: Instant) -> Iterator[Figure]:
    run = move.run
    tags = (("dag_id", run.dag_id),)
    if move.state is RunState.RUNNING and run.run_type is RunType.SCHEDULED:
        late = max(0.0, (now - run.run_after).total_seconds() * 1000)
        yield Figure(f"dagrun.schedule_delay.{run.dag_id}", Kind.TIME, late, tags)
    elif move.state in _RUN_ENDED and run.start_date is not None:
        took = max(0.0, (now - run.start_date).total_seconds() * 1000)
        yield Figure(f"dagrun.duration.{move.state}.{run.dag_id}", Kind.TIME, took, tags)


def _count(name: str, **tags: str) -> Figure:
    return Figure(name, Kind.COUNT, 1, tuple(tags.items()))


class Reporter:
    """Sends the figures of plans, and how pools, places and files stand."""

    def __init__(self, *, figures: Figures, store: Store, capacity: int, clock: Clock) -> None:
        self.figures, self.store, self.capacity, self.clock = figures, store, capacity, clock
        self.at = 0.0

    def written(
        self, plan: Plan, begun: Sequence[Begun], finished: Mapping[int, Finished], now: Instant
    ) -> None:
        """A plan has been carried out."""
        if self.figures.on:
            self.figures.put(of_plan(plan, begun, finished, now))

    def tend(self) -> None:
        """Report how things stand, when it is time."""
        if not self.figures.on or self.clock.monotonic() < self.at:
            return
        self.at = self.clock.monotonic() + EVERY
        self.figures.put(self.standing())

    def standing(self) -> list[Figure]:
        """How things stand: a few queries."""
        with self.store.read() as tx:
            pools = list_pools(tx).rows
            dags = dag_counts(tx, EVERY_DAG)
        running = sum(pool.running_slots for pool in pools)
        queued = sum(pool.queued_slots for pool in pools)
        figures = [
            Figure("scheduler_heartbeat", Kind.COUNT, 1),
            Figure("dagbag_size", Kind.GAUGE, dags["active"]),
            Figure("dag_processing.import_errors", Kind.GAUGE, dags["import_errors"]),
            Figure("executor.open_slots", Kind.GAUGE, self.capacity - running - queued),
            Figure("executor.queued_tasks", Kind.GAUGE, queued),
            Figure("executor.running_tasks", Kind.GAUGE, running),
        ]
        for pool in pools:
            tags = (("pool_name", pool.name),)
            open_slots = pool.open_slots
            slots = {
                "open_slots": -1 if open_slots is None else open_slots,
                "queued_slots": pool.queued_slots,
                "running_slots": pool.running_slots,
                "scheduled_slots": pool.scheduled_slots,
                "deferred_slots": pool.deferred_slots,
            }
            figures += [
                Figure(f"pool.{name}.{pool.name}", Kind.GAUGE, value, tags)
                for name, value in slots.items()
            ]
        return figures
