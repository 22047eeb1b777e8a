"""Factories for tests of the core: values with consistent defaults for whatever is asked.

`make.task("b", "a")` is a task below `a`; `make.dag(task, ...)` and `make.graph(task, ...)` hold
tasks; `make.run(graph, a="success")` is a run whose instances are in the given states, with the
tries, epochs and dates that such states imply. `make.board(...)` and `make.snapshot(...)` put runs
where deciding looks at them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from venturi.core.attempts import Result
from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, RunState, TaskState
from venturi.decide.board import Board
from venturi.decide.draft import Draft
from venturi.decide.views import (
    Candidate,
    DagView,
    Instance,
    InUse,
    Limits,
    PoolView,
    Report,
    RunView,
    Snapshot,
)
from venturi.spec.graph import Graph
from venturi.spec.model import DagSpec, MapSource, MapSpec, TaskSpec, XComSource
from venturi.spec.timetable.model import RunInfo

#: The present of all tests that do not move time.
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

_BEGUN = frozenset(
    {
        TaskState.SCHEDULED,
        TaskState.QUEUED,
        TaskState.RUNNING,
        TaskState.SUCCESS,
        TaskState.FAILED,
        TaskState.UP_FOR_RETRY,
        TaskState.UP_FOR_RESCHEDULE,
        TaskState.DEFERRED,
        TaskState.RESTARTING,
        TaskState.AWAITING_INPUT,
    }
)
_WAITS = frozenset({TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE})
_ids = count(1)


def later(seconds: float) -> Instant:
    """NOW plus so many seconds."""
    return NOW + timedelta(seconds=seconds)


def task(task_id: str, *upstream: str, **values: Any) -> TaskSpec:
    """A task below `upstream`."""
    return TaskSpec(
        **{
            "task_id": task_id,
            "operator": "BashOperator",
            "upstream": tuple(sorted(upstream)),
            **values,
        }
    )


def mapped(task_id: str, *upstream: str, length: int | None = None, **values: Any) -> TaskSpec:
    """A mapped task: over a literal of `length`, else over the results of all of `upstream`."""
    sources = (
        (MapSource(argument="x", length=length),)
        if length is not None
        else tuple(MapSource(argument=name, xcoms=(XComSource(task_id=name),)) for name in upstream)
    )
    return task(task_id, *upstream, mapped=MapSpec(sources=sources), **values)


def dag(*tasks: TaskSpec, dag_id: str = "d", **values: Any) -> DagSpec:
    """A DAG that nothing starts by itself."""
    return DagSpec(dag_id=dag_id, tasks=tasks, **values)


def graph(*tasks: TaskSpec, **values: Any) -> Graph:
    """A compiled DAG."""
    return Graph(dag(*tasks, **values))


def instance(number: int, state: TaskState | str = TaskState.NONE, **values: Any) -> Instance:
    """An instance of task `number`, with the try, epoch and dates that its state implies."""
    state = TaskState(state)
    begun = state in _BEGUN
    handed_out = begun and state is not TaskState.SCHEDULED
    implied: dict[str, Any] = {
        "try_number": int(begun),
        "epoch": int(handed_out),
        "queued_at": NOW - timedelta(seconds=60) if handed_out else None,
        "started_at": NOW - timedelta(seconds=50)
        if handed_out and state is not TaskState.QUEUED
        else None,
        "due": NOW + timedelta(seconds=300) if state in _WAITS else None,
    }
    return Instance(**{"id": next(_ids), "task": number, "state": state, **implied, **values})


def run(
    of: Graph,
    state: RunState = RunState.RUNNING,
    *,
    states: Mapping[str, Any] | None = None,
    **values: Any,
) -> RunView:
    """A run of the graph. Other arguments that name tasks are the states of their instances.

    A state is a name, an `Instance` made with `instance`, or a list of either: a mapped task that
    has its instances. Whatever is not named has not begun.
    """
    wanted = dict(states or {})
    for name in list(values):
        if name in of.index:
            wanted[name] = values.pop(name)
    row_id = next(_ids)
    groups = []
    for number, spec in enumerate(of.tasks):
        given = wanted.get(spec.task_id, TaskState.NONE)
        many = given if isinstance(given, list) else [given]
        made = [
            each
            if isinstance(each, Instance)
            else instance(
                number,
                each,
                map_index=index if isinstance(given, list) else -1,
                max_tries=spec.retries,
            )
            for index, each in enumerate(many)
        ]
        groups.append(made)
    logical = values.pop("logical_date", NOW - timedelta(days=1))
    return RunView(
        **{
            "id": row_id,
            "dag_id": of.spec.dag_id,
            "run_id": f"manual__{row_id}",
            "graph": of,
            "instances": groups,
            "run_after": logical or NOW,
            "logical_date": logical,
            "state": state,
            "start_date": NOW - timedelta(seconds=90) if state is not RunState.QUEUED else None,
            "queued_at": NOW - timedelta(seconds=100),
            **values,
        }
    )


def one(of: RunView, task_id: str, index: int = 0) -> Instance:
    """The instance (of that index) of a task."""
    return of.instances[of.graph.index[task_id]][index]


def view(of: Graph, **values: Any) -> DagView:
    """A DAG as the scheduler sees it."""
    return DagView(dag_id=of.spec.dag_id, graph=of, **values)


def info(at: Instant, logical: Instant | None = None) -> RunInfo:
    """The dates of a scheduled run."""
    return RunInfo(run_after=at, logical_date=logical or at)


def board(
    *runs: RunView,
    dags: Iterable[DagView] = (),
    pools: Mapping[str, int] | None = None,
    limits: Limits | None = None,
) -> Board:
    """A board with these runs, their DAGs and `default_pool` (128 slots)."""
    made = Board(limits)
    made.pools = {
        name: PoolView(slots) for name, slots in {"default_pool": 128, **(pools or {})}.items()
    }
    for dag_view in dags:
        made.put_dag(dag_view)
    for each in runs:
        if each.dag_id not in made.dags:
            made.put_dag(view(each.graph))
        made.put_run(each)
    return made


def snapshot(*runs: RunView, reports: Sequence[Report] = (), **values: Any) -> Snapshot:
    """What a first step over these runs looks at; values replace fields of the snapshot."""
    made = board(*runs).snapshot(reports, 32)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def draft(*runs: RunView) -> Draft:
    """A plan in the making over these runs."""
    return Draft(snapshot(*runs))


def candidate(of: RunView, task_id: str, index: int = 0) -> Candidate:
    """An instance that could take a slot."""
    return Candidate(of, one(of, task_id, index))


def report(of: RunView, task_id: str, result: Result | None = None, index: int = 0) -> Report:
    """An attempt has ended, by default well."""
    ended = one(of, task_id, index)
    return Report(of, ended, ended.epoch, result or Result(state=TaskState.SUCCESS))


def failed(**values: Any) -> Result:
    """A result that is a failure."""
    return Result(state=TaskState.FAILED, **values)


def in_use(**values: Any) -> InUse:
    """Slots taken; nothing by default."""
    return InUse(**{"by_pool": {}, "by_dag": {}, "by_run": {}, "by_task": {}, **values})


def is_live(of: Instance) -> bool:
    """Whether an attempt holds a slot."""
    return of.state in ACTIVE
