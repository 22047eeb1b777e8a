"""Plans over runs that are in the database."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.make import NOW, later
from venturi.core.attempts import Result, Usage
from venturi.core.messages import Finished, Started
from venturi.core.states import RunState, TaskState
from venturi.decide.plan import Move, Plan, RunMove
from venturi.decide.views import Instance, RunView
from venturi.store.apply import Applied, apply
from venturi.store.engine import Store
from venturi.store.runs import load_runs
from venturi.store.versions import Version, Versions


def load(store: Store, *ids: int) -> list[RunView]:
    """Runs as their rows say."""
    with store.read() as tx:
        found = {run.id: run for run in load_runs(tx, Versions(), ids or None)}
    return [found[i] for i in ids] if ids else list(found.values())


def move(run: RunView, task_id: str, state: TaskState, **values: Any) -> Move:
    """A task's first instance goes to a state; queueing is a new try and a new epoch."""
    instance: Instance = run.instances[run.graph.index[task_id]][0]
    queues = state is TaskState.QUEUED
    return Move(
        **{
            "run": run,
            "instance": instance,
            "state": state,
            "reason": "because",
            "seen": instance.epoch,
            "epoch": instance.epoch + int(queues),
            "try_number": instance.try_number + int(queues),
            "max_tries": instance.max_tries,
            **values,
        }
    )


def finished(of: Move, **values: Any) -> Finished:
    """The report of an attempt that took ten seconds."""
    result = values.pop("result", Result(state=TaskState.SUCCESS))
    return Finished(
        **{
            "ti_id": of.instance.id,
            "epoch": of.seen,
            "at": later(10),
            "started_at": NOW,
            "pid": 42,
            "hostname": "here",
            "exit_code": 0,
            "usage": Usage(cpu_user=1.5, cpu_system=0.5, max_rss=1 << 20),
            "result": result,
            **values,
        }
    )


def started(run: RunView, task_id: str) -> tuple[RunView, Instance, Started]:
    """The word of an attempt that has begun."""
    instance: Instance = run.instances[run.graph.index[task_id]][0]
    word = Started(ti_id=instance.id, epoch=instance.epoch, pid=42, hostname="here", at=later(1))
    return run, instance, word


def carry_out(
    store: Store,
    *moves: Move,
    finished: Mapping[int, Finished] | None = None,
    started: tuple[tuple[RunView, Instance, Started], ...] = (),
    versions: Mapping[str, Version] | None = None,
    **plan: Any,
) -> Applied:
    """Apply a plan of these moves in a transaction of its own."""
    return store.retrying(
        lambda tx: apply(
            tx,
            Plan(moves=moves, **plan),
            now=NOW + timedelta(seconds=20),
            job_id=5,
            versions=versions or {},
            finished=finished,
            started=started,
        )
    )


def ends(run: RunView, state: RunState) -> RunMove:
    """The run goes to a state."""
    return RunMove(run=run, state=state, reason="all is done")
