"""The single point where log bytes are masked, bounded and written (rules R7 and R10)."""

import os
from pathlib import Path

MASK = b"***"
#: A line without end is written in pieces of this size.
_LONGEST_LINE = 1 << 20


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

    def mask(self, secret: str) -> None:
        """Write *** wherever `secret` appears from now on."""
        data = secret.encode(errors="surrogateescape")
        if data and data not in self._secrets:
            self._secrets.append(data)
            # A secret that contains another one goes first, or a part of it would stay.
            self._secrets.sort(key=len, reverse=True)

    def write(self, data: bytes) -> None:
        """Take in what the process wrote; whole lines go to the file."""
        data = self._rest + data
        end = data.rfind(b"\n") + 1
        if end == 0 and len(data) >= _LONGEST_LINE:
            end = len(data)
        self._rest = data[end:]
        if end:
            self._put(data[:end])

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

    def _open(self) -> int:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            return os.open(self.path, flags, 0o640)
        except FileNotFoundError:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            return os.open(self.path, flags, 0o640)
