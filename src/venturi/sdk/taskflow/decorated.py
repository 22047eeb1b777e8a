"""What the operators of decorated functions have in common."""

import inspect
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from venturi.sdk.operator import BaseOperator
from venturi.sdk.operator_init import BUILDING
from venturi.sdk.tasknode import unique_task_id


class DecoratedOperator(BaseOperator):
    """A task made of a function. Kinds combine it with an operator (see `kinds`).

    Its id is the function's name, with a number where that is taken. What the kind's operator
    takes for a function (`python_callable`, `op_args`, `op_kwargs`) is passed on if `forwards` says
    so; otherwise the kind calls the function itself.
    """

    template_fields: Sequence[str] = ("op_args", "op_kwargs")
    template_fields_renderers = {"op_args": "py", "op_kwargs": "py"}
    shallow_copy_attrs: Sequence[str] = ("python_callable",)
    custom_operator_name = "@task"
    forwards = True

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        task_id: str,
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        kwargs_to_upstream: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        args, named = list(op_args or ()), dict(op_kwargs or {})
        if "_unmapped_from" not in self.__dict__:
            building = self.__dict__[BUILDING]
            task_id = unique_task_id(task_id, building.dag, building.group)
        check_arguments(python_callable, args, named)
        if self.forwards:
            kwargs |= {"python_callable": python_callable, "op_args": args, "op_kwargs": named}
        super().__init__(task_id=task_id, **dict(kwargs_to_upstream or {}), **kwargs)
        self.python_callable = python_callable
        self.op_args: Collection[Any] = args
        self.op_kwargs: Mapping[str, Any] = named

    def get_python_source(self) -> str:
        """The source of the function, without its decorators."""
        lines = textwrap.dedent(inspect.getsource(self.python_callable)).splitlines(keepends=True)
        for number, line in enumerate(lines):
            if line.startswith(("def ", "async def ")):
                return "".join(lines[number:])
        return "".join(lines)


def check_arguments(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> None:
    """Raise `TypeError` unless `function` can be called with these and a task's context."""
    signature = inspect.signature(function)
    name = getattr(function, "__name__", "the function")
    try:
        bound = signature.bind_partial(*args, **kwargs)
        absent = [
            each
            for each, parameter in signature.parameters.items()
            if each not in bound.arguments
            and parameter.default is parameter.empty
            and parameter.kind in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}
        ]
        if absent:
            from venturi.sdk.template_context import NAMES

            # What the running task's context has will be given then.
            known = {each.name for each in NAMES}
            kwargs = {**{each: None for each in absent if each in known}, **kwargs}
        signature.bind(*args, **kwargs)
    except TypeError as error:
        raise TypeError(f"{name}(): {error}") from None
