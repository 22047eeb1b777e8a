"""An AIRFLOW_HOME of its own, with real processes in it.

`Home` starts `airflow scheduler` (or any other command) as people do, looks at the database with
plain SQL, and ends every process that belongs to the home when the test is over, the runner and
its tasks too: a process belongs to the home that is its AIRFLOW_HOME or its working folder.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any

from venturi.store.engine import Store
from venturi.store.migrate import migrate

AIRFLOW = Path(sys.executable).parent / "airflow"
#: What tests need to be told apart from an installation of the machine's owner.
DEFAULTS = {
    "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
}
#: The processes of a home, by the beginning of their titles.
RUNNER, BASE, TASK = "airflow runner", "airflow host base", "airflow task"


class NotInTime(AssertionError):
    """What a test waited for did not happen before its deadline."""


def until(condition: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
    """The first true value of `condition`, asked at short intervals; fails after the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise NotInTime(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)


class Home:
    """A home folder and what runs in it. `option("core", "executor", ...)` before starting."""

    def __init__(self) -> None:
        # A socket's path may have 107 characters: pytest's own folders are too deep.
        self.path = Path(tempfile.mkdtemp(prefix="vs-")).resolve()
        self.dags = self.path / "dags"
        self.dags.mkdir()
        self.database = self.path / "airflow.db"
        self.output = self.path / "scheduler.out"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
        self.env = {**inherited, **DEFAULTS, "AIRFLOW_HOME": str(self.path)}
        self.started: list[subprocess.Popen[bytes]] = []

    # --- what a person does ----------------------------------------------------------------

    def option(self, section: str, key: str, value: str) -> None:
        """Set an option for every process started from now on."""
        self.env[f"AIRFLOW__{section.upper()}__{key.upper()}"] = value

    def dag(self, name: str, text: str) -> Path:
        """Write a DAG file (or any other file) below the DAG folder, in one step."""
        path = self.dags / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        part.write_text(dedent(text), encoding="utf-8")
        part.replace(path)
        return path

    def has_tables(self) -> bool:
        """Whether its database is ready."""
        return self.database.exists()

    def migrate(self) -> None:
        """`airflow db migrate`, without the time a command takes to start."""
        store = Store(f"sqlite:///{self.database}")
        migrate(store)
        store.close()

    def airflow(
        self, *words: str, seconds: float = 60, env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [AIRFLOW, *words],
            env={**self.env, **(env or {})},
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def start(self, *words: str, output: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a command that stays."""
        with (output or self.path / f"{words[0]}.out").open("ab") as file:
            process = subprocess.Popen(
                [AIRFLOW, *words],
                env=self.env,
                cwd=self.path,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def scheduler(self) -> subprocess.Popen[bytes]:
        """Start `airflow scheduler` and wait until it schedules."""
        if not self.has_tables():
            self.migrate()
        before = self.said().count("Scheduling with")
        process = self.start("scheduler")

        def is_up() -> bool:
            if process.poll() is not None:
                raise AssertionError(f"the scheduler ended at once:\n{self.said()}")
            return self.said().count("Scheduling with") > before

        until(is_up, "the scheduler is up", 30)
        return process

    def said(self) -> str:
        """What the scheduler has printed."""
        return self.output.read_text() if self.output.exists() else ""

    # --- what can be seen ------------------------------------------------------------------

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        uri = f"file:{self.database}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as connection:
            return connection.execute(query, values).fetchall()

    def change(self, statement: str, *values: Any) -> int:
        """Carry out a statement, as people do in a database client; how many rows it changed."""
        with closing(sqlite3.connect(self.database, timeout=30)) as connection, connection:
            return connection.execute(statement, values).rowcount

    def value(self, query: str, *values: Any) -> Any:
        """The first value of a query's first row, or None."""
        rows = self.sql(query, *values)
        return rows[0][0] if rows else None

    def states(self, dag_id: str) -> dict[str, str | None]:
        """States of a DAG's task instances, by task id (with the map index where mapped)."""
        rows = self.sql(
            "SELECT task_id, map_index, state FROM task_instance WHERE dag_id = ?", dag_id
        )
        return {task if index < 0 else f"{task}[{index}]": state for task, index, state in rows}

    def instance(self, dag_id: str, task_id: str, column: str) -> Any:
        """One column of a task's only instance."""
        return self.value(
            f"SELECT {column} FROM task_instance WHERE dag_id = ? AND task_id = ?", dag_id, task_id
        )

    def log(self, dag_id: str, task_id: str, attempt: int = 1) -> str:
        """The log of a try of a task's only run; empty when there is none."""
        pattern = f"dag_id={dag_id}/run_id=*/task_id={task_id}/attempt={attempt}.log"
        found = sorted((self.path / "logs").glob(pattern))
        return found[-1].read_text() if found else ""

    def import_error(self, path: Path) -> str:
        """The import error of a file; empty when it has none."""
        found = self.value("SELECT stacktrace FROM import_error WHERE filename = ?", str(path))
        return str(found or "")

    def run_state(self, dag_id: str) -> str | None:
        """The state of a DAG's newest run."""
        state = self.value("SELECT state FROM dag_run WHERE dag_id = ? ORDER BY id DESC", dag_id)
        return None if state is None else str(state)

    # --- waiting ----------------------------------------------------------------------------

    def until(self, condition: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
        """Like the function, and tells what the scheduler has said when time is over."""
        try:
            return until(condition, what, seconds)
        except NotInTime as late:
            states = self.sql("SELECT dag_id, task_id, state, reason FROM task_instance LIMIT 20")
            errors = self.sql("SELECT filename, stacktrace FROM import_error")
            runner = self.path / "logs/scheduler/runner.log"
            late.add_note(f"scheduler:\n{self.said()}")
            late.add_note(f"runner:\n{runner.read_text() if runner.exists() else ''}")
            late.add_note(f"instances: {states}\nimport errors: {errors}")
            raise

    def until_ended(self, dag_id: str, seconds: float = 30.0) -> str:
        """The state in which the DAG's newest run ends."""

        def ended() -> str | None:
            state = self.run_state(dag_id)
            return state if state in {"success", "failed"} else None

        return str(self.until(ended, f"the run of {dag_id} has ended", seconds))

    def until_listed(self, dag_id: str, seconds: float = 20.0) -> None:
        """Wait until a DAG is known and active."""
        query = "SELECT 1 FROM dag WHERE dag_id = ? AND is_active"
        self.until(lambda: self.value(query, dag_id), f"{dag_id} is listed", seconds)

    def until_import_error(self, path: Path, seconds: float = 20.0) -> str:
        """The import error of a file, once it has one."""
        return str(
            self.until(lambda: self.import_error(path), f"{path.name} has an error", seconds)
        )

    # --- processes -------------------------------------------------------------------------

    def processes(self, title: str = "") -> list[int]:
        """Pids of the living processes of this home whose command line begins so."""
        mark = f"AIRFLOW_HOME={self.path}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                # A title is written over the environment: such a process is told by its folder.
                ours = mark in (entry / "environ").read_bytes().split(b"\0") or (
                    (entry / "cwd").readlink() == self.path
                )
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if ours and command.strip() and command.startswith(title):
                found.append(int(entry.name))
        return sorted(found)

    def command_line(self, pid: int) -> str:
        """How `ps` shows a process."""
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()

    def end(self) -> None:
        """End everything and remove the home."""
        for _ in range(50):
            left = self.processes()
            if not left:
                break
            for pid in left:
                kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        for process in self.started:
            process.wait(10)
        shutil.rmtree(self.path, ignore_errors=True)


def kill(pid: int, number: int) -> None:
    """Send a signal to a process that may have gone."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)


@contextmanager
def fresh_home() -> Iterator[Home]:
    """A home that is gone afterwards."""
    home = Home()
    try:
        yield home
    finally:
        home.end()


def bash_dag(dag_id: str, tasks: dict[str, str], *, more: str = "", dag: str = "") -> str:
    """A DAG file of bash tasks that run at once, when it is read: commands by task id.

    `more` is added to each operator's arguments, `dag` to the DAG's.
    """
    lines = [
        "from datetime import datetime",
        "from airflow import DAG",
        "from airflow.operators.bash import BashOperator",
        f"with DAG({dag_id!r}, start_date=datetime(2020, 1, 1), schedule='@once', {dag}):",
    ]
    for task_id, command in tasks.items():
        lines.append(f"    BashOperator(task_id={task_id!r}, bash_command={command!r}, {more})")
    return "\n".join(lines) + "\n"


def python_dag(
    dag_id: str, body: str, *, top: str = "", more: str = "", arguments: str = ""
) -> str:
    """A DAG file with one Python task `t` whose function has this body, run once when read."""
    inner = "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())
    return (
        "from datetime import datetime\n"
        "from airflow import DAG\n"
        "from airflow.operators.python import PythonOperator\n"
        f"{dedent(top)}\n"
        f"def work({arguments}):\n"
        f"{inner}\n"
        f"with DAG({dag_id!r}, start_date=datetime(2020, 1, 1), schedule='@once'):\n"
        f"    PythonOperator(task_id='t', python_callable=work, {more})\n"
    )


def overlaps(intervals: Sequence[tuple[str, str]]) -> bool:
    """Whether any two of these intervals (as the database writes instants) overlap."""
    ordered = sorted(intervals)
    return any(second[0] < first[1] for first, second in pairwise(ordered))
