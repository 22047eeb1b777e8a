"""Which attempts may have begun, on disk before each is let go.

When scheduler, runner and task are all killed within one moment, nobody is left who has heard that
the task began. Without this file the next runner would not know the attempt, and it would be run
again under the same try; with it the attempt ends as lost (rule R13). Not synced: a killed process
does not take back what it has written, and no task survives the machine.
"""

import os
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from venturi.core.clock import Instant
from venturi.core.messages import Finished
from venturi.runner.work import failed

_ENTRY = struct.Struct("<qq")
#: The file is written anew when it has so many entries that nobody asks for any more.
SURPLUS = 1000

Key = tuple[int, int]


class BegunAttempts:
    """(ti_id, epoch) of every attempt that was given to a process and is not acknowledged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._written = 0
        self._file: int | None = None

    def left(self) -> list[Key]:
        """What an earlier runner has left; `clear` when it is safe elsewhere."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        whole = len(data) - len(data) % _ENTRY.size
        return [(ti_id, epoch) for ti_id, epoch in dict.fromkeys(_ENTRY.iter_unpack(data[:whole]))]

    def add(self, key: Key) -> None:
        """An attempt is about to begin. On a full disk it begins nevertheless."""
        with suppress(OSError):
            if self._file is None:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
                self._file = os.open(self.path, flags, 0o600)
            os.write(self._file, _ENTRY.pack(*key))
            self._written += 1

    def tidy(self, count: int, known: Callable[[], Iterable[Key]]) -> None:
        """Keep only the `count` known ones, once enough others have come together, or when none is.

        Called for every acknowledgement.
        """
        if count == 0 and self._written:
            self.clear()
        elif self._written > count + SURPLUS:
            keys = list(known())
            self.clear()
            for key in keys:
                self.add(key)

    def move(self, path: Path) -> None:
        """Go on under another name."""
        with suppress(FileNotFoundError):
            self.path.rename(path)
        self.path = path

    def clear(self) -> None:
        """Nothing has begun."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self.path.unlink(missing_ok=True)
        self._written = 0


def lost_with_its_runner(key: Key, hostname: str, now: Instant) -> Finished:
    """The report of an attempt that began under a runner which has died."""
    ti_id, epoch = key
    reason = "lost: the runner it ran under died, and its process with it"
    return Finished(
        ti_id=ti_id, epoch=epoch, at=now, hostname=hostname, result=failed(reason, lost=True)
    )
