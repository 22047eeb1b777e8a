"""A Venturi instance in a home of its own, driven from outside as a user drives it.

The demo and the benchmarks share it. It knows only what is public: the `airflow` command, its
environment variables and the REST API.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

AIRFLOW = Path(sys.executable).parent / "airflow"

#: A line of the web server's access log.
_ACCESS = re.compile(r'- "[A-Z]+ \S+ HTTP/')
#: Loopback needs no proxy, whatever the environment says.
_OPENER = build_opener(ProxyHandler({}))


class InstanceFailed(Exception):
    """The instance did not do what was asked; the message says what and when."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(home: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without its own Airflow settings, plus ours."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "VENTURI"))}
    # Without cached bytecode every start would compile the world again.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {"AIRFLOW_HOME": str(home), **extra}


def stop_in_order_when_told() -> None:
    """Let SIGTERM and SIGHUP unwind the stack, so that no instance outlives its caller."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


class Instance:
    """`airflow standalone` in `home`; use it as a context manager, so that it always stops."""

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = free_port()
        self.output = home / "standalone.out"
        self.environment = clean_environment(
            home,
            {
                "AIRFLOW__API__HOST": "127.0.0.1",
                # on loopback only, to look around: nobody need sign in
                "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
                "AIRFLOW__API__PORT": str(self.port),
                **(environment or {}),
            },
        )
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; it writes to `self.output`."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [AIRFLOW, "standalone"],
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the caller, who then stops it in order.
                start_new_session=True,
            )

    def stop(self, patience: float = 15) -> None:
        """Ask it to stop and wait; after `patience` seconds end what is left of it."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.terminate()
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def command(self, *arguments: str, timeout: float = 60) -> str:
        """What `airflow ARGUMENTS` printed. Raises `InstanceFailed` when it exits non-zero."""
        done = subprocess.run(
            [AIRFLOW, *arguments],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode:
            message = (
                f"`airflow {' '.join(arguments)}` exited {done.returncode}: {done.stderr.strip()}"
            )
            raise InstanceFailed(message)
        return done.stdout

    def rest(self, method: str, path: str, body: object = None, timeout: float = 30) -> Any:
        """The decoded answer of one REST call below `/api/v2`."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        request = Request(f"{self.url}/api/v2{path}", data=data, headers=headers, method=method)
        try:
            with _OPENER.open(request, timeout=timeout) as answer:
                return json.load(answer)
        except HTTPError as refusal:
            message = f"{method} {path} answered {refusal.code}: {refusal.read(500).decode()}"
            raise InstanceFailed(message) from refusal
        except (URLError, ConnectionError, TimeoutError) as trouble:
            message = f"{method} {path} got no answer: {trouble}"
            raise InstanceFailed(message) from trouble

    def wait_for(self, what: str, ready: Callable[[], bool], seconds: float, every: float) -> None:
        """Look every `every` seconds until `ready()`; fail when it takes longer than `seconds`.

        An unanswered or refused call counts as "not yet"; an instance that has ended does not.
        """
        deadline = time.monotonic() + seconds
        trouble = ""
        while True:
            try:
                if ready():
                    return
            except InstanceFailed as failed:
                trouble = f" ({failed})"
            if self.process is not None and self.process.poll() is not None:
                message = f"airflow standalone ended with exit code {self.process.returncode}"
                raise InstanceFailed(f"{message} while waiting for {what}")
            if time.monotonic() > deadline:
                message = f"waited {seconds:.0f} s in vain for {what}{trouble}"
                raise InstanceFailed(message)
            time.sleep(every)

    def wait_healthy(self, seconds: float = 60, every: float = 0.02) -> None:
        """Wait until the database and the scheduler call themselves healthy."""

        def healthy() -> bool:
            parts = self.rest("GET", "/monitor/health", timeout=5)
            return all(parts[part]["status"] == "healthy" for part in ("metadatabase", "scheduler"))

        self.wait_for("a healthy instance", healthy, seconds, every)

    def wait_listed(self, dag_id: str, seconds: float = 60, every: float = 0.02) -> None:
        """Wait until the DAG's file has been read."""
        found = f"/dags/{dag_id}"
        self.wait_for(f"DAG {dag_id}", lambda: bool(self.rest("GET", found)), seconds, every)

    def trigger(self, dag_id: str) -> str:
        """Start a run now; its run id."""
        body: dict[str, object] = {"logical_date": None, "conf": {}}
        return str(self.rest("POST", f"/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def tail(self, lines: int = 30) -> str:
        """The last lines of what the instance printed, and of what its runner did."""
        runner = self.home / "logs" / "scheduler" / "runner.log"
        said = []
        for path, count in ((self.output, lines), (runner, lines // 2)):
            if path.exists():
                text = path.read_text(errors="replace").splitlines()
                said += [line for line in text if not _ACCESS.search(line)][-count:]
        return "\n".join(said)
