"""Wakes the scheduler when something below the watched folders changes."""

import os
import threading
from collections.abc import Iterable

import watchfiles


class Watcher:
    """A thread in which the kernel's notifications arrive; the owner's selector hears of them.

    It only wakes: what has changed is found by looking. Where notifications do not come (network
    file systems) the scheduler's slow round finds it.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._folders: frozenset[str] = frozenset()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def fileno(self) -> int:
        """For the selector."""
        return self._read

    def answer(self) -> None:
        """The owner has heard."""
        try:
            while os.read(self._read, 4096):
                pass
        except BlockingIOError:
            return

    def watch(self, folders: Iterable[str]) -> None:
        """Watch these folders (and what is below) from now on."""
        wanted = frozenset(folder for folder in folders if os.path.isdir(folder))
        if wanted == self._folders and self._thread is not None and self._thread.is_alive():
            return
        self._end()
        self._folders = wanted
        if not wanted:
            return
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._run,
            args=(sorted(wanted), self._stop),
            name="dag-file-watcher",
            daemon=True,
        )
        self._thread.start()

    def _run(self, folders: list[str], stop: threading.Event) -> None:
        changes = watchfiles.watch(
            *folders,
            watch_filter=_matters,
            debounce=100,
            step=20,
            rust_timeout=60_000,
            yield_on_timeout=False,
            stop_event=stop,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        for _ in changes:
            try:
                os.write(self._write, b"!")
            except (BlockingIOError, OSError):
                continue

    def _end(self) -> None:
        self._stop.set()
        self._thread = None

    def close(self) -> None:
        """Watch nothing any more."""
        self._end()
        os.close(self._read)
        os.close(self._write)


def _matters(_change: watchfiles.Change, path: str) -> bool:
    return "__pycache__" not in path and not path.endswith((".pyc", ".swp", "~"))
