"""The services of this installation: what runs, since when, and how it is.

The pid files are the truth: a service is here if its file names a living process of ours. Those
that `airflow up` looks after and those that somebody started with `--daemon` look the same.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psutil

from venturi.cli.daemon import holder, is_alive
from venturi.config import Config
from venturi.config.paths import home
from venturi.core.clock import Instant

#: The process that starts the others again.
SUPERVISOR = "supervisor"


class Service(NamedTuple):
    """A service: its name is that of its files, `airflow-<name>.pid` and `.log`."""

    name: str
    #: how it is started: `airflow <words>`
    words: tuple[str, ...]
    #: seconds it may take to end by itself
    patience: float
    #: what it does meanwhile
    ending: str

    @property
    def pid_file(self) -> Path:
        """The file with its process id."""
        return pid_file(self.name)

    @property
    def log(self) -> Path:
        """The file with what it says."""
        return home() / f"airflow-{self.name}.log"


SERVICES = (
    Service("scheduler", ("scheduler",), 30, "it gives its lease back; tasks go on"),
    Service("webserver", ("webserver",), 15, "it ends the answers under way"),
    Service("worker", ("celery", "worker"), 120, "it finishes the tasks that it runs"),
)


class Line(NamedTuple):
    """A row of `airflow status`."""

    component: str
    pid: int | None
    since: Instant | None
    health: str
    last_heartbeat: Instant | None

    @property
    def is_well(self) -> bool:
        """Nothing to do about it."""
        return self.health == "healthy"


def pid_file(name: str) -> Path:
    """Where a service of this home keeps its process id."""
    return home() / f"airflow-{name}.pid"


def running(name: str) -> int | None:
    """The living process of a service."""
    pid = holder(pid_file(name))
    return pid if pid is not None and is_alive(pid) else None


def since(pid: int) -> Instant | None:
    """When a process began."""
    try:
        return datetime.fromtimestamp(psutil.Process(pid).create_time(), UTC)
    except psutil.Error:
        return None


def wanted(*, worker: bool) -> list[Service]:
    """The services that `airflow up` starts."""
    return [service for service in SERVICES if service.name != "worker" or worker]


def web_health(conf: Config) -> str:
    """Whether the web server answers."""
    host = conf.get_mandatory_value("api", "host")
    port = conf.getint("api", "port")
    if host in {"0.0.0.0", ""}:  # noqa: S104 - recognised, not listened on
        host = "127.0.0.1"
    elif host == "::":
        host = "::1"
    secure = bool(conf.get("api", "ssl_cert"))
    name = f"[{host}]" if ":" in host else host
    url = f"{'https' if secure else 'http'}://{name}:{port}/api/v2/version"
    try:
        if secure:
            import ssl

            # Asked is whether it answers, on this machine, not who it is.
            context = ssl._create_unverified_context()  # noqa: S323
            urlopen(url, timeout=5, context=context).close()  # noqa: S310
        else:
            urlopen(url, timeout=5).close()  # noqa: S310
    except HTTPError as error:
        error.close()
        return "healthy" if error.code < 500 else f"answers with {error.code}"
    except (URLError, OSError) as error:
        return f"does not answer: {getattr(error, 'reason', error)}"
    return "healthy"


def parent(pid: int) -> int | None:
    """Who started a process."""
    try:
        return psutil.Process(pid).ppid()
    except psutil.Error:
        return None
