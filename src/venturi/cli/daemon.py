"""Going to the background, and pid files, as Airflow's services do it."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from venturi.config.paths import home
from venturi.core.errors import Conflict


@contextmanager
def in_background(name: str, args: argparse.Namespace) -> Iterator[None]:
    """Run the block as service `name`: detached with `--daemon`, else where it is.

    In the background, or where `--pid` asks for it, a pid file exists while the block runs.
    Raises `Conflict` when a living process holds it.
    """
    pid_file = Path(args.pid) if args.pid else home() / f"airflow-{name}.pid"
    # A service that has started itself again is in the background already.
    again = os.environ.pop("VENTURI_AGAIN", "") == str(os.getpid())
    if again and args.daemon:
        with pid_kept(pid_file):
            yield
        return
    if not args.daemon:
        if args.pid:
            with pid_kept(pid_file):
                yield
        else:
            yield
        return
    refuse_second(pid_file)
    log = Path(args.log_file) if args.log_file else home() / f"airflow-{name}.log"
    out = Path(args.stdout) if args.stdout else home() / f"airflow-{name}.out"
    err = Path(args.stderr) if args.stderr else home() / f"airflow-{name}.err"
    if args.log_file:
        out = err = log
    detach(out, err)
    with pid_kept(pid_file):
        yield


def detach(out: Path, err: Path) -> None:
    """Become a background process without terminal; the parent exits with 0."""
    sys.stdout.flush()
    sys.stderr.flush()
    for path in (out, err):
        path.parent.mkdir(parents=True, exist_ok=True)
    out_fd = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    err_fd = os.open(err, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    if os.fork():
        os._exit(0)
    os.setsid()
    # A second fork, so that it can never get a controlling terminal again.
    if os.fork():
        os._exit(0)
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (out_fd, 1), (err_fd, 2)):
        os.dup2(source, target)
        os.close(source)


@contextmanager
def pid_kept(path: Path) -> Iterator[None]:
    """Keep this process's id in `path` inside the block. Raises `Conflict` for a living holder."""
    refuse_second(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{os.getpid()}\n")
    mine = os.getpid()
    try:
        yield
    finally:
        if os.getpid() == mine and holder(path) == mine:
            path.unlink(missing_ok=True)


def refuse_second(path: Path) -> None:
    """Raise `Conflict` when the process named in `path` lives."""
    pid = holder(path)
    if pid is not None and pid != os.getpid() and is_alive(pid):
        raise Conflict(f"It runs already, as process {pid} ({path}). Stop it first: kill {pid}")


def holder(path: Path) -> int | None:
    """The process id in a pid file."""
    try:
        return int(path.read_text().strip())
    except (OSError, ValueError):
        return None


def is_alive(pid: int) -> bool:
    """Whether a process with this id exists and looks like one of ours."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"airflow" in command or b"venturi" in command
