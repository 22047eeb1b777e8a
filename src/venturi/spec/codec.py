"""DagSpec to bytes and back, and the hash that tells whether a DAG has changed."""

import hashlib
import re
from typing import Any

import msgspec

from venturi.spec.model import DagSpec

_encoder = msgspec.json.Encoder(order="deterministic", uuid_format="hex")
_decoder = msgspec.json.Decoder(DagSpec)

#: Fields that may differ between two readings of an unchanged file (a start date of "one minute
#: ago") or that say nothing about what runs. They never make a new version.
VOLATILE = ("start_date", "end_date", "fileloc", "relative_fileloc", "tags", "doc_md")


def encode(spec: DagSpec) -> bytes:
    """Canonical JSON of a DagSpec: equal specs give equal bytes."""
    return _encoder.encode(spec)


def decode(data: bytes | str) -> DagSpec:
    """The DagSpec that `encode` wrote. Raises `msgspec.ValidationError` on anything else."""
    return _decoder.decode(data)


#: Fields that hold values of the author's. A unique id in them says nothing, nor a moment where the
#: file looked at the clock when it was read: they are others at each reading.
VALUES = ("params", "recorded", "description", "label", "doc", "doc_md")

_UUID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[1-8][0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}", re.IGNORECASE
)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:?\d\d(?::?\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:T?\d{6})?(?!\d)"
)
#: Seconds since 1970 from 2001 to 2065; and as many milliseconds.
_STAMPS = ((1e9, 3e9), (1e12, 3e12))


def structure_hash(spec: DagSpec, *, is_open: bool = False) -> str:
    """A hex digest that is equal for equal structure, whatever the order of tasks or dicts.

    `is_open`: the file looked at the clock or the like when it was read, so that moments among its
    values say nothing (a closed file has them written in it).
    """
    plain: dict[str, Any] = msgspec.to_builtins(spec)
    for name in VOLATILE:
        plain.pop(name, None)
    for task in plain.get("tasks", ()):
        for name in ("start_date", "end_date"):
            task.pop(name, None)
    for part in (plain, *plain.get("tasks", ())):
        part.update({name: _lasting(part[name], is_open) for name in VALUES if name in part})
    plain["tasks"] = sorted(plain.get("tasks", ()), key=lambda task: str(task["task_id"]))
    return hashlib.sha256(_encoder.encode(plain)).hexdigest()[:32]


def _lasting(value: Any, is_open: bool) -> Any:
    """A value without what is another one at each reading."""
    match value:
        case str():
            lasting = _UUID.sub("*", value)
            return _MOMENT.sub("*", lasting) if is_open else lasting
        case int() | float() if is_open and any(low <= value < high for low, high in _STAMPS):
            return "*"
        case list():
            return [_lasting(each, is_open) for each in value]
        case dict():
            return {name: _lasting(each, is_open) for name, each in value.items()}
        case _:
            return value
