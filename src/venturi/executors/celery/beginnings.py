"""Where logs of remote attempts begin in their files: a dictionary that outlives its process.

Every change is appended to one file: a file of its own for each attempt would cost more than
writing a short log. Not synced: a killed process does not take back what it has written.
"""

import os
import struct
from contextlib import suppress
from pathlib import Path

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
        self.path = path
        self._file: int | None = None
        self._at: dict[Key, tuple[int, int]] = {}
        self._entries = 0
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return
        whole = len(data) - len(data) % _ENTRY.size  # a killed process may have left a part of one
        for ti_id, epoch, base, since in _ENTRY.iter_unpack(data[:whole]):
            self._at.pop((ti_id, epoch), None)
            if base != FORGOTTEN and now - since < OLD:
                self._at[ti_id, epoch] = base, since
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
        self._append(_ENTRY.pack(*key, base, now))
        self._at[key] = base, now

    def forget(self, key: Key) -> None:
        """Nobody asks for this one any more."""
        if self._at.pop(key, None) is not None:
            with suppress(OSError):  # then it is forgotten when it is OLD
                self._append(_ENTRY.pack(*key, FORGOTTEN, 0))

    def _append(self, entry: bytes) -> None:
        if self._entries > len(self._at) + SURPLUS:
            self._write_anew()
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o600)
        os.write(self._file, entry)
        self._entries += 1

    def _write_anew(self) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_bytes(b"".join(_ENTRY.pack(*key, *at) for key, at in self._at.items()))
        fresh.replace(self.path)
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._entries = len(self._at)
