"""Mapped tasks: `Operator.partial(...).expand(...)`, one instance per item, known at run time."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from venturi.sdk.era import author_place
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.expand_input import DictOfLists, ExpandInput, ListOfDicts
from venturi.sdk.operator import BaseOperator
from venturi.sdk.operator_init import OLD_ARGUMENTS, merged_defaults
from venturi.sdk.scope import current_dag, current_group
from venturi.sdk.setupteardown import note_work
from venturi.sdk.tasknode import TaskNode, unique_task_id

if TYPE_CHECKING:
    from venturi.sdk.xcomarg import PlainXComArg, XComArg

#: What all instances of a mapped task share by their nature.
UNMAPPABLE = frozenset(
    [
        "task_id",
        "dag",
        "task_group",
        "default_args",
        "trigger_rule",
        "start_date",
        "end_date",
        "depends_on_past",
        "wait_for_downstream",
        "retries",
        "retry_delay",
        "retry_exponential_backoff",
        "max_retry_delay",
        "pool",
        "pool_slots",
        "queue",
        "priority_weight",
        "weight_rule",
        "max_active_tis_per_dag",
        "max_active_tis_per_dagrun",
        "execution_timeout",
        "email",
        "email_on_failure",
        "email_on_retry",
        "map_index_template",
        "executor",
    ]
)


class OperatorPartial:
    """The arguments that all instances share; `expand` or `expand_kwargs` makes the task."""

    def __init__(
        self, operator_class: type[BaseOperator], kwargs: dict[str, Any], target: str = ""
    ) -> None:
        self.operator_class, self.kwargs, self.target = operator_class, kwargs, target

    def expand(self, **mapped: Any) -> "MappedOperator":
        """One instance for each combination of the items of the given lists and results."""
        if not mapped:
            raise TypeError("expand() needs at least one argument to expand over.")
        self._refuse(mapped)
        return self.made(DictOfLists(mapped))

    def expand_kwargs(
        self, kwargs: "Sequence[Any] | XComArg", *, strict: bool = True
    ) -> "MappedOperator":
        """One instance for each dict of arguments; `strict` refuses those also given to partial."""
        if isinstance(kwargs, list | tuple):
            for each in kwargs:
                if isinstance(each, Mapping):
                    self._refuse(each if strict else each.keys() - self.kwargs.keys())
        return self.made(ListOfDicts(kwargs))

    def made(self, expand_input: ExpandInput) -> "MappedOperator":
        """The mapped task."""
        return MappedOperator(self.operator_class, self.kwargs, expand_input, self.target)

    def _refuse(self, names: Any) -> None:
        """Refuse arguments that cannot be expanded over."""
        if self.target:
            return
        twice = sorted(set(names) & self.kwargs.keys())
        if twice:
            raise TypeError(
                f"{', '.join(twice)} given to partial() and expanded over; keep one of them."
            )
        shared = sorted(set(names) & UNMAPPABLE)
        if shared:
            raise TypeError(
                f"{', '.join(shared)} cannot be expanded over: all instances share it; give it to "
                "partial()."
            )
        _refuse_unknown(self.operator_class, names)

    def __repr__(self) -> str:
        return f"<OperatorPartial of {self.operator_class.__name__}>"


def partial_of(operator_class: type[BaseOperator], kwargs: Mapping[str, Any]) -> OperatorPartial:
    """What `Operator.partial(...)` gives. Raises `TypeError` for arguments nobody knows."""
    if "task_id" not in kwargs:
        raise TypeError(f"{operator_class.__name__}.partial() needs a task_id.")
    found = dict(kwargs)
    for old, new in OLD_ARGUMENTS.items():
        if old in found:
            value = found.pop(old)
            if new is not None:
                found[new] = value
    _refuse_unknown(operator_class, found)
    return OperatorPartial(operator_class, found)


class MappedOperator(TaskNode):
    """A task whose instances are made while the run goes on.

    Attributes are those that its instances share: given to `partial`, from default_args, or of the
    operator's class.
    """

    is_mapped = True
    operator_class: type[BaseOperator]

    def __init__(
        self,
        operator_class: type[BaseOperator],
        kwargs: Mapping[str, Any],
        expand_input: ExpandInput,
        target: str = "",
    ) -> None:
        shared = dict(kwargs)
        dag = shared.pop("dag", None) or current_dag()
        group = shared.pop("task_group", None) or current_group(dag)
        dag = dag or (group.dag if group is not None else None)
        defaults, params = merged_defaults(
            dag, group, shared.pop("default_args", None), shared.get("params")
        )
        names = argument_names(operator_class)
        mapped = expand_input.argument_names() if not target else set()
        for name, value in defaults.items():
            if name in names and name not in mapped:
                shared.setdefault(name, value)
        if params is not None:
            shared["params"] = params
        if target:
            shared["task_id"] = unique_task_id(shared["task_id"], dag, group)
        self.__dict__["_shared_by_all"] = _sample(shared, dag, group)
        self.operator_class = operator_class
        self.partial_kwargs = shared
        self.expand_input = expand_input
        self.target = target
        self.defined_at = author_place()
        self.task_id: str = self._shared_by_all.task_id
        self.upstream_task_ids: set[str] = set()
        self.downstream_task_ids: set[str] = set()
        self.is_setup = self.is_teardown = self.on_failure_fail_dagrun = False
        self.task_group = None
        self._dag = None
        if dag is not None:
            dag.add_task(self, group)
            self.link_arguments()
            note_work(self)

    def __getattr__(self, name: str) -> Any:
        shared = self.__dict__.get("_shared_by_all")
        if shared is None or name.startswith("__"):
            raise AttributeError(name)
        if name in shared.__dict__:
            return shared.__dict__[name]
        if name in self.partial_kwargs:
            return self.partial_kwargs[name]
        found = getattr(self.operator_class, name)
        if isinstance(found, property) or callable(found):
            return getattr(shared, name)
        return found

    @property
    def task_type(self) -> str:
        """The class name of the operator."""
        return self.operator_class.__name__

    @property
    def operator_name(self) -> str:
        """What people call this kind of operator."""
        return str(getattr(self.operator_class, "custom_operator_name", None) or self.task_type)

    def argument_values(self) -> list[Any]:
        return [*self.partial_kwargs.values(), *self.expand_input.values()]

    def mapped_over(self) -> set[str]:
        own = {operator.task_id for operator in self.expand_input.references()}
        return own | super().mapped_over()

    @property
    def output(self) -> "PlainXComArg":
        from venturi.sdk.xcomarg import PlainXComArg

        return PlainXComArg(self)

    def unmap_for(self, context: Mapping[str, Any]) -> BaseOperator:
        """The instance that runs in `context`, with its own arguments filled in."""
        index = int(context["ti"].map_index)
        inner = index % max(1, self._length(context)) if self._in_mapped_group() else index
        return self.unmap(self.expand_input.resolve(inner, context))

    def unmap(self, resolve: Any) -> BaseOperator:
        """An instance with the arguments `resolve` (a mapping, or the mapped kwargs and fields)."""
        own = dict(resolve[0] if isinstance(resolve, tuple) else resolve or {})
        kwargs = dict(self.partial_kwargs)
        if self.target:
            # The arguments of a function; those given to expand win over those of partial.
            own = {self.target: {**(kwargs.get(self.target) or {}), **own}}
        kwargs.update(own)
        kwargs["task_id"] = self._shared_by_all.label
        _refuse_unknown(self.operator_class, kwargs)
        made = self.operator_class.__new__(self.operator_class)
        made.__dict__["_unmapped_from"] = self
        made.__init__(dag=self._dag, task_group=self.task_group, **kwargs)  # type: ignore[misc]
        made.task_id = self.task_id
        for name in ("upstream_task_ids", "downstream_task_ids", "start_date", "end_date"):
            setattr(made, name, getattr(self, name))
        for name in ("is_setup", "is_teardown", "on_failure_fail_dagrun", "trigger_rule"):
            setattr(made, name, getattr(self, name))
        return made

    def _in_mapped_group(self) -> bool:
        group = self.task_group
        return group is not None and any(True for _ in group.iter_mapped_task_groups())

    def _length(self, context: Mapping[str, Any]) -> int:
        return self.expand_input.length(context)

    def __repr__(self) -> str:
        return f"<Mapped({self.task_type}): {self.task_id}>"


def argument_names(operator_class: type) -> frozenset[str]:
    """Every argument that a class and its bases take."""
    return frozenset(
        name
        for kind in operator_class.__mro__
        for name in getattr(kind.__dict__.get("__init__"), "venturi_names", ())
    )


def _refuse_unknown(operator_class: type[BaseOperator], names: Any) -> None:
    wrong = sorted(set(names) - argument_names(operator_class))
    if wrong:
        raise TypeError(
            f"{operator_class.__name__} does not know {', '.join(map(repr, wrong))}; it cannot be "
            "given to partial() or expanded over."
        )


def _sample(shared: Mapping[str, Any], dag: Any, group: Any) -> Any:
    """The arguments that every operator has, read and checked as an operator reads them."""
    names = argument_names(BaseOperator)
    made = BaseOperator.__new__(BaseOperator)
    made.__dict__["_unmapped_from"] = None
    given = {name: value for name, value in shared.items() if name in names}
    made.__init__(dag=dag, task_group=group, **given)  # type: ignore[misc]
    return made


def resolve_map(
    expand_input: ExpandInput, map_index: int, context: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments of one instance: row-major over the arguments, the last one turning fastest."""
    return expand_input.resolve(map_index, context)


def map_lengths(expand_input: ExpandInput, context: Mapping[str, Any]) -> int:
    """How many instances there are in the run of `context`. Raises `AirflowException`."""
    count = expand_input.length(context)
    if count < 0:
        raise AirflowException("A mapped task cannot have less than no instances.")
    return count
