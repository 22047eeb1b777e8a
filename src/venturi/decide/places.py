"""Places of a run that are worth a look: tasks, and single instances of them."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from venturi.decide.views import Instance, Place, RunView


def instances_at(run: RunView, place: Place) -> Sequence[Instance]:
    """The instances that a place names; all of the task where it has none of that index."""
    if isinstance(place, int):
        return run.instances[place]
    number, index = place
    group = run.instances[number]
    if index < len(group) and group[index].map_index == index:
        return (group[index],)
    return [each for each in group if each.map_index == index] or group


def places_below(run: RunView, task: int, index: int) -> Iterator[Place]:
    """What a change of instance `index` of a task may matter to."""
    along: Collection[int] = run.graph.alongside.get(task, ()) if index >= 0 else ()
    for child in run.graph.affected[task]:
        yield (child, index) if child in along else child


def in_order(places: Iterable[Place]) -> list[Place]:
    """Tasks first, each before the instances of its own that are not looked at with it."""
    known = set(places)
    tasks = sorted(place for place in known if isinstance(place, int))
    return [
        *tasks,
        *sorted(p for p in known if not isinstance(p, int) and p[0] not in known),
    ]
