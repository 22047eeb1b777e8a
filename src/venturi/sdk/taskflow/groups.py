"""`@task_group`: a function whose body describes a group."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from venturi.sdk.expand_input import DictOfLists, ExpandInput, ListOfDicts, MappedArgument
from venturi.sdk.node import link
from venturi.sdk.taskgroup import TaskGroup


class GroupDecorator:
    """A function as a group: calling it makes the group; `.expand` one instance per item.

    Takes every argument of `TaskGroup`. The function's name is the id and the first paragraph of
    its docstring the tooltip where these are not given. A name that is taken gets a number.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        arguments: Mapping[str, Any],
        shared: Mapping[str, Any] | None = None,
    ) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.arguments = dict(arguments)
        self.shared = dict(shared or {})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._made(args, {**self.shared, **kwargs}, None)

    def override(self, **arguments: Any) -> "GroupDecorator":
        """The same with other arguments of the group."""
        return GroupDecorator(self.function, {**self.arguments, **arguments}, self.shared)

    def partial(self, **kwargs: Any) -> "GroupDecorator":
        """Arguments that all instances share."""
        return GroupDecorator(self.function, self.arguments, {**self.shared, **kwargs})

    def expand(self, **mapped: Any) -> Any:
        """One instance of the group for each combination of items."""
        if not mapped:
            raise TypeError("expand() needs at least one argument to expand over.")
        return self._made((), self.shared, DictOfLists(mapped))

    def expand_kwargs(self, kwargs: Any) -> Any:
        """One instance of the group for each dict of arguments."""
        return self._made((), self.shared, ListOfDicts(kwargs))

    def _made(self, args: Any, kwargs: Mapping[str, Any], mapped: ExpandInput | None) -> Any:
        arguments = dict(self.arguments)
        arguments.setdefault("group_id", self.function.__name__)
        arguments.setdefault("add_suffix_on_collision", True)
        if self.function.__doc__:
            arguments.setdefault(
                "tooltip", inspect.cleandoc(self.function.__doc__).split("\n\n")[0]
            )
        group = TaskGroup(**arguments)
        given = dict(kwargs)
        if mapped is not None:
            group.mapped = mapped
            names = mapped.argument_names() or self._free_names(kwargs)
            given |= {name: MappedArgument(group, name) for name in names}
        inspect.signature(self.function).bind(*args, **given)
        with group:
            result = self.function(*args, **given)
        if mapped is not None:
            for operator in mapped.references():
                link(operator, group)
        return result if result is not None else group

    def _free_names(self, kwargs: Mapping[str, Any]) -> set[str]:
        return set(inspect.signature(self.function).parameters) - kwargs.keys()


def task_group(group_id: Any = None, **arguments: Any) -> Any:
    """Decorator: `@task_group` or `@task_group(group_id=..., default_args=...)`."""
    if callable(group_id):
        return GroupDecorator(group_id, arguments)
    if group_id is not None:
        arguments["group_id"] = group_id
    return lambda function: GroupDecorator(function, arguments)
