"""How XCom values are stored: as JSON, or as `[core] xcom_backend` says."""

from functools import cache
from typing import Any

from venturi.config import get_config
from venturi.core.keys import TaskKey
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.serde import decode, encode
from venturi.spec.model import Era


class XComTooLarge(AirflowException):
    """A value is larger than `[venturi] xcom_bytes_max`."""


class Stored:
    """What a backend is given to read: the stored text as `.value`."""

    def __init__(self, value: str, key: str | None = None) -> None:
        self.value, self.key = value, key


def to_text(value: Any, key: str, name: TaskKey, era: Era) -> str:
    """`value` as it is stored. Raises `NotSerializable` or `XComTooLarge`."""
    backend = _backend()
    text = encode(value, era=era) if backend is None else _by_backend(backend, value, key, name)
    most = _most()
    if len(text) > most or (len(text) * 4 > most and len(text.encode()) > most):
        raise XComTooLarge(
            f"XCom {key!r} of task {name.task_id!r} has {len(text):,} bytes, more than "
            f"[venturi] xcom_bytes_max = {most:,}; hand on a path or an address instead."
        )
    return text


def from_text(text: str | None) -> Any:
    """The value that was stored as `text`."""
    backend = _backend()
    if backend is None or text is None:
        return decode(text)
    return backend.deserialize_value(Stored(text))


def _by_backend(backend: Any, value: Any, key: str, name: TaskKey) -> str:
    stored = backend.serialize_value(value, key=key, **name._asdict())
    return stored.decode() if isinstance(stored, bytes) else str(stored)


@cache
def _backend() -> Any:
    return get_config().getimport("core", "xcom_backend", fallback=None)


@cache
def _most() -> int:
    return get_config().getint("venturi", "xcom_bytes_max")


def forget_options() -> None:
    """Read the options again; for tests."""
    _backend.cache_clear()
    _most.cache_clear()
