"""Values of DAG files as JSON values that are the same at each reading of the same file."""

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any

from venturi.core.errors import VenturiError
from venturi.sdk.exceptions import AirflowInvalidDag


@contextmanager
def refused(dag: Any, task: Any = None) -> Iterator[None]:
    """Let every mistake found inside the block name the DAG's file and line."""
    try:
        yield
    except (ValueError, TypeError, VenturiError) as error:
        text = str(error)
        file, line = (task if task is not None else dag).defined_at
        if file and f"{file}:" in text:
            raise
        where = f"{file}:{line}: " if file else ""
        what = "" if repr(dag.dag_id) in text else f"DAG {dag.dag_id!r}: "
        kind = type(error) if type(error).__init__ is Exception.__init__ else AirflowInvalidDag
        kind = kind if issubclass(kind, VenturiError) else AirflowInvalidDag
        raise kind(f"{where}{what}{text}") from error


def stable(value: Any, depth: int = 8) -> Any:
    """`value` as JSON values. Functions and classes become their dotted names, other objects the
    name of their class with what they say about themselves; nothing shows a memory address."""
    match value:
        case Enum():
            return stable(value.value)
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return value.decode("utf-8", "replace")
    if depth == 0:
        return type(value).__name__
    match value:
        case Mapping():
            return {str(key): stable(each, depth - 1) for key, each in value.items()}
        case set() | frozenset():
            return sorted((stable(each, depth - 1) for each in value), key=repr)
        case list() | tuple():
            return [stable(each, depth - 1) for each in value]
        case functools.partial():
            return f"partial({stable(value.func)})"
    return _named(value, depth)


def joined(value: Any) -> list[Any]:
    """A text is a list of itself; None is empty."""
    if value is None:
        return []
    return [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)


def _named(value: Any, depth: int) -> Any:
    name = getattr(value, "__qualname__", None)
    if isinstance(name, str):
        return f"{getattr(value, '__module__', '')}.{name}"
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    serialize = getattr(value, "serialize", None)
    if callable(serialize):
        try:
            return {"type": kind, "data": stable(serialize(), depth - 1)}
        except Exception:
            return kind
    if dataclasses.is_dataclass(value):
        fields = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        return {"type": kind, "data": stable(fields, depth - 1)}
    return kind
