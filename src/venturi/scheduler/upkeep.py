"""Old history, deleted a little at a time while the scheduler has turns to spare."""

import shutil
from collections import deque
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from venturi.core.clock import Clock
from venturi.core.errors import InvalidInput
from venturi.core.log_paths import run_folder
from venturi.store.commands.retention import (
    INSTANCES,
    RUNS,
    Keep,
    dags_with_old_runs,
    delete_old_code,
    delete_old_rows,
    delete_old_runs,
)
from venturi.store.engine import DatabaseError, Store, Tx
from venturi.store.lease import LostLease

A = TypeVar("A")

#: Seconds between two sweeps, and between two batches of one.
SWEEP = 3600.0
PAUSE = 1.0
#: DAGs looked at in one batch.
DAGS = 50


class Result(NamedTuple):
    """What one batch deleted; `more`: the sweep goes on with another one."""

    runs: int = 0
    rows: int = 0
    more: bool = False


class Upkeep:
    """Sweeps the history once an hour, a batch at a time; `days` 0 keeps everything."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        logs: Path,
        days: int,
        runs_min: int,
        say: Callable[[str], None],
        prove: Callable[[Tx], None] = lambda _tx: None,
    ) -> None:
        self.store, self.clock, self.logs, self.say = store, clock, logs, say
        self.days, self.runs_min, self.prove = days, runs_min, prove
        #: monotonic time of the next batch; the first sweep leaves the start in peace
        self.at = clock.monotonic() + 60.0
        #: DAGs that this sweep has still to look at; None: no sweep is under way
        self._dags: deque[str] | None = None
        self._deleted = 0

    def tend(self) -> None:
        """Do the next batch if it is time. Nothing that goes wrong in it stops the scheduler."""
        if not self.days or self.clock.monotonic() < self.at:
            return
        more = False
        try:
            more = self.run_once().more
        except (DatabaseError, LostLease):
            self.at = self.clock.monotonic() + PAUSE
            raise
        except Exception as error:
            self._dags = None
            self.say(f"Old history could not be deleted: {type(error).__name__}: {error}")
        self.at = self.clock.monotonic() + (PAUSE if more else SWEEP)

    def run_once(self) -> Result:
        """One batch, in one transaction: some runs, else some other rows, at the end old code."""
        if not self.days:
            return Result()
        keep = Keep(self.clock.now() - timedelta(days=self.days), self.runs_min)
        if self._dags is None:
            with self.store.read() as tx:
                self._dags = deque(dags_with_old_runs(tx, keep))
            self._deleted = 0
        if self._dags:
            return self._delete_runs(self._dags, keep)
        rows = self._in_transaction(lambda tx: delete_old_rows(tx, keep.before))
        if rows:
            return Result(rows=rows, more=True)
        rows = self._in_transaction(lambda tx: delete_old_code(tx, keep.before))
        if self._deleted:
            self.say(f"Deleted {self._deleted} runs that ended more than {self.days} days ago.")
        self._dags = None
        return Result(rows=rows)

    def _delete_runs(self, dags: deque[str], keep: Keep) -> Result:
        looked_at = list(dags)[:DAGS]

        def body(tx: Tx) -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            runs = rows = 0
            for dag_id in looked_at:
                gone = delete_old_runs(tx, dag_id, keep, RUNS - runs)
                found[dag_id] = gone.run_ids
                runs, rows = runs + len(gone.run_ids), rows + gone.rows
                if runs >= RUNS or rows >= INSTANCES:
                    break
            return found

        found = self._in_transaction(body)
        for dag_id, run_ids in found.items():
            dags.popleft()
            if run_ids:
                dags.append(dag_id)  # it may have more
        gone = [(dag_id, run_id) for dag_id, run_ids in found.items() for run_id in run_ids]
        # After the commit: a run whose rows are still there keeps its logs.
        self._remove_logs(gone)
        self._deleted += len(gone)
        return Result(runs=len(gone), more=True)

    def _in_transaction(self, body: Callable[[Tx], A]) -> A:
        def proven(tx: Tx) -> A:
            self.prove(tx)
            return body(tx)

        return self.store.retrying(proven)

    def _remove_logs(self, runs: Iterable[tuple[str, str]]) -> None:
        for dag_id, run_id in runs:
            try:
                remove_run_logs(self.logs, dag_id, run_id)
            except OSError as error:
                self.say(f"The logs of run {run_id} of DAG {dag_id} stay: {error}")


def remove_run_logs(logs: Path, dag_id: str, run_id: str) -> None:
    """Remove a run's log files with their folders, and the DAG's folder when it is empty then.

    Logs that are not there are no error; ids that cannot be names of folders have no logs.
    """
    try:
        folder = logs / run_folder(dag_id, run_id)
    except InvalidInput:
        return
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    try:
        folder.parent.rmdir()
    except OSError:
        return  # other runs have logs there
