"""A DAG's description as rows of a grid and as nodes of a graph; pure."""

from collections import defaultdict
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

import msgspec

from venturi.spec.model import DagSpec, GroupSpec, TaskSpec


class GridTask(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of the grid: a task or a group, groups before their members.

    What is left out in the answer is as it usually is: there may be thousands.
    """

    id: str
    label: str
    parent: str | None = None
    kind: str = "task"
    mapped: bool = False
    depth: int = 0


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A task or a group of the graph."""

    id: str
    label: str
    parent: str | None
    kind: str
    operator: str | None
    mapped: bool
    trigger_rule: str | None
    tooltip: str | None


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for what."""

    source: str
    target: str
    label: str | None


def grid_rows(spec: DagSpec) -> list[GridTask]:
    """Tasks and groups, upstream first, members below their group."""
    return list(_rows(_Tree(spec), None, 0))


def nodes(spec: DagSpec) -> list[Node]:
    """Groups first, so that members find their parent."""
    groups = [
        Node(
            id=group.group_id,
            label=_group_label(group),
            parent=group.parent,
            kind="group",
            operator=None,
            mapped=group.mapped is not None,
            trigger_rule=None,
            tooltip=group.tooltip or None,
        )
        for group in spec.groups
    ]
    tasks = [
        Node(
            id=task.task_id,
            label=_label(task),
            parent=task.group,
            kind="task",
            operator=task.operator,
            mapped=task.mapped is not None,
            trigger_rule=task.trigger_rule,
            tooltip=task.doc or None,
        )
        for task in spec.tasks
    ]
    return [*groups, *tasks]


def edges(spec: DagSpec) -> list[Edge]:
    """The dependencies between tasks."""
    labels = {(each.upstream, each.downstream): each.label for each in spec.edge_labels}
    return [
        Edge(source=above, target=task.task_id, label=labels.get((above, task.task_id)))
        for task in spec.tasks
        for above in task.upstream
    ]


def _label(task: TaskSpec) -> str:
    return task.label or task.task_id.removeprefix(f"{task.group}.")


def _group_label(group: GroupSpec) -> str:
    return group.label or group.group_id.removeprefix(f"{group.parent}.")


class _Tree:
    """Which group holds what, and in which order its members come."""

    def __init__(self, spec: DagSpec) -> None:
        self.tasks = {task.task_id: task for task in spec.tasks}
        self.groups = {group.group_id: group for group in spec.groups}
        self.members: defaultdict[str | None, list[str]] = defaultdict(list)
        self.after: defaultdict[str, set[str]] = defaultdict(set)
        self.places: dict[str, int] = {}
        for number, task in enumerate(spec.tasks):
            for name in self._chain(task.task_id):
                self.places.setdefault(name, number)
        for group in spec.groups:
            self.members[group.parent].append(group.group_id)
        for task in spec.tasks:
            self.members[task.group].append(task.task_id)
        for task in spec.tasks:
            for above in task.upstream:
                self._order(above, task.task_id)

    def _chain(self, name: str) -> list[str]:
        """A task with the groups around it, outermost first."""
        chain, group = [name], self.tasks[name].group
        while group is not None:
            chain.append(group)
            group = self.groups[group].parent if group in self.groups else None
        return chain[::-1]

    def _order(self, above: str, below: str) -> None:
        """An edge orders the two siblings in which its ends lie."""
        if above not in self.tasks:
            return
        for one, other in zip(self._chain(above), self._chain(below), strict=False):
            if one != other:
                self.after[other].add(one)
                return

    def sorted_members(self, group: str | None) -> list[str]:
        """Members of a group, upstream first and otherwise as the file has their tasks."""
        members = self.members[group]
        inside = set(members)
        waits = {each: len(self.after[each] & inside) for each in members}
        below: defaultdict[str, list[str]] = defaultdict(list)
        for each in members:
            for above in self.after[each] & inside:
                below[above].append(each)
        left = dict.fromkeys(sorted(members, key=self.place))
        ready = [(self.place(each), each) for each in left if not waits[each]]
        heapify(ready)
        order: list[str] = []
        while left:
            # Two groups may wait for each other's tasks: then the file's order decides.
            each = heappop(ready)[1] if ready else next(iter(left))
            if each not in left:
                continue
            del left[each]
            order.append(each)
            for other in below[each]:
                waits[other] -= 1
                if not waits[other] and other in left:
                    heappush(ready, (self.place(other), other))
        return order

    def place(self, name: str) -> int:
        """Where the file has a task, or the first task of a group."""
        return self.places.get(name, len(self.places))


def _rows(tree: _Tree, group: str | None, depth: int) -> Iterator[GridTask]:
    for name in tree.sorted_members(group):
        if name in tree.groups and name not in tree.tasks:
            found = tree.groups[name]
            yield GridTask(
                id=name,
                label=_group_label(found),
                parent=group,
                kind="group",
                mapped=found.mapped is not None,
                depth=depth,
            )
            yield from _rows(tree, name, depth + 1)
        else:
            task = tree.tasks[name]
            yield GridTask(
                id=name,
                label=_label(task),
                parent=group,
                kind="task",
                mapped=task.mapped is not None,
                depth=depth,
            )
