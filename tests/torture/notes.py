"""What tasks of the torture tests do: note that they begin, work, note that they end.

Copied into a DAG folder and imported there: it knows nothing but the standard library. Every note
is one line, appended in one write and synced, so that it is there whoever is killed next. A task
holds a lock named after its instance while it works: the kernel gives it back when the process
dies, so whoever finds it held has met another living execution of the same instance.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: The environment variable that names the ledger.
WHERE = "VENTURI_LEDGER"


def note(word: str, ti: Any, **more: Any) -> None:
    """Append one line about this execution, durably."""
    line = {
        "word": word,
        "ti": ti.id,
        "dag": ti.dag_id,
        "run": ti.run_id,
        "task": ti.task_id,
        "index": ti.map_index,
        "try": ti.try_number,
        "pid": os.getpid(),
        "at": time.monotonic(),
        **more,
    }
    file = os.open(os.environ[WHERE], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, json.dumps(line).encode() + b"\n")
        os.fsync(file)
    finally:
        os.close(file)


@contextmanager
def noted(ti: Any) -> Iterator[None]:
    """Note start and end; "fail" in place of "end" when the work raises."""
    lock = os.open(f"{os.environ[WHERE]}.{ti.id}", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        note("start", ti)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note("overlap", ti)
        try:
            yield
        except BaseException:
            note("fail", ti)
            raise
        note("end", ti)
    finally:
        os.close(lock)


def work(seconds: float = 0.0, *, busy: bool = False, ti: Any = None, **_context: Any) -> None:
    """Sleep, or keep a core busy without giving the interpreter away, for so long."""
    with noted(ti):
        until = time.monotonic() + seconds
        if not busy:
            time.sleep(seconds)
        while busy and time.monotonic() < until:
            sum(range(1000))


def work_until(path: str, *, ti: Any = None, **_context: Any) -> None:
    """Work until a file appears."""
    with noted(ti):
        while not Path(path).exists():
            time.sleep(0.02)


def fail_before(number: int, *, ti: Any = None, **_context: Any) -> None:
    """Fail in every try before this one."""
    with noted(ti):
        if ti.try_number < number:
            raise RuntimeError(f"try {ti.try_number} fails as told")
