"""How many instances a mapped task has."""

from collections.abc import Sequence

from venturi.core.states import FAILED_STATES, TERMINAL, TaskState
from venturi.decide.draft import Draft
from venturi.decide.views import RunView
from venturi.spec.model import MapSource, MapSpec, XComSource


def instances_wanted(draft: Draft, run: RunView, mapped: MapSpec) -> int | None:
    """The product of the lengths of everything it is expanded over.

    None when a length is not known although the upstream is done: the task that should have
    returned it was skipped, failed, or returned nothing that has a length.
    """
    return count_of(draft, run, mapped.sources)


def count_of(draft: Draft, run: RunView, sources: Sequence[MapSource]) -> int | None:
    """The product of the lengths of some sources (see `instances_wanted`)."""
    count = 1
    for source in sources:
        length = _length(draft, run, source)
        if length is None:
            return None
        count *= length
    return count


def state_without(draft: Draft, run: RunView, mapped: MapSpec) -> TaskState | None:
    """What becomes of a mapped task when a length is not known; None: it will be, later."""
    numbers = {
        run.graph.index[xcom.task_id]
        for source in mapped.sources
        for xcom in source.xcoms
        if xcom.task_id in run.graph.index
    }
    states = {draft.state_of(instance) for number in numbers for instance in run.instances[number]}
    if not states <= TERMINAL:
        return None
    only_skipped = TaskState.SKIPPED in states and not states & FAILED_STATES
    return TaskState.SKIPPED if only_skipped else TaskState.UPSTREAM_FAILED


def _length(draft: Draft, run: RunView, source: MapSource) -> int | None:
    if source.length is not None:
        return source.length
    found = [_xcom_length(draft, run, xcom) for xcom in source.xcoms]
    known = [length for length in found if length is not None]
    if len(known) < len(found):
        return None
    lengths = [*known, *source.literals]
    match source.how:
        case "zip":
            return min(lengths)
        case "zip_longest":
            return max(lengths)
        case _:
            return sum(lengths)


def _xcom_length(draft: Draft, run: RunView, source: XComSource) -> int | None:
    """A plain task's result counts its items; a mapped task's results are the items."""
    number = run.graph.index.get(source.task_id)
    if number is None:
        return None
    if number in run.graph.mapped:
        states = [draft.state_of(instance) for instance in run.instances[number]]
        if any(state not in TERMINAL for state in states):
            return None
        return sum(
            state is TaskState.SUCCESS and instance.map_index >= 0
            for state, instance in zip(states, run.instances[number], strict=True)
        )
    return draft.length_of(run, source.task_id, source.key)
