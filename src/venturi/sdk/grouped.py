"""Map indexes inside mapped task groups.

A task in a mapped group has an instance per combination: the group's index first, its own last
(`index = group_index * own_length + own_index`), however deep groups lie in each other.
"""

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any


def index_of_group(group: Any, context: Mapping[str, Any]) -> int:
    """Which instance of the mapped `group` the task instance of `context` is in."""
    ti = context["ti"]
    index = max(0, int(ti.map_index)) // _instances_inside(group, _written(ti.task), context)
    is_outermost = next(_mapped_around(group.parent_group), None) is None
    return index if is_outermost else int(index % group.mapped.length(context))


def indexes_beside(operator: Any, context: Mapping[str, Any]) -> int | list[int] | None:
    """Which instances of `operator` belong to the task instance of `context`.

    In a mapped group around both, those of the same index; None means all: nothing is shared.
    """
    ti = context["ti"]
    running = _written(getattr(ti, "task", None))
    group = shared_group(running, operator)
    if group is None:
        return None
    index = int(ti.map_index) // _instances_inside(group, running, context)
    many = _instances_inside(group, operator, context)
    if many == 1 and not _is_deeper(group, operator):
        return index
    return list(range(index * many, (index + 1) * many))


def _written(task: Any) -> Any:
    """The task as its file has it, of an instance that was made of it."""
    return getattr(task, "_unmapped_from", None) or task


def _mapped_around(group: Any) -> Iterator[Any]:
    if group is not None:
        yield from group.iter_mapped_task_groups()


def shared_group(one: Any, other: Any) -> Any:
    """The innermost mapped group that both are in."""
    theirs = list(_mapped_around(getattr(other, "task_group", None)))
    mine = _mapped_around(getattr(one, "task_group", None))
    return next((group for group in mine if any(group is each for each in theirs)), None)


def _is_deeper(group: Any, operator: Any) -> bool:
    return operator.is_mapped or next(_mapped_around(operator.task_group), None) is not group


def _instances_inside(group: Any, operator: Any, context: Mapping[str, Any]) -> int:
    """How many instances of `operator` there are for each of the mapped group around it."""
    lengths = []
    for inner in _mapped_around(operator.task_group):
        if inner is group:
            break
        lengths.append(inner.mapped.length(context))
    if operator.is_mapped:
        lengths.append(operator.expand_input.length(context))
    return max(1, int(prod(lengths)))
