"""A real runner process, with a test on the scheduler's end of its socket."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent
from typing import Any, TypeVar

from tests.make import NOW
from venturi.core.attempts import AttemptInfo, FileRef, RunInfo
from venturi.core.log_paths import log_path
from venturi.core.messages import (
    Ack,
    Finished,
    FromRunner,
    Hello,
    Load,
    Loaded,
    Reply,
    Start,
    Welcome,
)
from venturi.core.wire import Message
from venturi.runner.watch import fingerprint
from venturi.runner.wire import Wire, WireClosed

M = TypeVar("M", bound=Message)

TOP = """
import os, sys, time, signal
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
"""


class Machine:
    """A home with DAG files, and the runner that serves it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.dags = folder / "dags"
        self.dags.mkdir()
        self.socket = folder / "run/runner.sock"
        self.words = folder / "runner.out"
        self.process: subprocess.Popen[bytes] | None = None
        self.env: dict[str, str] = {}
        self.connections: list[Scheduler] = []

    def start(self) -> "Scheduler":
        """Start the runner and connect to it."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
        with self.words.open("ab") as words:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "venturi.runner"],
                env={**inherited, "AIRFLOW_HOME": str(self.home), **self.env},
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
            )
        return self.connect()

    def connect(self) -> "Scheduler":
        """Connect as a scheduler; not yet greeted."""
        deadline = time.monotonic() + 20
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(self.socket))
            except OSError:
                connection.close()
                if time.monotonic() > deadline:
                    raise AssertionError(f"no runner: {self.words.read_text()}") from None
                time.sleep(0.01)
            else:
                self.connections.append(Scheduler(self, connection))
                return self.connections[-1]

    def dag(self, body: str, *, top: str = "", dag_id: str = "d", name: str = "d.py") -> FileRef:
        """A file with a DAG of one Python task `t`; its condition as the engine names it."""
        inner = "\n".join(f"    {line}" for line in dedent(body).strip().splitlines())
        text = (
            f"{TOP}{dedent(top)}\ndef work(**context):\n{inner}\n"
            f"with DAG({dag_id!r}, start_date=datetime(2020, 1, 1), schedule=None):\n"
            "    PythonOperator(task_id='t', python_callable=work)\n"
        )
        return self.file(text, name)

    def file(self, text: str, name: str = "d.py") -> FileRef:
        """A file below the DAG folder."""
        path = self.dags / name
        path.write_text(text, encoding="utf-8")
        return self.ref(path)

    def ref(self, path: Path) -> FileRef:
        """A file in its present condition."""
        return FileRef(path=str(path), key=fingerprint(str(path)), root=str(self.dags))

    def log(self, ti_id: int = 1, attempt: int = 1) -> str:
        """What an attempt has written."""
        path = self.home / "logs" / log_path("d", f"r{ti_id}", "t", -1, attempt)
        return path.read_text() if path.exists() else ""

    def end(self) -> None:
        """Kill the runner; what it has forked dies with it."""
        for connection in self.connections:
            connection.leave()
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


class Scheduler:
    """The other end of the runner's socket."""

    def __init__(self, machine: Machine, connection: socket.socket) -> None:
        self.machine = machine
        self.wire: Wire[FromRunner] = Wire(connection, FromRunner)
        #: everything heard, in order
        self.heard: list[Message] = []

    def greet(self, **rules: Any) -> "Scheduler":
        """Say who is there and what counts."""
        self.send(Welcome(**{"term": 1, "scheduler": "test", "capacity": 8, **rules}))
        return self

    def send(self, message: Message) -> None:
        """Say something."""
        self.wire.send(message)

    def start(self, file: FileRef, ti_id: int = 1, **values: Any) -> Start:
        """Order an attempt at the task."""
        epoch = values.pop("epoch", 1)
        order = Start(
            file=file,
            attempt=AttemptInfo(
                ti_id=ti_id,
                try_number=values.pop("try_number", 1),
                epoch=epoch,
                run=RunInfo(
                    dag_id=values.pop("dag_id", "d"),
                    run_id=f"r{ti_id}",
                    run_type="manual",
                    run_after=NOW,
                    logical_date=NOW,
                ),
                task_id="t",
                log_path=log_path("d", f"r{ti_id}", "t", -1, epoch),
            ),
            **values,
        )
        self.send(order)
        return order

    def ack(self, *reports: Finished) -> None:
        """The reports are committed."""
        self.send(Ack(keys=tuple((report.ti_id, report.epoch) for report in reports)))

    def load(self, file: FileRef, **limits: Any) -> Loaded:
        """Have a file read."""
        self.send(Load(**{"file": file, "timeout": 10.0, "memory": 1 << 30, **limits}))
        return self.until(Loaded, lambda message: message.file == file)

    def until(
        self,
        kind: type[M],
        fits: Callable[[M], bool] = lambda _: True,
        seconds: float = 20.0,
    ) -> M:
        """The next message of a kind that nobody has asked for yet."""
        deadline = time.monotonic() + seconds
        while True:
            for index, message in enumerate(self.heard):
                if isinstance(message, kind) and fits(message):
                    del self.heard[index]
                    return message
            self._hear(deadline, kind.__name__)

    def _hear(self, deadline: float, wanted: str) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise AssertionError(
                f"no {wanted} in time; heard {self.heard}; the runner said: "
                f"{self.machine.words.read_text()}"
            )
        self.wire.socket.settimeout(left)
        try:
            self.heard.append(self.wire.receive())
        except TimeoutError:
            return
        except WireClosed:
            raise AssertionError(f"the runner is gone: {self.machine.words.read_text()}") from None

    def finished(self, ti_id: int = 1, seconds: float = 20.0) -> Finished:
        """The report of an attempt's end."""
        return self.until(Finished, lambda report: report.ti_id == ti_id, seconds)

    def hello(self) -> Hello:
        """The runner's first word."""
        return self.until(Hello)

    def answer(self, ask_id: int, value: str | None) -> None:
        """Answer a question with JSON text."""
        self.send(Reply(ask_id=ask_id, value=value))

    def hears_nothing(self, kind: type[Message], seconds: float) -> bool:
        """Whether no message of a kind comes for a while."""
        try:
            self.until(kind, seconds=seconds)
        except AssertionError:
            return True
        return False

    def is_over(self) -> bool:
        """Whether the runner has closed the connection."""
        try:
            while True:
                self.heard.append(self.wire.receive())
        except (WireClosed, TimeoutError):
            return True

    def leave(self) -> None:
        """Close the connection."""
        self.wire.close()


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 10.0) -> Any:
    """The first true value, asked at short intervals."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.01)
    return value


def is_alive(pid: int) -> bool:
    """Whether a process runs (one that only waits to be buried does not)."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


@contextmanager
def machine() -> Iterator[Machine]:
    """A machine that is gone afterwards. Its path is short: sockets have no room for more."""
    folder = Path(tempfile.mkdtemp(prefix="vr-")).resolve()
    made = Machine(folder)
    try:
        yield made
    finally:
        made.end()
        shutil.rmtree(folder, ignore_errors=True)


KILL = signal.SIGKILL
