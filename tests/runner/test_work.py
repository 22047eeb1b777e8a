"""When work ends, by a wall clock that somebody sets while it runs."""

from datetime import timedelta
from pathlib import Path

import msgspec

from tests import make
from venturi.core.messages import Call
from venturi.runner.logfiles import LogFile
from venturi.runner.work import Work


def begun(folder: Path) -> Work:
    """Work that began now, at 100 s of the monotonic clock."""
    call = msgspec.convert(
        {
            "call_id": 1,
            "file": {"path": "x.py", "key": "1"},
            "kind": "on_success",
            "dag_id": "d",
            "run": {"dag_id": "d", "run_id": "r", "run_type": "manual", "run_after": make.NOW},
        },
        Call,
    )
    work = Work(call, LogFile(folder, "x.log", 1000), "here")
    work.begin(make.NOW, 100.0)
    return work


def test_work_ends_when_the_clock_says(tmp_path: Path) -> None:
    assert begun(tmp_path).ended_at(make.later(8), 107.5) == make.later(8)


def test_work_over_which_the_clock_was_set_back_took_its_time_nevertheless(tmp_path: Path) -> None:
    end = begun(tmp_path).ended_at(make.NOW - timedelta(hours=1), 107.5)
    assert end == make.later(7.5)
