"""Call a user's function with what its signature asks for."""

import asyncio
import inspect
from collections.abc import Callable, Collection, Mapping
from typing import Any

from venturi.sdk.exceptions import AirflowException

_BY_POSITION = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_BY_KEYWORD = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def wanted_kwargs(
    function: Callable[..., Any],
    args: Collection[Any],
    kwargs: Mapping[str, Any],
    context: Mapping[str, Any],
) -> dict[str, Any]:
    """`kwargs`, and from `context` whatever the signature of `function` names.

    A `**anything` in the signature takes the whole context. Raises `AirflowException` if `args`
    would fill a parameter that is also named by `kwargs`.
    """
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # built in C, without a signature
        return dict(kwargs)
    filled = {
        name
        for name, _ in zip(
            (name for name, each in parameters.items() if each.kind in _BY_POSITION),
            args,
            strict=False,
        )
    }
    if doubled := filled & kwargs.keys():
        names = ", ".join(sorted(doubled))
        raise AirflowException(
            f"{_name(function)} gets {names} twice: by position (op_args) and by name (op_kwargs)."
        )
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in parameters.values()):
        rest = {name: context[name] for name in context if name not in filled}
        return {**rest, **kwargs}
    named = {
        name: context[name]
        for name, each in parameters.items()
        if each.kind in _BY_KEYWORD
        and name not in filled
        and name not in kwargs
        and name in context
    }
    return {**named, **kwargs}


def call(
    function: Callable[..., Any],
    args: Collection[Any],
    kwargs: Mapping[str, Any],
    context: Mapping[str, Any],
) -> Any:
    """Call `function` with `args`, `kwargs` and what it wants of `context`; await coroutines."""
    result = function(*args, **wanted_kwargs(function, args, kwargs, context))
    if inspect.iscoroutine(result):
        return asyncio.run(result)
    return result


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__qualname__", repr(function))
