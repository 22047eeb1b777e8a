"""Whether the annotation of a function says that its result is several XComs."""

import collections.abc
import typing
from collections.abc import Callable
from typing import Any


def returns_dict(function: Callable[..., Any]) -> bool:
    """Whether `function` is annotated to return a dict, a Mapping or a TypedDict."""
    annotation = getattr(function, "__annotations__", {}).get("return")
    if annotation is None:
        return False
    if isinstance(annotation, str):
        try:
            annotation = typing.get_type_hints(function).get("return")
        except Exception:
            return False
    if typing.is_typeddict(annotation):
        return True
    origin = typing.get_origin(annotation) or annotation
    return isinstance(origin, type) and issubclass(origin, collections.abc.Mapping)
