"""`airflow.utils.process_utils`, `.platform` and `.net`: programs, users and hosts."""

import getpass
import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from logging import Logger, getLogger

_log = getLogger(__name__)


def execute_in_subprocess(
    cmd: Sequence[str], cwd: str | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run a program and log its output. Raises `subprocess.CalledProcessError`."""
    execute_in_subprocess_with_kwargs(cmd, cwd=cwd, env=env)


def execute_in_subprocess_with_kwargs(
    cmd: Sequence[str], cwd: str | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run a program and log its output. Raises `subprocess.CalledProcessError`."""
    _log.info("Executing cmd: %s", " ".join(cmd))
    with subprocess.Popen(
        cmd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, close_fds=True, cwd=cwd, env=env
    ) as program:
        assert program.stdout is not None
        for line in program.stdout:
            _log.info("%s", line.decode(errors="replace").rstrip())
    if program.returncode != 0:
        raise subprocess.CalledProcessError(program.returncode, cmd)


def reap_process_group(
    process_group_id: int, logger: Logger, sig: int = signal.SIGTERM, timeout: float = 60
) -> dict[int, int]:
    """End all processes of a group: `sig`, and SIGKILL after `timeout` seconds.

    Answers the exit codes by process id.
    """
    import psutil

    if process_group_id == os.getpgid(0):
        raise RuntimeError("I refuse to kill myself")
    members = [each for each in psutil.process_iter() if _group_of(each.pid) == process_group_id]
    codes: dict[int, int] = {}
    for number in (sig, signal.SIGKILL):
        logger.info("Sending signal %s to group %s", number, process_group_id)
        try:
            os.killpg(process_group_id, number)
        except ProcessLookupError:
            break
        gone, members = psutil.wait_procs(members, timeout=timeout)
        codes.update({each.pid: getattr(each, "returncode", -sig) for each in gone})
        if not members:
            break
    return codes


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def kill_child_processes_by_pids(pids_to_kill: Sequence[int], timeout: int = 5) -> None:
    """End these children of this process: SIGTERM, and SIGKILL after `timeout` seconds."""
    import psutil

    children = [
        each for each in psutil.Process().children(recursive=True) if each.pid in pids_to_kill
    ]
    for child in children:
        child.terminate()
    _, left = psutil.wait_procs(children, timeout=timeout)
    for child in left:
        child.kill()
        child.wait()


@contextmanager
def patch_environ(new_env_variables: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables inside the block; put back what was there."""
    before = {name: os.environ.get(name) for name in new_env_variables}
    os.environ.update(new_env_variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def set_new_process_group() -> None:
    """Make this process the leader of a group of its own, unless it leads a session."""
    if os.getpid() != os.getsid(0):
        os.setpgid(0, 0)


def check_if_pidfile_process_is_running(pid_file: str, process_name: str) -> None:
    """Raise `AirflowException` if the process of the file is alive."""
    from pathlib import Path

    import psutil

    from venturi.sdk.exceptions import AirflowException

    file = Path(pid_file)
    if file.exists():
        pid = int(file.read_text(encoding="utf-8").strip() or 0)
        if psutil.pid_exists(pid):
            raise AirflowException(f"The {process_name} is already running under PID {pid}.")
        file.unlink()


def getuser() -> str:
    """The name of the user this process runs as."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return str(os.getuid())


def is_tty() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


def is_terminal_support_colors() -> bool:
    """Whether colours make sense on standard output."""
    return is_tty() and os.environ.get("TERM", "dumb").lower() != "dumb"


def get_airflow_git_version() -> str | None:
    """None: this is no checkout of Airflow."""
    return None


@cache
def getfqdn(name: str = "") -> str:
    """The full name of a host, of this one by default."""
    return socket.getfqdn(name)


def get_host_ip_address() -> str:
    """The address of this host."""
    return socket.gethostbyname(getfqdn())


def get_hostname() -> str:
    """The name of this host, as `[core] hostname_callable` says."""
    from venturi.compat.shims.loading import import_string
    from venturi.config import get_config

    how = str(get_config().get("core", "hostname_callable", fallback="")).replace(":", ".")
    if not how or how in {"airflow.utils.net.getfqdn", "socket.getfqdn"}:
        return getfqdn()
    return str(import_string(how)())
