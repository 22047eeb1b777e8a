"""What can stand on either side of `>>`: tasks, groups, results of tasks, labels."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from venturi.sdk.exceptions import AirflowException, TaskNotFound

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG
    from venturi.sdk.edges import EdgeModifier
    from venturi.sdk.taskgroup import TaskGroup


class Dependency:
    """Mixin: `a >> b`, `a << b`, `a.set_upstream(b)`, with lists on either side."""

    @property
    def roots(self) -> Sequence["Node"]:
        """The tasks that an arrow into this leads to."""
        raise NotImplementedError

    @property
    def leaves(self) -> Sequence["Node"]:
        """The tasks that an arrow out of this starts from."""
        raise NotImplementedError

    def set_upstream(self, other: Any, edge_modifier: "EdgeModifier | None" = None) -> None:
        """Let this wait for `other`: a task, a group, a result, or a list of those."""
        link(other, self, edge_modifier)

    def set_downstream(self, other: Any, edge_modifier: "EdgeModifier | None" = None) -> None:
        """Let `other` wait for this: a task, a group, a result, or a list of those."""
        link(self, other, edge_modifier)

    def update_relative(
        self,
        other: "Dependency",
        upstream: bool = True,
        edge_modifier: "EdgeModifier | None" = None,
    ) -> None:
        """Hook of 2.x: called on the other side of a new edge."""

    def as_setup(self) -> "Dependency":
        """Mark as setup."""
        raise NotImplementedError

    def as_teardown(
        self, *, setups: Any = None, on_failure_fail_dagrun: bool | None = None
    ) -> "Dependency":
        """Mark as teardown of `setups`."""
        raise NotImplementedError

    def __rshift__(self, other: Any) -> Any:
        if not _adopted(self, other):
            self.set_downstream(other)
        return other

    def __lshift__(self, other: Any) -> Any:
        if not _adopted(self, other):
            self.set_upstream(other)
        return other

    def __rrshift__(self, other: Any) -> "Dependency":
        self.__lshift__(other)
        return self

    def __rlshift__(self, other: Any) -> "Dependency":
        self.__rshift__(other)
        return self


class Node(Dependency):
    """A task in a DAG's graph: an operator, mapped or not. Knows its neighbours by id."""

    task_id: str
    upstream_task_ids: set[str]
    downstream_task_ids: set[str]
    task_group: "TaskGroup | None"
    is_setup: bool
    is_teardown: bool
    _dag: "DAG | None"

    @property
    def node_id(self) -> str:
        """The task id."""
        return self.task_id

    @property
    def dag_id(self) -> str:
        """The id of the DAG this is in; 'adhoc_<owner>' outside of any, as 1.x had it."""
        return self._dag.dag_id if self._dag is not None else f"adhoc_{getattr(self, 'owner', '')}"

    @property
    def roots(self) -> Sequence["Node"]:
        return [self]

    @property
    def leaves(self) -> Sequence["Node"]:
        return [self]

    def has_dag(self) -> bool:
        """Whether this is in a DAG."""
        return self._dag is not None

    def get_dag(self) -> "DAG | None":
        """The DAG this is in, or None."""
        return self._dag

    def _joined(self) -> "DAG":
        if self._dag is None:
            raise AirflowException(
                f"Task {self.task_id!r} is in no DAG yet: create it inside `with DAG(...)` or pass "
                "dag=."
            )
        return self._dag

    @property
    def upstream_list(self) -> list["Node"]:
        """The tasks that this one waits for."""
        dag = self._joined() if self.upstream_task_ids else None
        return [dag.get_task(each) for each in sorted(self.upstream_task_ids)] if dag else []

    @property
    def downstream_list(self) -> list["Node"]:
        """The tasks that wait for this one."""
        dag = self._joined() if self.downstream_task_ids else None
        return [dag.get_task(each) for each in sorted(self.downstream_task_ids)] if dag else []

    def get_direct_relative_ids(self, upstream: bool = False) -> set[str]:
        """The ids of the tasks next to this one."""
        return self.upstream_task_ids if upstream else self.downstream_task_ids

    def get_direct_relatives(self, upstream: bool = False) -> list["Node"]:
        """The tasks next to this one."""
        return self.upstream_list if upstream else self.downstream_list

    def get_flat_relative_ids(
        self, upstream: bool = False, found_descendants: set[str] | None = None
    ) -> set[str]:
        """The ids of all tasks below (or above) this one."""
        dag = self._joined()
        found = found_descendants if found_descendants is not None else set()
        waiting = [self.task_id]
        while waiting:
            node = dag.task_dict.get(waiting.pop())
            for each in node.get_direct_relative_ids(upstream) if node else ():
                if each not in found:
                    found.add(each)
                    waiting.append(each)
        return found

    def get_flat_relatives(self, upstream: bool = False) -> list["Node"]:
        """All tasks below (or above) this one."""
        dag = self._joined()
        return [dag.get_task(each) for each in sorted(self.get_flat_relative_ids(upstream))]

    def get_upstreams_follow_setups(self) -> Iterator["Node"]:
        """All tasks above this one, and the teardowns of the setups among them."""
        for task in self.get_flat_relatives(upstream=True):
            yield task
            if task.is_setup:
                yield from (
                    each for each in task.downstream_list if each.is_teardown and each is not self
                )

    def iter_mapped_dependants(self) -> Iterator["Node"]:
        """The mapped tasks that expand over this one's result."""
        for task in self._joined().tasks:
            if self.task_id in task.mapped_over():
                yield task

    def mapped_over(self) -> set[str]:
        """The ids of the tasks whose results decide how many instances this has."""
        raise NotImplementedError

    def add_inlets(self, inlets: Any) -> None:
        """Add assets that this task reads."""
        self.inlets = [*getattr(self, "inlets", []), *inlets]

    def add_outlets(self, outlets: Any) -> None:
        """Add assets that this task updates."""
        self.outlets = [*getattr(self, "outlets", []), *outlets]


def link(upstream: Any, downstream: Any, edge_modifier: "EdgeModifier | None" = None) -> None:
    """Let every root of `downstream` wait for every leaf of `upstream`; lists are taken apart."""
    parents = list(_sides(upstream, "upstream"))
    children = list(_sides(downstream, "downstream"))
    for parent in parents:
        for child in children:
            _link_one(parent, child, edge_modifier)


def _sides(side: Any, which: str) -> Iterator[Any]:
    if isinstance(side, list | tuple | set | frozenset):
        for each in side:
            yield from _sides(each, which)
    else:
        yield side


def _link_one(parent: Any, child: Any, edge_modifier: "EdgeModifier | None") -> None:
    from venturi.sdk.edges import EdgeModifier

    if isinstance(parent, EdgeModifier) or isinstance(child, EdgeModifier):
        if isinstance(parent, EdgeModifier):
            parent.add_downstream(child)
        else:
            child.add_upstream(parent)
        return
    for side, other in ((parent, child), (child, parent)):
        if not isinstance(side, Dependency):
            raise AirflowException(
                f"An arrow can only join tasks, task groups and results of tasks; {side!r} beside "
                f"{other!r} is none of these."
            )
    above, below = list(parent.leaves), list(child.roots)
    _one_dag([*above, *below])
    for task in above:
        for other in below:
            task.downstream_task_ids.add(other.task_id)
            other.upstream_task_ids.add(task.task_id)
            if edge_modifier is not None:
                task._joined().set_edge_info(task.task_id, other.task_id, edge_modifier.info())
    parent.update_relative(child, False, edge_modifier)
    child.update_relative(parent, True, edge_modifier)


def _one_dag(tasks: list[Node]) -> None:
    """All of `tasks` in one DAG; those that are in none yet join the others'."""
    dag: DAG | None = None
    for task in tasks:
        mine = task._dag
        if mine is None or mine is dag:
            continue
        if dag is not None:
            names = ", ".join(sorted(f"{each.dag_id}.{each.task_id}" for each in tasks))
            raise AirflowException(f"An arrow cannot join tasks of different DAGs: {names}.")
        dag = mine
    if dag is None:
        if not tasks:
            return
        names = ", ".join(sorted(task.task_id for task in tasks))
        raise AirflowException(
            f"An arrow can only join tasks that are in a DAG ({names} are not): create them inside "
            "`with DAG(...)` or pass dag=."
        )
    for task in tasks:
        if task._dag is None:
            dag.add_task(task)


def _adopted(node: Dependency, other: Any) -> bool:
    """`task >> dag` puts the task into the DAG, as 1.x had it."""
    if not getattr(other, "is_dag", False):
        return False
    for task in node.roots:
        if task._dag is None:
            other.add_task(task)
        elif task._dag is not other:
            raise AirflowException(
                f"Task {task.task_id!r} is in DAG {task.dag_id!r} and cannot join {other.dag_id!r}."
            )
    return True


def found_task(tasks: dict[str, Node], dag_id: str, task_id: str) -> Node:
    """The task of that id. Raises `TaskNotFound`."""
    try:
        return tasks[task_id]
    except KeyError:
        raise TaskNotFound(f"DAG {dag_id!r} has no task {task_id!r}.") from None
