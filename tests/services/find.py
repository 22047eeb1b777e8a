"""Which servers there are: running ones on their usual ports, or private ones.

`service("mariadb")` is a server to use with others (make databases, virtual hosts and the like of
your own on it). `private("mariadb")` is one to kill. Both raise `ServiceMissing` with the reason
where there is none.
"""

import atexit
import fcntl
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql
from tests.services.rabbitmq import RabbitMq
from tests.services.redis import Redis
from tests.services.server import Server, ServiceMissing

KINDS: dict[str, type[Server]] = {
    kind.name: kind for kind in (MariaDb, PostgreSql, Redis, RabbitMq)
}


def variable(name: str) -> str:
    """The environment variable that says which server to use: PORT, PORT@FOLDER, or why none."""
    return f"VENTURI_TEST_{name.upper()}"


def told(server: Server) -> str:
    """What another process must find in `variable` to use this server too."""
    return f"{server.port}@{server.folder}" if server.private else str(server.port)


@cache
def service(name: str) -> Server:
    """A server to share: the one the environment names, one that runs, or a private one.

    A private one is started once in a process and ends with it.
    """
    word = os.environ.get(variable(name), "")
    port, _, folder = word.partition("@")
    if word and not port.isdigit():
        raise ServiceMissing(word)
    found = KINDS[name](
        int(port) if port else None, private=False, folder=Path(folder) if folder else None
    )
    if found.may_be_shared():
        return found
    if word:
        raise ServiceMissing(f"{variable(name)} is {word}, where no {name} answers")
    started = private(name)
    try:
        started.start()
    except BaseException:
        started.remove()
        raise
    atexit.register(started.remove)
    return started


def private(name: str) -> Server:
    """A server of one's own, not yet started; `remove()` it, or use it as a context manager."""
    kind = KINDS[name]
    if kind.missing_program() is not None:
        install(kind)
    return kind()


def install(kind: type[Server]) -> None:
    """Install a server's Debian package, where we may; `ServiceMissing` where we may not."""
    missing = kind.missing_program()
    remedy = f"apt-get install {kind.package}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServiceMissing(
            f"no {kind.name} listens on port {kind.usual_port} of this machine and its program "
            f"{missing} is not installed; start one, or: sudo {remedy}"
        )
    with (Path(tempfile.gettempdir()) / "venturi-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kind.missing_program() is None:
            return
        # At runlevel 1 a package does not start what it brings.
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300"]
        for command in (
            [*apt, "update"],
            [*apt, "install", "-y", "--no-install-recommends", kind.package],
        ):
            done = subprocess.run(
                command,
                env=env,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise ServiceMissing(f"{' '.join(command)} failed: {done.stderr.strip()[-500:]}")
    if (missing := kind.missing_program()) is not None:
        raise ServiceMissing(f"{remedy} brought no program {missing}")
