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
        #: what is watched: folders with all that is below them, and folders by themselves
        self._watched: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

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

    def watch(self, folders: Iterable[str], flat: Iterable[str] = ()) -> None:
        """Watch these folders and what is below, and those of `flat` by themselves, from now on.

        A file that a DAG file reads may lie anywhere: what is below its folder may be a whole disk.
        """
        deep = frozenset(folder for folder in folders if os.path.isdir(folder))
        wanted = deep, frozenset(folder for folder in flat if os.path.isdir(folder)) - deep
        if wanted == self._watched and all(thread.is_alive() for thread in self._threads):
            return
        self._end()
        self._watched = wanted
        self._stop = threading.Event()
        for each, recursive in zip(wanted, (True, False), strict=True):
            if each:
                self._begin(sorted(each), recursive)

    def _begin(self, folders: list[str], recursive: bool) -> None:
        thread = threading.Thread(
            target=self._run,
            args=(folders, recursive, self._stop),
            name="dag-file-watcher",
            daemon=True,
        )
        self._threads.append(thread)
        thread.start()

    def _run(self, folders: list[str], recursive: bool, stop: threading.Event) -> None:
        changes = watchfiles.watch(
            *folders,
            recursive=recursive,
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
        self._threads.clear()

    def close(self) -> None:
        """Watch nothing any more."""
        self._end()
        os.close(self._read)
        os.close(self._write)


def _matters(_change: watchfiles.Change, path: str) -> bool:
    return "__pycache__" not in path and not path.endswith((".pyc", ".swp", "~"))
