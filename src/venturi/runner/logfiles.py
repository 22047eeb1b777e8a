"""The single point where log bytes are masked, bounded and written (rules R7 and R10)."""

import os
from collections.abc import Callable
from pathlib import Path

MASK = b"***"
#: A line without end is written in pieces of this size.
_LONGEST_LINE = 1 << 20
#: Shorter lines of a secret of several lines are too common to be masked by themselves.
_SHORTEST_LINE = 5


class LogFile:
    """The log of one attempt. Opened with the first bytes; lines are written whole."""

    def __init__(self, root: Path, relative: str, limit: int) -> None:
        self.path = root / relative
        self._limit = limit
        self._written = 0
        self._rest = b""
        self._secrets: list[bytes] = []
        self._file: int | None = None
        self._full = False
        #: called with the size after each writing
        self.grown: Callable[[int], None] | None = None

    def mask(self, secret: str) -> None:
        """Write *** wherever `secret`, or a line of it, appears from now on."""
        data = secret.encode(errors="surrogateescape")
        # Lines are written one by one: a key of several lines would never be found whole.
        lines = [line for line in data.splitlines() if len(line) >= _SHORTEST_LINE]
        for each in (data, *lines):
            if each and each not in self._secrets:
                self._secrets.append(each)
        # A secret that contains another one goes first, or a part of it would stay.
        self._secrets.sort(key=len, reverse=True)

    def write(self, data: bytes) -> None:
        """Take in what the process wrote; whole lines go to the file."""
        data = self._rest + data
        end = data.rfind(b"\n") + 1
        if end == 0 and len(data) >= _LONGEST_LINE:
            data, end = self._cut(data)
        self._rest = data[end:]
        if end:
            self._put(data[:end])

    def _cut(self, data: bytes) -> tuple[bytes, int]:
        """Where a line without end may be cut: not within a secret, which may also begin here."""
        for secret in self._secrets:
            data = data.replace(secret, MASK)
        longest = len(self._secrets[0]) if self._secrets else 1
        return data, max(0, len(data) - longest + 1)

    def line(self, text: str) -> None:
        """Write a line of the engine's own."""
        self.finish()
        self._put(text.encode(errors="replace") + b"\n")

    def finish(self) -> None:
        """Write what is left of a line."""
        if self._rest:
            rest, self._rest = self._rest, b""
            self._put(rest + b"\n")

    def close(self) -> None:
        """Write what is left, and close."""
        self.finish()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _put(self, data: bytes) -> None:
        if self._full:
            return
        for secret in self._secrets:
            data = data.replace(secret, MASK)
        if self._written + len(data) > self._limit:
            data = data[: max(0, self._limit - self._written)]
            data += (
                f"\n[the log ends here: it reached {self._limit} bytes, "
                "[venturi] log_bytes_per_attempt_max]\n"
            ).encode()
            self._full = True
        try:
            if self._file is None:
                self._file = self._open()
            view = memoryview(data)
            while view:
                view = view[os.write(self._file, view) :]
        except OSError:
            # A full disk must not take the task down; the log says nothing more until it has room.
            return
        self._written += len(data)
        if self.grown is not None:
            self.grown(self._written)

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            return os.open(self.path, flags, 0o640)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            return os.open(self.path, flags, 0o640)
