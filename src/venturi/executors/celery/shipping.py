"""Logs on their way from a worker's disk to the scheduler's machine.

The runner writes them into a spool; what has grown is read from there and sent, as far as the
session has room. After a break it is read again: the other side knows where each byte belongs.
"""

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from venturi.core.worker_messages import LogPiece

#: Bytes of one piece.
PIECE = 128 << 10
#: Between an attempt and its log's path, in the name of one flat file: cheap to make and remove.
_MARK = "!"
#: Bytes that a file's name may have, to be safe everywhere.
_NAME = 240


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
        flat = f"{key[0]}-{key[1]}{_MARK}{quote(path, safe='=+:,')}"
        return flat if len(flat) <= _NAME else f"{key[0]}-{key[1]}/{path}"

    def grown(self, place: str) -> None:
        """There is more of this one."""
        self._grown[place] = None

    def begin_again(self) -> None:
        """Nobody knows what has arrived: send everything that is here."""
        self.logs.clear()
        self._places.clear()
        for pattern in (f"*-*{_MARK}*", "*-*/**/*.log"):
            for path in self.spool.glob(pattern):
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
            is_deep = "/" in place
            attempt, _, rest = place.partition("/" if is_deep else _MARK)
            ti_id, _, epoch = attempt.partition("-")
            if not (ti_id.isdigit() and epoch.isdigit()):
                return True
            log = _Log((int(ti_id), int(epoch)), rest if is_deep else unquote(rest))
            self.logs[place] = log
            self._places.setdefault(log.key, []).append(place)
        try:
            descriptor = os.open(f"{self.spool}/{place}", os.O_RDONLY | os.O_CLOEXEC)
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
                if "/" in place:
                    shutil.rmtree(f"{self.spool}/{place.partition('/')[0]}")
                else:
                    (self.spool / place).unlink()
