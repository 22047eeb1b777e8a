"""What is in a task group."""

from venturi.spec.model import DagSpec


def tasks_within(spec: DagSpec, group_id: str) -> tuple[str, ...] | None:
    """The tasks in a group and in the groups within it, in the file's order; None: no such group.

    A group may have no tasks.
    """
    parents = {group.group_id: group.parent for group in spec.groups}
    if group_id not in parents:
        return None

    def is_within(group: str | None) -> bool:
        while group is not None and group != group_id:
            group = parents.get(group)
        return group is not None

    return tuple(task.task_id for task in spec.tasks if is_within(task.group))
