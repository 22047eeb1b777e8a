"""Verdicts carried along the graph until nothing changes."""

from collections import deque
from collections.abc import Iterator

from venturi.core.clock import Instant
from venturi.core.states import TERMINAL, TaskState
from venturi.decide.draft import Draft
from venturi.decide.expand import instances_wanted, state_without
from venturi.decide.places import in_order, instances_at, places_below
from venturi.decide.plan import Expansion
from venturi.decide.verdict import OPEN_TO_RUN, Kind, verdict
from venturi.decide.views import Place, RunView
from venturi.spec.model import MapSpec

_MOVES = {
    Kind.RUN: TaskState.SCHEDULED,
    Kind.SKIP: TaskState.SKIPPED,
    Kind.UPSTREAM_FAILED: TaskState.UPSTREAM_FAILED,
    Kind.DONE: TaskState.SUCCESS,
}


def ready(draft: Draft, run: RunView, now: Instant) -> None:
    """Give every touched instance of a running run its verdict, and those that this affects."""
    touched = draft.touched[run.id]
    queue: deque[Place] = deque(run.graph.order if touched is None else in_order(touched))
    queued = set(queue)
    while queue:
        place = queue.popleft()
        queued.discard(place)
        for index in _judge(draft, run, place, now):
            for below in places_below(run, place if isinstance(place, int) else place[0], index):
                if below not in queued:
                    queued.add(below)
                    queue.append(below)


def _judge(draft: Draft, run: RunView, place: Place, now: Instant) -> list[int]:
    """Verdicts for the instances at a place; the map indexes of those that are now terminal.

    Where nothing below goes index by index, one of them says as much as all.
    """
    number = place if isinstance(place, int) else place[0]
    ended: list[int] = []
    task = run.graph.tasks[number]
    if task.mapped is not None and isinstance(place, int):
        ended += _fit(draft, run, number, task.mapped)
    for instance in instances_at(run, place):
        if instance.id in draft.moves or instance.state not in OPEN_TO_RUN:
            continue
        said = verdict(draft, run, instance, now)
        match said.kind:
            case Kind.WAIT:
                draft.wake_at(said.until)
            case Kind.EXPAND if (run.id, number) in draft.expansions:
                pass  # it was judged before, by another way through the graph
            case Kind.EXPAND:
                assert task.mapped is not None
                if _expand(draft, run, number, task.mapped):
                    ended.append(-1)
            case _:
                state = _MOVES[said.kind]
                draft.move(run, instance, state, said.text)
                if state in TERMINAL:
                    ended.append(instance.map_index)
    return ended if number in run.graph.alongside else ended[:1]


def _expand(draft: Draft, run: RunView, number: int, mapped: MapSpec) -> bool:
    """Plan the instances of a mapped task; True when there are none and it has ended."""
    placeholder = run.instances[number][0]
    count = instances_wanted(draft, run, mapped)
    if count is None:
        state = state_without(draft, run, mapped)
        if state is None:
            return False
        draft.move(run, placeholder, state, "a result it expands over is missing")
        return True
    refused = _refused(draft, count)
    if refused is not None:
        draft.move(run, placeholder, *refused)
        return True
    draft.expansions[run.id, number] = Expansion(run=run, task=number, count=count)
    return False


def _refused(draft: Draft, count: int) -> tuple[TaskState, str] | None:
    """What becomes of a mapped task that cannot have so many instances."""
    limit = draft.snapshot.limits.max_map_length
    if count > limit:
        said = f"it would expand into {count} instances, more than [core] max_map_length = {limit}"
        return TaskState.FAILED, said
    if count == 0:
        return TaskState.SKIPPED, "it expands over nothing"
    return None


def _fit(draft: Draft, run: RunView, number: int, mapped: MapSpec) -> Iterator[int]:
    """Where the upstream ran again and returned more or less than before, fit what is to run.

    Those that are too many are removed, unless they have run; the map indexes of what has ended.
    """
    instances = run.instances[number]
    if not instances or instances[0].map_index < 0 or (run.id, number) in draft.expansions:
        return
    open_ones = [i for i in instances if i.state is TaskState.NONE and i.id not in draft.moves]
    count = instances_wanted(draft, run, mapped) if open_ones else None
    have = instances[-1].map_index + 1
    if count is None or count == have:
        return
    refused = _refused(draft, count)
    if refused is None and count > have:
        draft.expansions[run.id, number] = Expansion(run=run, task=number, count=count, have=have)
        return
    for instance in open_ones:
        if refused is not None:
            draft.move(run, instance, *refused)
        elif instance.map_index >= count:
            draft.move(run, instance, TaskState.REMOVED, f"its upstream returned {count} items now")
        else:
            continue
        yield instance.map_index
