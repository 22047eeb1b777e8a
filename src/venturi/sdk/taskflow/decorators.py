"""A function as a task: what calling, overriding and expanding it does."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.expand_input import DictOfLists, ListOfDicts
from venturi.sdk.mapping import MappedOperator, OperatorPartial
from venturi.sdk.operator import BaseOperator
from venturi.sdk.scope import current_dag
from venturi.sdk.taskflow.decorated import DecoratedOperator
from venturi.sdk.taskflow.outputs import returns_dict
from venturi.sdk.tasknode import unique_task_id
from venturi.sdk.xcomarg import PlainXComArg

__all__ = [
    "DecoratedOperator",
    "TaskDecorator",
    "get_unique_task_id",
    "is_async_callable",
    "task_decorator_factory",
]


class TaskDecorator:
    """A decorated function. Calling it makes a task and gives a reference to its result."""

    is_task_decorator = True

    def __init__(
        self,
        function: Callable[..., Any],
        operator_class: Callable[[], type[BaseOperator]],
        multiple_outputs: bool | None = None,
        kwargs: Mapping[str, Any] | None = None,
        shared: Mapping[str, Any] | None = None,
    ) -> None:
        if isinstance(function, TaskDecorator):
            raise AirflowException(f"{function!r} is decorated as a task twice.")
        if inspect.isclass(function) or not callable(function):
            raise TypeError(f"@task decorates functions, not {function!r}.")
        functools.update_wrapper(self, function)
        self.function = function
        self._operator_class = operator_class
        self.multiple_outputs = multiple_outputs
        self.kwargs: dict[str, Any] = dict(kwargs or {})
        self.shared = dict(shared or {})
        self.is_setup = False
        self.is_teardown = False
        self.on_failure_fail_dagrun = False

    def __repr__(self) -> str:
        return f"<@task {getattr(self.function, '__name__', self.function)}>"

    @property
    def operator_class(self) -> type[BaseOperator]:
        """The operator that tasks of this function are."""
        return self._operator_class()

    def __call__(self, *args: Any, **kwargs: Any) -> PlainXComArg:
        made = self.operator_class(
            python_callable=self.function,
            op_args=args,
            op_kwargs={**self.shared, **kwargs},
            **self._arguments(),
        )
        return self._marked(made)

    def override(self, **kwargs: Any) -> "TaskDecorator":
        """The same with other arguments of the task."""
        return self._copied({**self.kwargs, **kwargs}, self.shared)

    def partial(self, **kwargs: Any) -> "TaskDecorator":
        """Arguments of the function that all instances of a mapped task share."""
        self._refuse_unknown(kwargs, "partial")
        twice = sorted(kwargs.keys() & self.shared.keys())
        if twice:
            raise TypeError(f"{', '.join(twice)} given to partial() twice.")
        return self._copied(self.kwargs, {**self.shared, **kwargs})

    def expand(self, **mapped: Any) -> PlainXComArg:
        """One instance for each combination of the items of the given lists and results."""
        if not mapped:
            raise TypeError("expand() needs at least one argument to expand over.")
        self._refuse_unknown(mapped, "expand")
        twice = sorted(mapped.keys() & self.shared.keys())
        if twice:
            raise TypeError(f"{', '.join(twice)} given to partial() and to expand(); keep one.")
        return self._mapped(DictOfLists(mapped))

    def expand_kwargs(self, kwargs: Any, *, strict: bool = True) -> PlainXComArg:
        """One instance for each dict of arguments."""
        if isinstance(kwargs, list | tuple):
            for each in kwargs:
                if isinstance(each, Mapping):
                    self._refuse_unknown(each, "expand_kwargs")
        return self._mapped(ListOfDicts(kwargs))

    def _mapped(self, expand_input: Any) -> PlainXComArg:
        arguments = {
            "python_callable": self.function,
            "op_kwargs": dict(self.shared),
            **self._arguments(),
        }
        partial = OperatorPartial(self.operator_class, arguments, target="op_kwargs")
        return self._marked(partial.made(expand_input))

    def _arguments(self) -> dict[str, Any]:
        found = {"task_id": self.function.__name__, **self.kwargs}
        if self.multiple_outputs is not None:
            found.setdefault("multiple_outputs", self.multiple_outputs)
        elif "multiple_outputs" not in found:
            # An annotation is a weaker word than default_args.
            dag = current_dag()
            if dag is None or "multiple_outputs" not in dag.default_args:
                found["multiple_outputs"] = returns_dict(self.function)
        if self.function.__doc__ and not any(
            name in found for name in ("doc", "doc_md", "doc_json", "doc_yaml", "doc_rst")
        ):
            found["doc_md"] = inspect.cleandoc(self.function.__doc__)
        return found

    def _marked(self, made: BaseOperator | MappedOperator) -> PlainXComArg:
        if self.is_setup:
            made.as_setup()
        if self.is_teardown:
            made.as_teardown(on_failure_fail_dagrun=self.on_failure_fail_dagrun)
        return PlainXComArg(made)

    def _copied(self, kwargs: Mapping[str, Any], shared: Mapping[str, Any]) -> "TaskDecorator":
        made = TaskDecorator(
            self.function, self._operator_class, self.multiple_outputs, kwargs, shared
        )
        made.is_setup, made.is_teardown = self.is_setup, self.is_teardown
        made.on_failure_fail_dagrun = self.on_failure_fail_dagrun
        return made

    def _refuse_unknown(self, names: Mapping[str, Any], what: str) -> None:
        parameters = inspect.signature(self.function).parameters
        if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            return
        wrong = sorted(set(names) - set(parameters))
        if wrong:
            raise TypeError(
                f"{what}() of {self.function.__name__} got an argument it does not have: "
                f"{', '.join(wrong)}."
            )


def task_decorator_factory(
    python_callable: Callable[..., Any] | None = None,
    *,
    multiple_outputs: bool | None = None,
    decorated_operator_class: type[BaseOperator] | Callable[[], type[BaseOperator]],
    **kwargs: Any,
) -> Any:
    """What `@kind` and `@kind(...)` do, for a decorator of tasks with this operator class."""
    given = decorated_operator_class
    found = (lambda: given) if isinstance(given, type) else given
    if python_callable is not None:
        return TaskDecorator(python_callable, found, multiple_outputs, kwargs)
    return lambda function: TaskDecorator(function, found, multiple_outputs, kwargs)


def get_unique_task_id(task_id: str, dag: Any = None, task_group: Any = None) -> str:
    """`task_id`, with a number where it is taken; the ids of groups come before it."""
    found = unique_task_id(task_id, dag, task_group)
    return task_group.child_id(found) if task_group is not None else found


def is_async_callable(function: Any) -> bool:
    """Whether calling gives a coroutine."""
    while isinstance(function, functools.partial):
        function = function.func
    call = getattr(function, "__call__", None)  # noqa: B004 - its own kind is asked for
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call)
