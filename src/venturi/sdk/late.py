"""A value that is fetched when it is first used."""

from collections.abc import Callable
from typing import Any

_UNKNOWN = object()


class Late:
    """Stands for a value that costs a question to the engine; behaves like that value.

    Where None may be the answer, compare with `==`: the stand-in itself is never None. Templates
    get the value itself.
    """

    __slots__ = ("_fetch", "_value")

    def __init__(self, fetch: Callable[[], Any]) -> None:
        object.__setattr__(self, "_fetch", fetch)
        object.__setattr__(self, "_value", _UNKNOWN)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return value_of(self).__class__

    def __getattr__(self, name: str) -> Any:
        return getattr(value_of(self), name)

    def __reduce__(self) -> Any:
        return _itself, (value_of(self),)

    def __repr__(self) -> str:
        return repr(value_of(self))

    def __str__(self) -> str:
        return str(value_of(self))

    def __format__(self, spec: str) -> str:
        return format(value_of(self), spec)

    def __bool__(self) -> bool:
        return bool(value_of(self))

    def __hash__(self) -> int:
        return hash(value_of(self))

    def __eq__(self, other: object) -> bool:
        return bool(value_of(self) == value_of(other))

    def __lt__(self, other: Any) -> Any:
        return value_of(self) < value_of(other)

    def __le__(self, other: Any) -> Any:
        return value_of(self) <= value_of(other)

    def __gt__(self, other: Any) -> Any:
        return value_of(self) > value_of(other)

    def __ge__(self, other: Any) -> Any:
        return value_of(self) >= value_of(other)

    def __add__(self, other: Any) -> Any:
        return value_of(self) + value_of(other)

    def __radd__(self, other: Any) -> Any:
        return value_of(other) + value_of(self)

    def __sub__(self, other: Any) -> Any:
        return value_of(self) - value_of(other)

    def __rsub__(self, other: Any) -> Any:
        return value_of(other) - value_of(self)


def value_of(value: Any) -> Any:
    """The value that `value` stands for, or `value` itself."""
    if type(value) is not Late:
        return value
    if object.__getattribute__(value, "_value") is _UNKNOWN:
        object.__setattr__(value, "_value", object.__getattribute__(value, "_fetch")())
    return object.__getattribute__(value, "_value")


def _itself(value: Any) -> Any:
    return value
