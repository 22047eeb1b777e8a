"""What the tests of operators share: a context to run them in, and a signal to wait for."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from venturi.core.attempts import AttemptInfo, Result, RunInfo
from venturi.runner.attempt import run_attempt

DATE = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


class TaskInstance(SimpleNamespace):
    """A task instance as operators see it; remembers what they decided and pushed."""

    skips: tuple[str, ...]
    skips_whole: bool
    pushed: dict[str, Any]

    def __init__(self, **changes: Any) -> None:
        told: dict[str, Any] = {
            "dag_id": "d",
            "task_id": "t",
            "run_id": "r",
            "map_index": -1,
            "try_number": 1,
            "skips": (),
            "skips_whole": False,
            "pushed": {},
            "start_date": DATE,
            "first_started_at": DATE,
        }
        super().__init__(**told | changes)

    def record_skips(self, task_ids: Any, whole: bool = False) -> None:
        self.skips = (*self.skips, *task_ids)
        self.skips_whole = self.skips_whole or whole

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = value


def context(**changes: Any) -> dict[str, Any]:
    """A context with the names that operators use."""
    ti = changes.pop("ti", None) or TaskInstance()
    run = SimpleNamespace(
        run_id="r",
        dag_id="d",
        logical_date=DATE,
        run_after=DATE,
        conf={},
        run_type="scheduled",
        external_trigger=False,
        data_interval_start=DATE,
        data_interval_end=DATE,
    )
    told: dict[str, Any] = {
        "ti": ti,
        "task_instance": ti,
        "dag_run": run,
        "run_id": "r",
        "logical_date": DATE,
        "execution_date": DATE,
        "data_interval_start": DATE,
        "data_interval_end": DATE,
        "ds": "2026-11-20",
        "params": {},
    }
    return told | changes


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Return once `is_so`; fail naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def written_pid(path: Path) -> int:
    """The process id that a program writes into `path`, once it has."""

    def there() -> bool:
        return path.exists() and path.read_text().endswith("\n")

    wait_until(there, f"{path.name} written")
    return int(path.read_text())


def environment_without(*names: str) -> dict[str, str]:
    """This process's environment, less `names`."""
    return {name: value for name, value in os.environ.items() if name not in names}


class Comms:
    """Answers what a task asks from `answers`: request class -> answer, exception or function."""

    def __init__(self, answers: dict[type, Any] | None = None) -> None:
        self.answers = answers or {}
        self.asked: list[Any] = []
        self.masked: list[str] = []

    def ask(self, request: Any) -> Any:
        self.asked.append(request)
        answer = self.answers.get(type(request))
        if isinstance(answer, BaseException):
            raise answer
        return answer(request) if callable(answer) else answer

    def mask(self, secret: str) -> None:
        self.masked.append(secret)

    def of(self, kind: type) -> list[Any]:
        """What was asked of this kind."""
        return [each for each in self.asked if isinstance(each, kind)]


def run(
    task: Any,
    comms: Comms | None = None,
    conf: str = "{}",
    run_type: str = "scheduled",
    logical_date: datetime | None = DATE,
) -> Result:
    """Run one attempt at `task` of its DAG, as a task process does."""
    info = RunInfo(
        dag_id=task.dag_id,
        run_id="r",
        run_type=run_type,
        run_after=DATE,
        logical_date=logical_date,
        data_interval_start=logical_date,
        data_interval_end=logical_date,
        conf=conf,
        external_trigger=run_type == "manual",
    )
    attempt = AttemptInfo(ti_id=1, try_number=1, epoch=1, run=info, task_id=task.task_id)
    return run_attempt(task.dag, attempt, comms or Comms())
