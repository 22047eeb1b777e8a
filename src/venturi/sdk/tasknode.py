"""What operators and mapped operators have in common as tasks of a DAG."""

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.node import Node, link
from venturi.sdk.operator_init import BUILDING
from venturi.sdk.scope import current_dag
from venturi.sdk.setupteardown import begin, end
from venturi.sdk.values import listed
from venturi.spec.model import TriggerRule

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG
    from venturi.sdk.xcomarg import PlainXComArg


class TaskNode(Node):
    """Mixin: the DAG it is in, its result as an argument of others, setup and teardown."""

    trigger_rule: TriggerRule
    on_failure_fail_dagrun: bool

    @property
    def dag(self) -> "DAG":
        """The DAG this task is in. Raises `AirflowException` when there is none yet."""
        return self._joined()

    @dag.setter
    def dag(self, dag: "DAG | None") -> None:
        if dag is None:
            self._dag = None
        elif self._dag is None:
            dag.add_task(self)
            if BUILDING not in self.__dict__:
                self.link_arguments()
        elif self._dag is not dag:
            raise AirflowException(
                f"Task {self.task_id!r} is in DAG {self.dag_id!r} and cannot join {dag.dag_id!r}."
            )

    @property
    def output(self) -> "PlainXComArg":
        """A reference to this task's result, to be given to other tasks."""
        from venturi.sdk.xcomarg import PlainXComArg

        return PlainXComArg(self)

    def argument_values(self) -> list[Any]:
        """The arguments in which results of other tasks may stand."""
        raise NotImplementedError

    def link_arguments(self) -> None:
        """Wait for the tasks whose results are arguments of this one."""
        if self._dag is None:
            return
        for value in self.argument_values():
            if value is None or isinstance(value, str | int | float):
                continue
            from venturi.sdk.xcomarg import references

            for operator in references(value):
                if operator is not self and operator.task_id not in self.upstream_task_ids:
                    link(operator, self)

    def mapped_over(self) -> set[str]:
        """The ids of the tasks whose results decide how many instances this has."""
        group = self.task_group
        if group is None or group.is_root:
            return set()
        return {
            operator.task_id
            for each in group.iter_mapped_task_groups()
            for operator in each.mapped.references()
        }

    def as_setup(self) -> Self:
        """Mark as setup: it is kept, and cleared, with the work that needs it."""
        self.is_setup = True
        return self

    def as_teardown(
        self, *, setups: Any = None, on_failure_fail_dagrun: bool | None = None
    ) -> Self:
        """Mark as teardown of `setups`: it runs once its setups succeeded and the work is over."""
        self.is_teardown = True
        self.trigger_rule = TriggerRule.ALL_DONE_SETUP_SUCCESS
        if on_failure_fail_dagrun is not None:
            self.on_failure_fail_dagrun = on_failure_fail_dagrun
        for setup in listed(setups):
            operator = getattr(setup, "operator", setup)
            operator.is_setup = True
            link(operator, self)
        return self

    def __enter__(self) -> Self:
        begin(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        end()


def unique_task_id(task_id: str, dag: "DAG | None", group: Any) -> str:
    """`task_id`, or `task_id__1`, `task_id__2` ... where it is taken already."""
    dag = dag or current_dag()
    if dag is None:
        return task_id
    taken = dag.task_dict
    full = group.child_id if group is not None else str
    if full(task_id) not in taken:
        return task_id
    base, _, number = task_id.rpartition("__")
    stem, first = (base, int(number)) if base and number.isdigit() else (task_id, 0)
    last = max(first, dag.last_numbers.get(full(stem), 0))
    while full(f"{stem}__{last + 1}") in taken:
        last += 1
    dag.last_numbers[full(stem)] = last + 1
    return f"{stem}__{last + 1}"
