"""Call a user's function with what its signature asks for."""

import asyncio
import inspect
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
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
    parameters = parameters_of(function)
    if parameters is None:
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


def parameters_of(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    """What the signature of `function` names; None where it has none (built in C). Remembered."""
    try:
        return _remembered(function)
    except TypeError:  # it cannot be hashed
        return _looked_up(function)


def _looked_up(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter] | None:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):
        return None


_remembered = lru_cache(maxsize=1000)(_looked_up)


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
