"""Where logs of remote attempts begin in their files: a dictionary that outlives its process.

Every change is appended to one file: a file of its own for each attempt would cost more than
writing a short log. Not synced: a killed process does not take back what it has written.
"""

import struct
from contextlib import suppress
from pathlib import Path

from venturi.core.entries import EntryFile

Key = tuple[int, int]

#: Instance, epoch, where its first byte stands (FORGOTTEN: nobody asks any more), since when.
_ENTRY = struct.Struct("<qqqq")
FORGOTTEN = -1
#: Seconds after which a beginning need not be known any more.
OLD = 30 * 86400
#: The file is written anew when it has so many entries more than there are beginnings.
SURPLUS = 10_000


class Beginnings:
    """By (ti_id, epoch): the offset in bytes at which the attempt's first byte stands."""

    def __init__(self, path: Path, now: int) -> None:
        """Read what an earlier process has left, of the last OLD seconds."""
        self._entries = EntryFile(path, _ENTRY)
        self._at: dict[Key, tuple[int, int]] = {}
        found = self._entries.read()
        for ti_id, epoch, base, since in found:
            self._at.pop((ti_id, epoch), None)
            if base != FORGOTTEN and now - since < OLD:
                self._at[ti_id, epoch] = base, since
        if found:
            with suppress(OSError):
                self._write_anew()

    def __len__(self) -> int:
        return len(self._at)

    def get(self, key: Key) -> int | None:
        """Where the attempt begins; None when it is not known."""
        found = self._at.get(key)
        return found[0] if found is not None else None

    def put(self, key: Key, base: int, now: int) -> None:
        """An attempt begins to write. Raises `OSError` when the disk takes nothing."""
        self._append(*key, base, now)
        self._at[key] = base, now

    def forget(self, key: Key) -> None:
        """Nobody asks for this one any more."""
        if self._at.pop(key, None) is not None:
            with suppress(OSError):  # then it is forgotten when it is OLD
                self._append(*key, FORGOTTEN, 0)

    def _append(self, *entry: int) -> None:
        if self._entries.count > len(self._at) + SURPLUS:
            self._write_anew()
        self._entries.append(*entry)

    def _write_anew(self) -> None:
        self._entries.replace((*key, *at) for key, at in self._at.items())
