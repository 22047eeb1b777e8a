"""A file of entries of one shape, appended to: what a process leaves to the next one.

Not synced: a killed process does not take back what it has written. It may have left a part of its
last entry.
"""

import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

Entry = tuple[int, ...]


class EntryFile:
    """Entries that `shape` packs. Made with its folder when the first one is appended."""

    def __init__(self, path: Path, shape: struct.Struct) -> None:
        self.path, self.shape = path, shape
        #: how many entries this process has written, or found when it wrote the file anew
        self.count = 0
        self._file: int | None = None

    def read(self) -> list[Entry]:
        """All whole entries; none when there is no file."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        return list(self.shape.iter_unpack(data[: len(data) - len(data) % self.shape.size]))

    def append(self, *values: int) -> None:
        """One more entry. Raises `OSError` when the disk takes nothing."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self.path, flags, 0o600)
        os.write(self._file, self.shape.pack(*values))
        self.count += 1

    def replace(self, entries: Iterable[Entry]) -> None:
        """Have these entries and no others, in one step. Raises `OSError`, and changes nothing."""
        data = b"".join(self.shape.pack(*entry) for entry in entries)
        fresh = self.path.with_name(f"{self.path.name}.new")
        fresh.write_bytes(data)
        fresh.replace(self.path)
        self._let_go()
        self.count = len(data) // self.shape.size

    def move(self, path: Path) -> None:
        """Go on under another name."""
        with suppress(FileNotFoundError):
            self.path.rename(path)
        self.path = path

    def clear(self) -> None:
        """Have none."""
        self._let_go()
        self.path.unlink(missing_ok=True)
        self.count = 0

    def _let_go(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
