"""One look at the database for all streams of a process.

Nobody looks while nobody listens. While somebody does, a few rows are read twice a second: the
revisions of active runs, which grow with every change, and the newest entry of the audit log.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

import msgspec

from venturi.store.engine import Store, Tx
from venturi.store.queries.pulse import Pulse, feel, new_runs, touched_dags

#: Seconds between two looks, and at least this many times the time that a look took.
PAUSE = 0.4
SHARE = 20
#: Words that a stream may be behind before it is told to ask for everything.
BEHIND = 100


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """DAGs and runs that are not any more as they were."""

    dags: frozenset[str]
    runs: frozenset[tuple[str, str]]


def difference(before: Pulse, after: Pulse) -> Changed:
    """What of two looks differs."""
    keys = before.runs.keys() | after.runs.keys()
    runs = frozenset(key for key in keys if before.runs.get(key) != after.runs.get(key))
    return Changed(dags=frozenset(dag_id for dag_id, _ in runs), runs=runs)


class Hub:
    """Tells every listener what changed."""

    def __init__(self, store: Store, pool: ThreadPoolExecutor) -> None:
        self.store = store
        self.pool = pool
        self.listeners: set[asyncio.Queue[Changed | None]] = set()
        #: how often the database was looked at
        self.looks = 0
        self._looking: asyncio.Task[None] | None = None

    async def listen(self) -> AsyncGenerator[Changed | None, None]:
        """Changes as they happen; None when some may have been missed."""
        queue: asyncio.Queue[Changed | None] = asyncio.Queue()
        self.listeners.add(queue)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look())
        try:
            while True:
                yield await queue.get()
        finally:
            self.listeners.discard(queue)

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        before: Pulse | None = None
        while self.listeners:
            began = loop.time()
            with contextlib.suppress(Exception):  # a database that is away comes back
                before, changed = await loop.run_in_executor(self.pool, self._compare, before)
                self.looks += 1
                if changed is not None and (changed.dags or changed.runs):
                    self._tell(changed)
            await asyncio.sleep(max(PAUSE, (loop.time() - began) * SHARE))

    def _tell(self, changed: Changed) -> None:
        for queue in self.listeners:
            if queue.qsize() < BEHIND:
                queue.put_nowait(changed)
            else:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(None)

    def _compare(self, before: Pulse | None) -> tuple[Pulse, Changed | None]:
        with self.store.read() as tx:
            after = feel(tx)
            return after, None if before is None else _changes(tx, before, after)


def _changes(tx: Tx, before: Pulse, after: Pulse) -> Changed:
    found = difference(before, after)
    dags, runs = set(found.dags), set(found.runs)
    if after.entry > before.entry:
        for dag_id, run_id in touched_dags(tx, before.entry):
            dags.add(dag_id)
            if run_id is not None:
                runs.add((dag_id, run_id))
    if after.run > before.run:
        made = new_runs(tx, before.run)
        runs.update(made)
        dags.update(dag_id for dag_id, _ in made)
    if after.dags != before.dags:
        dags.add("")  # the list itself
    return Changed(dags=frozenset(dags), runs=frozenset(runs))


