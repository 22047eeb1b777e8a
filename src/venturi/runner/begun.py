"""Which attempts may have begun, on disk before each is let go.

When scheduler, runner and task are all killed within one moment, nobody is left who has heard that
the task began. Without this file the next runner would not know the attempt, and it would be run
again under the same try; with it the attempt ends as lost (rule R13). No task survives the machine:
nothing is synced.
"""

import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from venturi.core.clock import Instant
from venturi.core.entries import EntryFile
from venturi.core.messages import Finished
from venturi.runner.work import failed

_ENTRY = struct.Struct("<qq")
#: The file is written anew when it has so many entries that nobody asks for any more.
SURPLUS = 1000

Key = tuple[int, int]


class BegunAttempts:
    """(ti_id, epoch) of every attempt that was given to a process and is not acknowledged."""

    def __init__(self, path: Path) -> None:
        self._entries = EntryFile(path, _ENTRY)

    @property
    def path(self) -> Path:
        """The file."""
        return self._entries.path

    def left(self) -> list[Key]:
        """What an earlier runner has left; `clear` when it is safe elsewhere."""
        return [(ti_id, epoch) for ti_id, epoch in dict.fromkeys(self._entries.read())]

    def add(self, key: Key) -> None:
        """An attempt is about to begin. On a full disk it begins nevertheless."""
        with suppress(OSError):
            self._entries.append(*key)

    def tidy(self, count: int, known: Callable[[], Iterable[Key]]) -> None:
        """Keep only the `count` known ones, once enough others have come together, or when none is.

        Called for every acknowledgement.
        """
        if count == 0 and self._entries.count:
            self.clear()
        elif self._entries.count > count + SURPLUS:
            with suppress(OSError):  # then later
                self._entries.replace(known())

    def move(self, path: Path) -> None:
        """Go on under another name."""
        self._entries.move(path)

    def clear(self) -> None:
        """Nothing has begun."""
        self._entries.clear()


def lost_with_its_runner(key: Key, hostname: str, now: Instant) -> Finished:
    """The report of an attempt that began under a runner which has died."""
    ti_id, epoch = key
    reason = "lost: the runner it ran under died, and its process with it"
    return Finished(
        ti_id=ti_id, epoch=epoch, at=now, hostname=hostname, result=failed(reason, lost=True)
    )
