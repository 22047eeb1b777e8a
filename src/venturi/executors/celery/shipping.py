"""Logs on their way from a worker's disk to the scheduler's machine.

The runner writes them into a spool; what has grown is read from there and sent, as far as the
session has room. After a break it is read again: the other side knows where each byte belongs.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from venturi.core.worker_messages import LogPiece

#: Bytes of one piece.
PIECE = 128 << 10


class _Log:
    def __init__(self, key: tuple[int, int], path: str) -> None:
        self.key, self.path = key, path
        self.sent = 0


class Shipping:
    """All logs in the spool."""

    def __init__(self, spool: Path, say: Callable[[LogPiece], None]) -> None:
        self.spool, self.say = spool, say
        self.logs: dict[str, _Log] = {}
        self._places: dict[tuple[int, int], list[str]] = {}
        self._grown: dict[str, None] = {}

    @staticmethod
    def place(key: tuple[int, int], path: str) -> str:
        """Where in the spool the log of an attempt is written."""
        return f"{key[0]}-{key[1]}/{path}"

    def grown(self, place: str) -> None:
        """There is more of this one."""
        self._grown[place] = None

    def begin_again(self) -> None:
        """Nobody knows what has arrived: send everything that is here."""
        self.logs.clear()
        self._places.clear()
        for path in self.spool.glob("*-*/**/*.log"):
            self._grown[str(path.relative_to(self.spool))] = None

    @property
    def is_clear(self) -> bool:
        """Nothing waits to be sent."""
        return not self._grown

    def flush(self, has_room: Callable[[], bool]) -> None:
        """Send what has grown while there is room."""
        for place in list(self._grown):
            if not self._send(place, has_room):
                return
            del self._grown[place]

    def _send(self, place: str, has_room: Callable[[], bool]) -> bool:
        log = self.logs.get(place)
        if log is None:
            folder, _, path = place.partition("/")
            ti_id, _, epoch = folder.partition("-")
            if not (ti_id.isdigit() and epoch.isdigit()):
                return True
            log = self.logs[place] = _Log((int(ti_id), int(epoch)), path)
            self._places.setdefault(log.key, []).append(place)
        try:
            descriptor = os.open(self.spool / place, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return True
        try:
            while has_room():
                data = os.pread(descriptor, PIECE, log.sent)
                if not data:
                    return True
                self.say(
                    LogPiece(
                        ti_id=log.key[0],
                        epoch=log.key[1],
                        path=log.path,
                        offset=log.sent,
                        data=data,
                    )
                )
                log.sent += len(data)
            return False
        finally:
            os.close(descriptor)

    def forget(self, key: tuple[int, int]) -> None:
        """The attempt is over and all of its log has arrived."""
        for place in self._places.pop(key, ()):
            del self.logs[place]
        with suppress(OSError):
            shutil.rmtree(self.spool / f"{key[0]}-{key[1]}")
