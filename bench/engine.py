"""A running instance in a fresh home, and what its own rows say about a run."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench import dags, processes
from scripts.instance import Instance, InstanceFailed

PARALLELISM = 32
#: The limits a workload needs; everything else, durability first of all, is the default.
SETTINGS = {
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__PARALLELISM": str(PARALLELISM),
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
}


class WrongResult(Exception):
    """The engine finished, and not with what the DAG file asks for: its figures mean nothing."""


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One row of `task_instance`; moments in seconds since 1970."""

    task_id: str
    state: str
    try_number: int
    queued: float
    start: float
    end: float


@contextmanager
def fresh_home() -> Iterator[Path]:
    """An empty folder for AIRFLOW_HOME, gone afterwards. Short, for the sake of socket paths."""
    home = Path(tempfile.mkdtemp(prefix="vb-")).resolve()
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def instance(home: Path, settings: Mapping[str, str] | None = None) -> Instance:
    """An instance with the benchmark's settings, not started."""
    return Instance(home, SETTINGS | dict(settings or {}))


@contextmanager
def engine(files: Mapping[str, str]) -> Iterator["Engine"]:
    """A healthy, idle instance that has listed these DAG files (by dag id)."""
    with fresh_home() as home:
        for dag_id, text in files.items():
            dags.place(home / "dags", dag_id, text)
        running = instance(home)
        try:
            with running:
                running.wait_healthy()
                for dag_id in files:
                    running.wait_listed(dag_id)
                found = Engine(running)
                found.settle()
                yield found
        except (InstanceFailed, WrongResult) as failed:
            failed.add_note(f"the end of what airflow standalone printed:\n{running.tail()}")
            raise


class Engine:
    """A started instance and its database."""

    def __init__(self, running: Instance) -> None:
        self.instance = running
        address = running.command("config", "get-value", "database", "sql_alchemy_conn").strip()
        self.database = Path(address.removeprefix("sqlite:///"))

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """The rows of a read-only query."""
        uri = f"file:{self.database}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
            return connection.execute(sql, values).fetchall()

    def cpu_seconds(self) -> float:
        """CPU time the instance has used up to now."""
        return processes.cpu_seconds(self.members())

    def pss_bytes(self) -> int:
        """Memory of all its processes."""
        return processes.pss_bytes(self.members())

    def members(self) -> list[psutil.Process]:
        """All its processes."""
        if self.instance.process is None:
            return []
        return processes.members(self.instance.process.pid, self.instance.home)

    def settle(self, quiet: float = 1.0, patience: float = 30) -> None:
        """Wait until a second passes in which it uses almost no CPU; busy for ever is accepted."""
        deadline = time.monotonic() + patience
        before = self.cpu_seconds()
        while time.monotonic() < deadline:
            time.sleep(quiet)
            now = self.cpu_seconds()
            if now - before < 0.05 * quiet:
                return
            before = now

    def run(self, dag_id: str, seconds: float = 600) -> list[TaskRow]:
        """Trigger a run, wait for its end, and return its task instances in order of start."""
        run_id = self.instance.trigger(dag_id)
        self.wait_ended(dag_id, run_id, seconds)
        return self.rows(dag_id, run_id)

    def wait_ended(self, dag_id: str, run_id: str, seconds: float = 600) -> None:
        """Wait for the run's end. Raises `WrongResult` unless it ends in success."""
        state = ""

        def ended() -> bool:
            nonlocal state
            sql = "SELECT state FROM dag_run WHERE dag_id = ? AND run_id = ?"
            found = self.query(sql, dag_id, run_id)
            state = str(found[0][0]) if found else ""
            return state in {"success", "failed"}

        self.instance.wait_for(f"run {run_id} of {dag_id}", ended, seconds, every=0.05)
        if state != "success":
            message = f"run {run_id} of {dag_id} ended in {state}"
            raise WrongResult(message)

    def rows(self, dag_id: str, run_id: str) -> list[TaskRow]:
        """The task instances of a run in order of start."""
        sql = (
            "SELECT task_id, state, try_number, queued_dttm, start_date, end_date"
            " FROM task_instance WHERE dag_id = ? AND run_id = ? ORDER BY start_date"
        )
        return [
            TaskRow(
                task_id=str(task_id),
                state=str(state),
                try_number=int(str(try_number)),
                queued=seconds_of(queued),
                start=seconds_of(start),
                end=seconds_of(end),
            )
            for task_id, state, try_number, queued, start, end in self.query(sql, dag_id, run_id)
        ]


def seconds_of(stored: object) -> float:
    """Seconds since 1970 of a moment as SQLite holds it; UTC where it names no zone."""
    if stored is None:
        message = "a finished task instance has no queued_dttm, start_date or end_date"
        raise WrongResult(message)
    moment = datetime.fromisoformat(str(stored))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def check(rows: Sequence[TaskRow], count: int, order: Sequence[tuple[str, str]]) -> None:
    """Raise `WrongResult` unless there are `count` successes on first tries, in this order.

    `order` has pairs (before, after): the second may start only when the first has ended.
    """
    if len(rows) != count:
        message = f"{len(rows)} task instances instead of {count}"
        raise WrongResult(message)
    for row in rows:
        if (row.state, row.try_number) != ("success", 1) or not row.queued <= row.start <= row.end:
            message = f"not a clean first try: {row}"
            raise WrongResult(message)
    by_name = {row.task_id: row for row in rows}
    for before, after in order:
        if by_name[after].start < by_name[before].end:
            message = f"{after} started before {before} had ended"
            raise WrongResult(message)


def span(rows: Sequence[TaskRow]) -> float:
    """Seconds from the first task being queued to the last one having ended."""
    return max(row.end for row in rows) - min(row.queued for row in rows)


def peak(rows: Sequence[TaskRow]) -> int:
    """How many attempts ran at the same moment at most."""
    edges = sorted([(row.start, 1) for row in rows] + [(row.end, -1) for row in rows])
    highest = current = 0
    for _, change in edges:
        current += change
        highest = max(highest, current)
    return highest
