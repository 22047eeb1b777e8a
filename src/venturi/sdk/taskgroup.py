"""Task groups: tasks that are shown, named and joined together."""

import copy
import re
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from venturi.sdk.exceptions import AirflowException, DuplicateTaskIdFound, TaskAlreadyInTaskGroup
from venturi.sdk.node import Dependency, Node
from venturi.sdk.scope import current_dag, current_group, enter_group, leave_group

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG

_ID = re.compile(r"^[\w-]{1,200}$")

#: Arguments of a group that are default_args of its tasks.
SHARED = frozenset({"retries", "retry_delay", "retry_exponential_backoff", "max_retry_delay"})

_SUFFIX = re.compile(r"^(.*)__(\d+)$")


class TaskGroup(Dependency):
    """Tasks and groups under one name.

    `prefix_group_id` puts the group's id before the ids of its children; `default_args` count for
    the tasks inside, over the DAG's; `add_suffix_on_collision` takes `id__1` when `id` is taken.
    The root group of a DAG has no id. `retries` and `retry_delay` become default_args of its tasks.
    """

    mapped: Any = None

    def __init__(
        self,
        group_id: str | None,
        prefix_group_id: bool = True,
        parent_group: "TaskGroup | None" = None,
        dag: "DAG | None" = None,
        default_args: Mapping[str, Any] | None = None,
        tooltip: str = "",
        ui_color: str = "CornflowerBlue",
        ui_fgcolor: str = "#000",
        add_suffix_on_collision: bool = False,
        group_display_name: str = "",
        **shared: Any,
    ) -> None:
        unknown = sorted(shared.keys() - SHARED)
        if unknown:
            raise TypeError(
                f"Task group {group_id!r} does not know {', '.join(unknown)}; what its tasks share "
                "belongs into default_args."
            )
        self.prefix_group_id = prefix_group_id
        self.tooltip = tooltip
        self.ui_color = ui_color
        self.ui_fgcolor = ui_fgcolor
        self.group_display_name = group_display_name
        self.children: dict[str, Node | TaskGroup] = {}
        self.used_group_ids: set[str] = set()
        self.default_args: dict[str, Any] = {**copy.copy(dict(default_args or {})), **shared}
        self._group_id = group_id
        if group_id is None:
            self.parent_group: TaskGroup | None = None
            self.dag = dag
            return
        if not _ID.match(str(group_id)):
            raise AirflowException(
                f"Task group id {group_id!r} cannot be used: letters, digits, dashes and "
                "underscores only, and no dots, which join groups and tasks."
            )
        self._join(parent_group, dag, add_suffix_on_collision)
        if self.parent_group is not None:
            self.default_args = {**self.parent_group.default_args, **self.default_args}

    def _join(self, parent: "TaskGroup | None", dag: "DAG | None", may_rename: bool) -> None:
        if dag is None:
            dag = parent.dag if parent is not None else current_dag()
        if parent is None:
            parent = current_group(dag)
        if dag is None and parent is not None:
            dag = parent.dag
        if parent is None or dag is None:
            raise AirflowException(
                f"Task group {self._group_id!r} is in no DAG: create it inside `with DAG(...)` or "
                "pass dag=."
            )
        if parent.dag is not dag:
            raise AirflowException(
                f"Task group {self._group_id!r} of DAG {dag.dag_id!r} cannot be in a group of "
                "another DAG."
            )
        self.parent_group, self.dag = parent, dag
        self.used_group_ids = parent.used_group_ids
        self._take_id(may_rename)
        parent.add(self)

    def _take_id(self, may_rename: bool) -> None:
        taken = self.used_group_ids
        tasks = self.dag.task_dict if self.dag is not None else {}
        while self.group_id in taken or self.group_id in tasks:
            if not may_rename:
                raise DuplicateTaskIdFound(
                    f"The id {self.group_id!r} of a task group is already taken in its DAG; choose "
                    "another, or pass add_suffix_on_collision=True."
                )
            found = _SUFFIX.match(str(self._group_id))
            base, number = (found[1], int(found[2])) if found else (self._group_id, 0)
            self._group_id = f"{base}__{number + 1}"
        taken.add(self.group_id)

    @classmethod
    def create_root(cls, dag: "DAG") -> "TaskGroup":
        """The root group of a DAG."""
        return cls(group_id=None, dag=dag)

    @property
    def is_root(self) -> bool:
        """Whether this is the DAG's own, nameless group."""
        return self._group_id is None

    @property
    def group_id(self) -> str:
        """The id, with those of the groups around it unless they do not prefix."""
        if self._group_id is None:
            return ""
        return self.parent_group.child_id(self._group_id) if self.parent_group else self._group_id

    @property
    def node_id(self) -> str:
        """The group id."""
        return self.group_id

    @property
    def label(self) -> str:
        """What the graph calls this group."""
        return self.group_display_name or self._group_id or ""

    @property
    def task_group(self) -> "TaskGroup | None":
        """The group around this one."""
        return self.parent_group

    @property
    def dag_id(self) -> str:
        """The id of the DAG."""
        return self.dag.dag_id if self.dag else ""

    def has_dag(self) -> bool:
        """Whether this is in a DAG."""
        return self.dag is not None

    def child_id(self, label: str) -> str:
        """The id of a child called `label`."""
        prefix = self._prefix()
        return f"{prefix}.{label}" if prefix else label

    def _prefix(self) -> str:
        if self._group_id is not None and self.prefix_group_id:
            return self.group_id
        return self.parent_group._prefix() if self.parent_group is not None else ""

    def add(self, node: "Node | TaskGroup") -> None:
        """Put a task or group into this group. Raises `DuplicateTaskIdFound`."""
        held = getattr(node, "task_group", None)
        elsewhere = isinstance(node, Node) and held is not None and held is not self
        if elsewhere and held is not None and node.node_id in held.children:
            raise TaskAlreadyInTaskGroup(node.node_id, held.group_id or None, self.group_id)
        key = node.node_id
        if key in self.children and self.children[key] is not node:
            kind = "Task group" if isinstance(node, TaskGroup) else "Task"
            raise DuplicateTaskIdFound(f"{kind} id {key!r} is already taken in its DAG.")
        if isinstance(node, Node):
            node.task_group = self
        self.children[key] = node

    def __iter__(self) -> Iterator[Node]:
        for child in self.children.values():
            if isinstance(child, TaskGroup):
                yield from child
            else:
                yield child

    def iter_tasks(self) -> Iterator[Node]:
        """All tasks inside, at any depth."""
        return iter(self)

    def has_task(self, task: Node) -> bool:
        """Whether `task` is inside, at any depth."""
        return any(each is task for each in self)

    def get_child_by_label(self, label: str) -> "Node | TaskGroup":
        """The child called `label`."""
        return self.children[self.child_id(label)]

    def get_task_group_dict(self) -> dict[str | None, "TaskGroup"]:
        """This group and all groups inside, by id; the root's is None."""
        found: dict[str | None, TaskGroup] = {}
        waiting: list[TaskGroup] = [self]
        while waiting:
            group = waiting.pop()
            found[group.group_id or None] = group
            waiting += [each for each in group.children.values() if isinstance(each, TaskGroup)]
        return found

    def iter_mapped_task_groups(self) -> Iterator["TaskGroup"]:
        """The mapped groups around here, this one first."""
        group: TaskGroup | None = self
        while group is not None:
            if group.mapped is not None:
                yield group
            group = group.parent_group

    @property
    def roots(self) -> list[Node]:
        inside = list(self)
        ids = {task.task_id for task in inside}
        return [task for task in inside if not task.upstream_task_ids & ids]

    @property
    def leaves(self) -> list[Node]:
        """The last tasks inside. An arrow out of a group starts before its teardowns."""
        inside = {task.task_id: task for task in self}
        return [
            task
            for task in inside.values()
            if not task.is_teardown
            and not (task.is_setup and self._has_work_after(task, inside))
            and all(inside[each].is_teardown for each in task.downstream_task_ids if each in inside)
        ] or [task for task in inside.values() if not task.downstream_task_ids & inside.keys()]

    @staticmethod
    def _has_work_after(setup: Node, inside: Mapping[str, Node]) -> bool:
        """Whether the teardown of `setup` also follows other work inside."""
        return any(
            len(inside[each].upstream_task_ids & inside.keys()) > 1
            for each in setup.downstream_task_ids
            if each in inside
        )

    def get_roots(self) -> Iterator[Node]:
        """The first tasks inside."""
        return iter(self.roots)

    def get_leaves(self) -> Iterator[Node]:
        """The last tasks inside, teardowns aside."""
        return iter(self.leaves)

    def as_setup(self) -> "TaskGroup":
        raise AirflowException("A task group cannot be a setup; mark the task inside it.")

    def as_teardown(
        self, *, setups: Any = None, on_failure_fail_dagrun: bool | None = None
    ) -> "TaskGroup":
        raise AirflowException("A task group cannot be a teardown; mark the task inside it.")

    def __enter__(self) -> Self:
        enter_group(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        leave_group()

    def __repr__(self) -> str:
        return f"<TaskGroup: {self.group_id or '(root)'}>"
