"""What the tests of operators share: a context to run them in, and a signal to wait for."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

DATE = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


class TaskInstance(SimpleNamespace):
    """A task instance as operators see it; remembers what they decided and pushed."""

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
