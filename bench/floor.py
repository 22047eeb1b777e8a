"""What a process per attempt costs at the very least on this machine, right now.

*Bare fork*: fork, exit, wait, of a Python process with the imports a DAG file's host has. *Working
fork*: the child also compiles and renders one template, opens its log, writes a line and sends one
message over a socket pair. The last figure runs as many forking parents as there are processors.

Runs as a program (`python -m bench.floor`) and prints JSON, so that nothing of the benchmark itself
is in the process that is forked.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Medians in milliseconds; rates in forks per second."""

    bare_ms: float
    working_ms: float
    working_cpu_ms: float
    working_per_second: float


def measure(count: int = 200) -> Floor:
    """Measure in a fresh process; takes about a second."""
    command = [sys.executable, "-m", "bench.floor", "--count", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return Floor(**json.loads(done.stdout))


def usual_imports() -> None:
    """Import what the process that forks a task has imported anyway."""
    import jinja2  # noqa: F401
    import msgspec  # noqa: F401
    import pendulum  # noqa: F401

    import airflow.sdk  # noqa: F401


def bare_child(_number: int, _folder: Path, _peer: socket.socket) -> None:
    """Do nothing."""


def working_child(number: int, folder: Path, peer: socket.socket) -> None:
    """The least that an attempt does."""
    import jinja2

    template = jinja2.Environment(autoescape=False).from_string(f"attempt {number} of {{{{ ds }}}}")  # noqa: S701
    with (folder / f"{number}.log").open("w") as log:
        log.write(template.render(ds="2026-01-01") + "\n")
    peer.sendall(b'{"state": "success"}')


def fork_once(
    child: Callable[[int, Path, socket.socket], None], number: int, folder: Path
) -> float:
    """Fork, let the child work, hear from it, wait for it; the child's CPU seconds."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        child(number, folder, theirs)
        os._exit(0)
    theirs.close()
    ours.recv(64)
    ours.close()
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise ChildProcessError(status)
    return usage.ru_utime + usage.ru_stime


def timed(child: Callable[[int, Path, socket.socket], None], count: int) -> tuple[float, float]:
    """Medians of wall and CPU milliseconds of `count` forks, one after the other."""
    walls, cpus = [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            begun = time.perf_counter()
            cpus.append(fork_once(child, number, Path(folder)))
            walls.append(time.perf_counter() - begun)
    return statistics.median(walls) * 1000, statistics.median(cpus) * 1000


def rate(count: int) -> float:
    """Working forks per second with one forking parent per processor."""
    parents = os.cpu_count() or 1
    begun = time.perf_counter()
    pids = []
    for _ in range(parents):
        pid = os.fork()
        if pid == 0:
            timed(working_child, count)
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)
    return parents * count / (time.perf_counter() - begun)


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    count = parser.parse_args().count
    usual_imports()
    timed(working_child, 20)
    bare_ms, _ = timed(bare_child, count)
    working_ms, working_cpu_ms = timed(working_child, count)
    floor = Floor(
        bare_ms=bare_ms,
        working_ms=working_ms,
        working_cpu_ms=working_cpu_ms,
        working_per_second=rate(count),
    )
    print(json.dumps(asdict(floor)))


if __name__ == "__main__":
    main()
