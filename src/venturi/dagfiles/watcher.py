"""Wakes the scheduler when something below the watched folders changes."""

import os
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

import watchfiles
from watchfiles._rust_notify import RustNotify, WatchfilesRustInternalError

_Filter = Callable[[watchfiles.Change, str], bool]


class Watcher:
    """A thread in which the kernel's notifications arrive; the owner's selector hears of them.

    It only wakes: what has changed is found by looking. Where notifications do not come (network
    file systems) the scheduler's slow round finds it.
    """

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._watched: frozenset[_Watch] = frozenset()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        #: why changes may be found late, for people; empty when they are not
        self.problem = ""

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
        wanted = frozenset(_wanted(folders, flat))
        if wanted == self._watched and all(thread.is_alive() for thread in self._threads):
            return
        self._end()
        self._watched = wanted
        self._stop = threading.Event()
        self.problem = ""
        for recursive in (True, False):
            paths = sorted({watch.path for watch in wanted if watch.deep is recursive})
            if paths:
                self._begin(paths, recursive, _only(wanted, recursive))
        # What changed before the kernel was told is found by looking once more.
        self._wake()

    def _begin(self, folders: list[str], recursive: bool, matters: _Filter) -> None:
        try:
            notify = RustNotify(folders, False, False, 300, recursive, True)
        except (OSError, WatchfilesRustInternalError) as error:
            # A folder has just gone, or there are more of them than the kernel will watch.
            self.problem = f"Changes below {', '.join(folders)} are found late: {error}"
            return
        thread = threading.Thread(
            target=self._run,
            args=(notify, matters, self._stop),
            name="dag-file-watcher",
            daemon=True,
        )
        self._threads.append(thread)
        thread.start()

    def _run(self, notify: RustNotify, matters: _Filter, stop: threading.Event) -> None:
        with notify:
            while not stop.is_set():
                changes = notify.watch(100, 20, 60_000, stop)
                if isinstance(changes, set) and any(
                    matters(watchfiles.Change(change), path) for change, path in changes
                ):
                    self._wake()

    def _wake(self) -> None:
        # A full pipe wakes too; a closed one is nobody's.
        with suppress(BlockingIOError, OSError):
            os.write(self._write, b"!")

    def _end(self) -> None:
        self._stop.set()
        self._threads.clear()

    def close(self) -> None:
        """Watch nothing any more."""
        self._end()
        os.close(self._read)
        os.close(self._write)


class _Watch(NamedTuple):
    """A folder to watch: this very one, so that another of the same name is another one."""

    path: str
    inode: tuple[int, int]
    deep: bool
    #: where nothing matters but one entry, its path: a folder that is missing, or is a link
    only: str = ""


def _wanted(folders: Iterable[str], flat: Iterable[str]) -> Iterator[_Watch]:
    deep = set(folders)
    for folder in {*deep, *flat}:
        inode = _inode(folder)
        if inode is not None:
            yield _Watch(folder, inode, folder in deep)
        if folder in deep and (inode is None or os.path.islink(folder)):
            # It may be made, or be pointed elsewhere: its parent hears of that.
            parent = os.path.dirname(os.path.abspath(folder))
            above = _inode(parent)
            if above is not None:
                yield _Watch(parent, above, deep=False, only=os.path.abspath(folder))


def _inode(folder: str) -> tuple[int, int] | None:
    try:
        status = os.stat(folder)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISDIR(status.st_mode) else None


def _only(wanted: frozenset[_Watch], recursive: bool) -> _Filter:
    """What matters below the folders that are watched so."""
    mine = [watch for watch in wanted if watch.deep is recursive]
    entries = {watch.only for watch in mine if watch.only}
    guarded = {watch.path for watch in mine if watch.only}
    guarded -= {watch.path for watch in mine if not watch.only}

    def matters(change: watchfiles.Change, path: str) -> bool:
        if os.path.dirname(path) in guarded and path not in entries:
            return False
        return _matters(change, path)

    return matters


def _matters(_change: watchfiles.Change, path: str) -> bool:
    return "__pycache__" not in path and not path.endswith((".pyc", ".swp", "~"))
