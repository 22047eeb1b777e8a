"""Remarks for the author of a DAG file: true, harmless, and shown once beside the file."""

from contextvars import ContextVar

_collected: ContextVar[tuple[str, ...]] = ContextVar("hints", default=())


def hint(text: str) -> None:
    """Remember a remark about the file that is being read; the same one counts once."""
    if text not in _collected.get():
        _collected.set((*_collected.get(), text))


def collected_hints() -> tuple[str, ...]:
    """The remarks so far."""
    return _collected.get()
