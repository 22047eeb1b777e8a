"""DagSpec to bytes and back, and the hash that tells whether a DAG has changed."""

import hashlib
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


def structure_hash(spec: DagSpec) -> str:
    """A hex digest that is equal for equal structure, whatever the order of tasks or dicts."""
    plain: dict[str, Any] = msgspec.to_builtins(spec)
    for name in VOLATILE:
        plain.pop(name, None)
    for task in plain.get("tasks", ()):
        for name in ("start_date", "end_date"):
            task.pop(name, None)
    plain["tasks"] = sorted(plain.get("tasks", ()), key=lambda task: str(task["task_id"]))
    return hashlib.sha256(_encoder.encode(plain)).hexdigest()[:32]
