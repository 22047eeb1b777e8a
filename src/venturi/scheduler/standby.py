"""Waiting to become the active scheduler: in line for the home's lock, then for the lease."""

import fcntl
import os
import threading
from pathlib import Path

from venturi.core.locks import take_lock

LOCK = "scheduler.lock"


class Line:
    """The line for a home's lock. Readable, like a file, once the lock is ours: no polling."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / LOCK
        self.lock: int | None = take_lock(self.path)
        self.read_end, self.write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.closed = False
        self.guard = threading.Lock()
        if self.lock is None:
            threading.Thread(target=self._wait, name="standby", daemon=True).start()

    def fileno(self) -> int:
        """What to select on."""
        return self.read_end

    def _wait(self) -> None:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with self.guard:
            if self.closed:
                os.close(descriptor)
                return
            self.lock = descriptor
            os.write(self.write_end, b"!")

    def answer(self) -> None:
        """Take note of the lock."""
        os.read(self.read_end, 16)

    def close(self) -> None:
        """Give the lock back, or leave the line."""
        with self.guard:
            self.closed = True
            for descriptor in (self.lock, self.read_end, self.write_end):
                if descriptor is not None:
                    os.close(descriptor)
            self.lock = None


def is_abandoned(holder: str, hostname: str) -> str | None:
    """The beginning of a holder's name (`host:run folder:`) if its process here is dead.

    A scheduler holds its home's lock as long as it lives. Of other hosts nothing is known.
    """
    host, _, rest = holder.partition(":")
    folder, _, _pid = rest.rpartition(":")
    if host != hostname or not folder:
        return None
    try:
        lock = os.open(Path(folder) / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return None
    finally:
        os.close(lock)
    return f"{host}:{folder}:"
