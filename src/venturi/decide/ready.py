"""Verdicts carried along the graph until nothing changes."""

from collections import deque

from venturi.core.clock import Instant
from venturi.core.states import TERMINAL, TaskState
from venturi.decide.draft import Draft
from venturi.decide.expand import instances_wanted, state_without
from venturi.decide.plan import Expansion
from venturi.decide.verdict import OPEN_TO_RUN, Kind, verdict
from venturi.decide.views import RunView
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
    numbers = run.graph.order if touched is None else sorted(touched)
    queue = deque(numbers)
    queued = set(queue)
    while queue:
        number = queue.popleft()
        queued.discard(number)
        if _judge(draft, run, number, now):
            for child in run.graph.downstream[number]:
                if child not in queued:
                    queued.add(child)
                    queue.append(child)


def _judge(draft: Draft, run: RunView, number: int, now: Instant) -> bool:
    """Verdicts for the instances of one task; True when some of them are now terminal."""
    ended = False
    task = run.graph.tasks[number]
    for instance in run.instances[number]:
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
                ended |= _expand(draft, run, number, task.mapped)
            case _:
                state = _MOVES[said.kind]
                draft.move(run, instance, state, said.text)
                ended |= state in TERMINAL
    return ended


def _expand(draft: Draft, run: RunView, number: int, mapped: MapSpec) -> bool:
    """Plan the instances of a mapped task; True when there are none and it is skipped."""
    placeholder = run.instances[number][0]
    count = instances_wanted(draft, run, mapped)
    if count is None:
        state = state_without(draft, run, mapped)
        if state is None:
            return False
        draft.move(run, placeholder, state, "a result it expands over is missing")
        return True
    limit = draft.snapshot.limits.max_map_length
    if count > limit:
        draft.move(
            run,
            placeholder,
            TaskState.FAILED,
            f"it would expand into {count} instances, more than [core] max_map_length = {limit}",
        )
        return True
    if count == 0:
        draft.move(run, placeholder, TaskState.SKIPPED, "it expands over nothing")
        return True
    draft.expansions[run.id, number] = Expansion(run=run, task=number, count=count)
    return False
