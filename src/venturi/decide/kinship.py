"""Which instances belong together across tasks: inside a mapped group, index by index.

A task in a mapped group waits for the same index of the tasks above it in the group, and for
everything of the tasks outside. Where one of them is expanded once more inside the group, blocks
of indexes belong together: the map index counts the group's index first, its own last.
"""

from collections.abc import Sequence

from venturi.decide.draft import Draft
from venturi.decide.expand import count_of
from venturi.decide.places import instances_at
from venturi.decide.views import Instance, RunView


def counterparts(draft: Draft, run: RunView, instance: Instance, parent: int) -> Sequence[Instance]:
    """The instances of task `parent` that `instance` waits for."""
    others = run.instances[parent]
    own = run.graph.kin.get(instance.task)
    shared = own.get(parent) if own is not None else None
    index = instance.map_index
    if shared is None or index < 0 or not others or others[0].map_index < 0:
        return others
    if instance.task in run.graph.alongside.get(parent, ()):
        return instances_at(run, (parent, index))
    mapped = run.graph.tasks[instance.task].mapped
    groups = count_of(draft, run, mapped.sources[:shared]) if mapped is not None else None
    if not groups:
        return others
    block = max(1, len(run.instances[instance.task]) // groups)
    theirs = max(1, len(others) // groups)
    return [other for other in others if other.map_index // theirs == index // block]
