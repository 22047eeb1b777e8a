"""Which tasks stand in a task group."""

from venturi.spec.model import DagSpec


def tasks_in_group(spec: DagSpec, group_id: str) -> tuple[str, ...] | None:
    """The ids of the tasks in a group and in the groups in it, in the file's order.

    None if the DAG has no such group.
    """
    groups = {group.group_id: group for group in spec.groups}
    if group_id not in groups:
        return None
    waiting, found = [group_id], []
    while waiting:
        each = waiting.pop()
        if each in groups:
            waiting.extend(reversed(groups[each].children))
        else:
            found.append(each)
    return tuple(found)
