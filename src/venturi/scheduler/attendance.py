"""Which workers are there, for the rows: written with the scheduler's own heartbeat.

People, `airflow why` and the web see workers through these rows. Nothing is decided by them.
"""

from collections.abc import Callable
from datetime import timedelta

from venturi.core.clock import Instant
from venturi.store.commands import workers
from venturi.store.commands.workers import Attendant
from venturi.store.engine import Tx


class Attendance:
    """Workers that have come, were heard and have left since the last heartbeat."""

    def __init__(self, executor: str, lease: float) -> None:
        self.executor, self.lease = executor, lease
        #: something stands here that should not wait for the next heartbeat
        self.has_news = False
        self._rows: dict[str, int] = {}
        self._come: dict[str, Attendant] = {}
        self._heard: set[str] = set()
        self._left: dict[str, int] = {}

    def come(self, worker: str, who: Attendant) -> None:
        """A worker has introduced itself."""
        self._come[worker], self.has_news = who, True

    def hear(self, worker: str) -> None:
        """A worker has said something."""
        self._heard.add(worker)

    def leave(self, worker: str) -> None:
        """A worker has said farewell."""
        self._come.pop(worker, None)
        self._heard.discard(worker)
        row = self._rows.pop(worker, None)
        if row is not None:
            self._left[worker], self.has_news = row, True

    def write(self, tx: Tx, now: Instant) -> Callable[[], None]:
        """Bring the rows up to date. Repeatable: call what is returned after the commit."""
        come, left = dict(self._come), dict(self._left)
        rows = {worker: workers.attend(tx, who, self.executor, now) for worker, who in come.items()}
        known = self._rows | rows
        heard = {known[worker] for worker in self._heard if worker in known}
        if heard:
            workers.heard(tx, heard, now)
        if left:
            workers.part(tx, left.values(), now)
        workers.give_up_silent(tx, now - timedelta(seconds=self.lease), now)

        def written() -> None:
            self._rows |= rows
            for worker in come:
                del self._come[worker]
            for worker in left:
                del self._left[worker]
            self._heard.clear()
            self.has_news = False

        return written
