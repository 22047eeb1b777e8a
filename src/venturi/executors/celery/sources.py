"""A worker's cache of DAG source: one folder per condition of a file, fetched once, bounded."""

import hashlib
import os
import shutil
from collections import deque
from collections.abc import Callable
from pathlib import Path

import msgspec

from venturi.core.attempts import FileRef
from venturi.core.clock import Clock
from venturi.core.messages import Start
from venturi.core.worker_messages import Bundle, WantBundle
from venturi.executors.celery.logbook import is_inside

#: Copies kept at most; the one unused for longest goes first.
KEPT = 200
#: Seconds after which a copy is compared with what lies beside the DAG file now.
YOUNG = 30.0

#: Takes an order whose source is here, or the reason why it cannot be had.
Taker = Callable[[Start, str], None]


class _Copy:
    def __init__(self, root: Path, digest: str, at: float) -> None:
        self.root, self.digest, self.at = root, digest, at


class Sources:
    """The copies, and the orders that wait for one."""

    def __init__(self, folder: Path, clock: Clock, want: Callable[[WantBundle], None]) -> None:
        self.folder, self.clock, self.want = folder, clock, want
        self.copies: dict[str, _Copy] = {}
        self.waiting: dict[str, deque[tuple[Start, Taker]]] = {}

    def fetch(self, order: Start, taker: Taker) -> None:
        """Call `taker` with the order as it is here, at once or when the source has come."""
        key = order.file.key
        copy = self.copies.get(key)
        if copy is not None and self.clock.monotonic() - copy.at < YOUNG:
            taker(_here(order, copy), "")
            return
        queue = self.waiting.setdefault(key, deque())
        queue.append((order, taker))
        if len(queue) == 1:
            self._ask(order.file)

    def ask_again(self) -> None:
        """The session is another one: what was asked for is asked again."""
        for queue in self.waiting.values():
            self._ask(queue[0][0].file)

    def _ask(self, file: FileRef) -> None:
        copy = self.copies.get(file.key)
        self.want(WantBundle(file=file, have=copy.digest if copy else ""))

    def take(self, bundle: Bundle) -> None:
        """The source has come, or is what it was, or cannot be had."""
        key = bundle.file.key
        reason = bundle.error
        copy = self.copies.pop(key, None)
        if not reason:
            now = self.clock.monotonic()
            if copy is None or copy.digest != bundle.digest:
                try:
                    copy = _Copy(self._lay_out(bundle), bundle.digest, now)
                except (OSError, ValueError) as error:
                    reason = f"The source of {bundle.file.path} cannot be kept here: {error}"
            if copy is not None:
                copy.at = now
                self.copies[key] = copy  # the newest stands last
        for order, taker in self.waiting.pop(key, ()):
            if reason or copy is None:
                taker(order, reason)
            else:
                taker(_here(order, copy), "")
        self._tidy()

    def _lay_out(self, bundle: Bundle) -> Path:
        name = hashlib.sha256(f"{bundle.file.key}:{bundle.digest}".encode()).hexdigest()[:24]
        root = self.folder / name
        if root.exists():
            return root
        part = self.folder / f".{name}.{os.getpid()}"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=0o700)
        for path, data in bundle.files:
            if not is_inside(path):
                raise ValueError(f"{path!r} leaves its folder")
            target = part / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        part.rename(root)
        return root

    def _tidy(self) -> None:
        """Remove what has been unused for longest, and what an earlier worker has left."""
        while len(self.copies) > KEPT:
            del self.copies[next(iter(self.copies))]
        kept = {copy.root.name for copy in self.copies.values()}
        here = list(self.folder.iterdir()) if self.folder.is_dir() else []
        surplus = [path for path in here if path.name not in kept]
        if len(surplus) > KEPT // 4:
            for path in sorted(surplus, key=lambda path: path.stat().st_mtime)[: -KEPT // 8]:
                shutil.rmtree(path, ignore_errors=True)


def _here(order: Start, copy: _Copy) -> Start:
    """The order, with the place of the file on this machine."""
    file = order.file
    relative = os.path.relpath(file.path, file.root) if file.root else ""
    if not relative or relative.startswith(".."):
        relative = Path(file.path).name
    local = FileRef(
        path=str(copy.root / relative),
        key=f"{file.key}-{copy.digest[:8]}",
        root=str(copy.root),
        member=file.member,
    )
    return msgspec.structs.replace(order, file=local)
