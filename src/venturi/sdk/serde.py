"""XCom values as JSON text, and back.

What JSON knows is written as it is. Everything else becomes an object with `__classname__`,
`__version__` and `__data__`, the envelope that Airflow uses too, so that its rows can be read.
Nothing is ever pickled, and a class of the user's is only made again when the option
`[core] allowed_deserialization_classes` names it.
"""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.serde_types import CLASS, DATA, VERSION, decoder_of, encoder_of
from venturi.spec.model import Era

#: Values nested deeper than this refer to themselves.
_DEEPEST = 120

_SCALARS = (str, int, type(None), bool)


class NotSerializable(AirflowException, TypeError):
    """A value that has no form as JSON."""


def encode(value: Any, *, era: Era = Era.V3) -> str:
    """`value` as JSON text. Raises `NotSerializable` naming the type that cannot be written.

    Keys of dicts become text, as in Airflow since 2.0; values of V1 files, whose authors got
    pickles, keep theirs.
    """
    return json.dumps(pack(value, keep_keys=era is Era.V1), ensure_ascii=False, allow_nan=False)


def decode(text: str | None) -> Any:
    """The value that `text` was made of; None for None."""
    if text is None:
        return None
    loaded = json.loads(text)
    return loaded if isinstance(loaded, str | int | float | None) else unpack(loaded)


def pack(value: Any, *, keep_keys: bool = False, depth: int = 0) -> Any:
    """`value` as what the json module can write."""
    if type(value) in _SCALARS:
        return value
    if depth > _DEEPEST:
        raise NotSerializable("it is nested too deeply or contains itself")

    def inner(each: Any) -> Any:
        return pack(each, keep_keys=keep_keys, depth=depth + 1)

    match value:
        case float():
            number = float(value)
            return number if math.isfinite(number) else _envelope("builtins.float", 1, repr(number))
        case str() | int():
            return value  # subclasses: StrEnum, IntEnum, Markup
        case dict():
            return _packed_dict(value, inner, keep_keys)
        case list():
            return [inner(each) for each in value]
    return _packed_object(value, inner)


def unpack(value: Any) -> Any:
    """What `pack` was given."""
    if isinstance(value, list):
        return [unpack(each) for each in value]
    if not isinstance(value, dict):
        return value
    name = value.get(CLASS)
    if not isinstance(name, str) or DATA not in value:
        return {key: unpack(each) for key, each in value.items()}
    if name == "builtins.dict":
        return {unpack(key): unpack(each) for key, each in value[DATA]}
    if name == "builtins.float":
        return float(value[DATA])
    return decoder_of(name)(unpack(value[DATA]), int(value.get(VERSION, 1)))


def length_of(value: Any) -> int | None:
    """Over how many items a mapped task could expand `value`; None when it could not."""
    return len(value) if isinstance(value, list | dict | tuple | set | frozenset) else None


def _packed_dict(value: Mapping[Any, Any], inner: Callable[[Any], Any], keep_keys: bool) -> Any:
    if CLASS in value or (keep_keys and not all(isinstance(key, str) for key in value)):
        return _envelope(
            "builtins.dict", 1, [[inner(key), inner(each)] for key, each in value.items()]
        )
    return {key if isinstance(key, str) else str(key): inner(each) for key, each in value.items()}


def _packed_object(value: Any, inner: Callable[[Any], Any]) -> Any:
    found = encoder_of(value)
    if found is None:
        kind = type(value)
        raise NotSerializable(
            f"a value of type {kind.__module__}.{kind.__qualname__} cannot be written as JSON"
        )
    name, version, data = found
    return _envelope(name, version, inner(data))


def _envelope(name: str, version: int, data: Any) -> dict[str, Any]:
    return {CLASS: name, VERSION: version, DATA: data}
