"""`airflow webserver` as real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2

#: Nobody need sign in: what most tests are not about.
OPEN = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}
#: People sign in.
CLOSED = {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False"}
AIRFLOW = Path(sys.executable).parent / "airflow"


class Web:
    """`airflow webserver` in a home of its own."""

    def __init__(self, home: Path, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        self.process = start(home, "-p", "0", *arguments, env=env)
        #: what it said before that
        self.said = ""
        self.url = f"{self._address()}/api/v2/"

    def _address(self) -> str:
        """Where it says that it listens."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "listens at" in line:
                return line.rpartition(" ")[2].strip()
            self.said += line
        raise AssertionError(f"it did not start: {self.said}")

    def get(self, path: str = "monitor/health") -> Any:
        """The answer of a GET, read as JSON."""
        return httpx2.get(self.url + path, timeout=10).json()

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return bool(self.get()["metadatabase"]["status"] == "healthy")
        except httpx2.TransportError:
            return False

    def workers(self) -> list[int]:
        """Process ids of the workers that live."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()] if path.exists() else []

    def end(self) -> None:
        """Leave nothing behind."""
        left = [self.process.pid, *self.workers()]
        for pid in left:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.communicate()


def start(
    home: Path,
    *arguments: str,
    stdin: int | None = None,
    env: Mapping[str, str] | None = None,
) -> "subprocess.Popen[str]":
    """Start the web server."""
    return subprocess.Popen(
        [str(AIRFLOW), "webserver", *arguments],
        env={"PATH": os.environ["PATH"], "AIRFLOW_HOME": str(home), **OPEN, **(env or {})},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def is_alive(pid: int) -> bool:
    """Whether a process exists and has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
