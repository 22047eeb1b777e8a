"""Waiting for backfills: a bar on a terminal, lines elsewhere."""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from venturi.cli.commands.backfill import NO_SCHEDULER, scheduler_lives
from venturi.cli.session import opened
from venturi.store.engine import Store
from venturi.store.queries.backfills import BackfillRow, failed_runs, get_backfill
from venturi.store.scope import EVERY_DAG

#: Seconds between two looks, and between two questions whether a scheduler lives.
LOOK, ASK = 0.5, 15.0

_OPEN = frozenset({"running", "paused"})


def watch(ids: Sequence[int]) -> bool:
    """Wait until these backfills are over; whether all of their runs succeeded.

    Says how far they are, once when no scheduler lives, and in the end what failed and why.
    """
    if not ids:
        return True
    store = opened()
    try:
        with _shown() as show:
            rows = _until_over(store, ids, show)
        with store.read() as tx:
            bad = [run for number in ids for run in failed_runs(tx, EVERY_DAG, number)]
    finally:
        store.close()
    for run in bad:
        print(f"Failed: {run.dag_id} {run.run_id}: {run.reason or 'no reason is known'}")
    done = sum(row.runs.get("success", 0) for row in rows)
    print(f"{done} of {sum(row.total for row in rows)} runs succeeded, {len(bad)} failed")
    return not bad


Show = Callable[[Sequence[BackfillRow]], None]


def _until_over(store: Store, ids: Sequence[int], show: Show) -> list[BackfillRow]:
    told, next_ask = False, time.monotonic() + ASK
    while True:
        with store.read() as tx:
            rows = [get_backfill(tx, EVERY_DAG, number) for number in ids]
            show(rows)
            if not any(row.state in _OPEN for row in rows):
                return rows
            if not told and time.monotonic() >= next_ask:
                next_ask = time.monotonic() + ASK
                told = not scheduler_lives(tx)
                if told:
                    print(NO_SCHEDULER, file=sys.stderr)
        time.sleep(LOOK)


def _shown() -> AbstractContextManager[Show]:
    if sys.stderr.isatty():
        return _Bar()
    return nullcontext(_Lines().show)


class _Lines:
    """One line for every change that is worth one."""

    def __init__(self) -> None:
        self.last = ""

    def show(self, rows: Sequence[BackfillRow]) -> None:
        line = _words(rows)
        if line != self.last:
            print(line, flush=True)
            self.last = line


class _Bar(AbstractContextManager[Show]):
    """A bar that moves as runs end."""

    def __enter__(self) -> Show:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        self.progress = Progress(*columns, console=Console(stderr=True))
        self.progress.start()
        self.task = self.progress.add_task("")
        return self.show

    def show(self, rows: Sequence[BackfillRow]) -> None:
        """Move the bar."""
        self.progress.update(
            self.task,
            total=sum(row.total for row in rows),
            completed=sum(row.ended for row in rows),
            description=_words(rows),
        )

    def __exit__(self, *_error: object) -> None:
        self.progress.stop()


def _words(rows: Sequence[BackfillRow]) -> str:
    def count(state: str) -> int:
        return sum(row.runs.get(state, 0) for row in rows)

    parts = [f"{sum(row.ended for row in rows)} of {sum(row.total for row in rows)} runs done"]
    parts += [f"{count(s)} {word}" for s, word in _NAMES.items() if count(s)]
    if any(row.state == "paused" for row in rows):
        parts.append("paused")
    return ", ".join(parts)


_NAMES = {"running": "running", "queued": "waiting", "failed": "failed"}
