"""Logs of remote attempts, written where logs of this installation are.

A piece says at which byte of *its attempt's* log it stands. Where that is in the file - which may
have begun with an earlier attempt of the same try - is remembered on disk, so that a piece that
comes twice, even after a restart, is written twice to the same place.
"""

import os
from contextlib import suppress
from pathlib import Path

from venturi.core.clock import Clock
from venturi.core.worker_messages import LogPiece
from venturi.executors.celery.beginnings import Beginnings

#: Files kept open at a time.
OPEN = 64


class Logbook:
    """Writes pieces below `root`; remembers beginnings in the file `memory`."""

    def __init__(self, root: Path, memory: Path, clock: Clock) -> None:
        self.root, self.clock = root, clock
        self.beginnings = Beginnings(memory, self._now())
        #: begun attempts: descriptor and where the attempt's first byte stands
        self._open: dict[tuple[int, int], tuple[int, int]] = {}

    def _now(self) -> int:
        return int(self.clock.now().timestamp())

    def write(self, piece: LogPiece) -> None:
        """Write a piece to its place. A disk that is full loses it, and nothing else (R10)."""
        key = (piece.ti_id, piece.epoch)
        if not is_inside(piece.path):
            return
        with suppress(OSError):
            if key not in self._open:
                self._begin(key, piece.path)
            descriptor, base = self._open[key]
            os.pwrite(descriptor, piece.data, base + piece.offset)

    def _begin(self, key: tuple[int, int], relative: str) -> None:
        while len(self._open) >= OPEN:
            self._close(next(iter(self._open)))
        path = self.root / relative
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC
        try:
            descriptor = os.open(path, flags, 0o640)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            descriptor = os.open(path, flags, 0o640)
        base = self.beginnings.get(key)
        if base is None:
            base = os.fstat(descriptor).st_size
            try:
                self.beginnings.put(key, base, self._now())
            except OSError:
                os.close(descriptor)
                raise
        self._open[key] = (descriptor, base)

    def forget(self, key: tuple[int, int]) -> None:
        """The attempt has ended, and all of its log is here."""
        self._close(key)
        self.beginnings.forget(key)

    def _close(self, key: tuple[int, int]) -> None:
        found = self._open.pop(key, None)
        if found is not None:
            os.close(found[0])


def is_inside(relative: str) -> bool:
    """Whether a path from a message stays below the folder it is meant for."""
    above = relative.startswith("/") or ".." in relative.split("/")
    return bool(relative) and not above and "\0" not in relative
