"""What user code may ask of the engine, and who answers.

The answering side is set by whoever runs the code: a task process talks to its runner over a
socket, `dag.test()` and the commands talk to the database, tests pass a fake. A DAG file that is
only imported (`python my_dag.py`) has nobody to ask until something asks: then the opener is
called, which `import airflow` has put here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from venturi.core.errors import VenturiError
from venturi.core.requests import Request


class Comms(Protocol):
    """Answers the requests of `core.requests`."""

    def ask(self, request: Request) -> Any:
        """The decoded JSON answer. Raises `NotFound`, `Conflict` or `InvalidInput`."""

    def mask(self, secret: str) -> None:
        """Never let `secret` appear in a log of this process."""


class _Answering:
    """Who answers in this process. One per process and not per thread: user threads ask too."""

    comms: Comms | None = None
    opener: Callable[[], Comms] | None = None


def current_comms() -> Comms:
    """Who answers in this process; opens the database as the last resort."""
    if _Answering.comms is None:
        if _Answering.opener is None:
            raise VenturiError(
                "Nobody answers here: this code runs outside of Venturi's processes."
            )
        _Answering.comms = _Answering.opener()
    return _Answering.comms


def set_comms(comms: Comms | None) -> None:
    """Answer through `comms` from now on."""
    _Answering.comms = comms


def set_opener(opener: Callable[[], Comms] | None) -> None:
    """Call this when something is asked and nobody has been set to answer."""
    _Answering.opener = opener


@contextmanager
def comms_set(comms: Comms) -> Iterator[Comms]:
    """Answer through `comms` inside the block."""
    before = _Answering.comms
    _Answering.comms = comms
    try:
        yield comms
    finally:
        _Answering.comms = before
