"""Locks between the processes of one machine: held as long as the process lives."""

import fcntl
import os
from pathlib import Path


def take_lock(path: Path) -> int | None:
    """Take the lock of a file; None when somebody has it. Closing the descriptor gives it back."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
