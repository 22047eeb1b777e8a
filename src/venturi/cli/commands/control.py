"""All services of this installation together: up, down, restart, status."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from venturi.cli.control import (
    SERVICES,
    SUPERVISOR,
    Line,
    parent,
    pid_file,
    running,
    since,
    wanted,
)
from venturi.cli.session import configured
from venturi.config.paths import home
from venturi.core.errors import VenturiError

#: Seconds in which a started service should have its pid file.
STARTING = 60.0


class NotWell(VenturiError):
    """Something of the installation does not run, or is ill."""


def up(args: argparse.Namespace) -> None:
    """Start scheduler and web server (and a worker), and look after them in the background."""
    from venturi.cli.daemon import detach, pid_kept, refuse_second
    from venturi.cli.session import opened

    configured()
    opened().close()  # says what is wrong with the database now, and not in a log
    services = wanted(worker=args.worker)
    refuse_second(pid_file(SUPERVISOR))
    if not args.foreground:
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            return _await([service.name for service in services])
        log = home() / f"airflow-{SUPERVISOR}.log"
        detach(log, log)
    import setproctitle

    from venturi.cli.supervise import Supervisor

    with pid_kept(pid_file(SUPERVISOR)):
        setproctitle.setproctitle("airflow supervisor")
        Supervisor(services).run()
    return None


def _await(names: list[str]) -> None:
    """Tell of each service once it runs."""
    for name in (SUPERVISOR, *names):
        if not _within(STARTING, lambda name=name: running(name) is not None):  # type: ignore[misc]
            raise NotWell(
                f"The {name} has not started within {STARTING:.0f} s; its log says why: "
                f"{home() / f'airflow-{name}.log'}"
            )
        print(f"{name}: process {running(name)}, log {home() / f'airflow-{name}.log'}")


def down(args: argparse.Namespace) -> None:
    """Stop everything of this home, gracefully, and say what is waited for."""
    configured()
    told = []
    boss = running(SUPERVISOR)
    if boss is not None:
        os.kill(boss, signal.SIGTERM)
    for service in SERVICES:
        pid = running(service.name)
        if pid is None:
            service.pid_file.unlink(missing_ok=True)  # of one that was killed
            continue
        try:
            # Told once only, by the supervisor where there is one: a worker that is told twice
            # does not wait for its tasks.
            if boss is None or parent(pid) != boss:
                os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:
            continue
        except PermissionError as error:
            raise VenturiError(
                f"Process {pid} ({service.name}) belongs to another user; stop it as that user."
            ) from error
        print(f"Waiting for the {service.name} (process {pid}): {service.ending}.", flush=True)
        told.append((service, pid))
    killed = []
    began = time.monotonic()
    for service, pid in told:
        patience = args.timeout if args.timeout is not None else service.patience
        left = max(0.0, began + patience - time.monotonic())
        if not _within(left, lambda pid=pid: not _exists(pid)):  # type: ignore[misc]
            os.kill(pid, signal.SIGKILL)
            killed.append(service.name)
            print(f"The {service.name} has not ended within {patience:.0f} s: killed.")
            service.pid_file.unlink(missing_ok=True)
    if boss is not None and not _within(15, lambda: not _exists(boss)):
        os.kill(boss, signal.SIGKILL)
    pid_file(SUPERVISOR).unlink(missing_ok=True)
    if not told and boss is None:
        print("Nothing runs here.")
    elif not killed:
        print("Everything has stopped.")


def restart(args: argparse.Namespace) -> None:
    """Down, then up."""
    args.worker = args.worker or running("worker") is not None
    down(args)
    up(args)


def status(args: argparse.Namespace) -> int:
    """Show what runs; 0 only when all is well."""
    from venturi.cli.output import print_rows

    lines = _lines()
    print_rows([line._asdict() for line in lines], args.output)
    return 0 if all(line.is_well for line in lines) else 1


def _lines() -> list[Line]:
    from venturi.cli.control import web_health
    from venturi.cli.session import now, read
    from venturi.store.commands.jobs import SCHEDULER
    from venturi.store.queries.health import heartbeat_of

    conf = configured()
    grace = conf.getfloat("scheduler", "scheduler_health_check_threshold")
    lines = []
    boss = running(SUPERVISOR)
    if boss is not None:
        lines.append(Line(SUPERVISOR, boss, since(boss), "healthy", None))
    for service in SERVICES:
        pid, beat = running(service.name), None
        if pid is None and service.name == "worker":
            continue  # its own machine asks for it
        if pid is None:
            left = service.pid_file.exists()
            health = "dead: its pid file is stale" if left else "does not run"
        elif service.name == "scheduler":
            try:
                beat = read(lambda tx: heartbeat_of(tx, SCHEDULER))
            except VenturiError as error:
                health = str(error)
            else:
                fresh = beat is not None and (now() - beat).total_seconds() <= grace
                health = "healthy" if fresh else "makes no progress"
        elif service.name == "webserver":
            health = web_health(conf)
        else:
            health = "healthy"
        lines.append(Line(service.name, pid, since(pid) if pid else None, health, beat))
    return lines


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Whether something becomes true in time. Other people's processes can only be looked at."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        sys.stdout.flush()
        time.sleep(0.05)
    return True


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_dead(pid)


def _is_dead(pid: int) -> bool:
    """It has ended and only its parent has not looked yet."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return True
    return stat.rpartition(b")")[2].split()[0] == b"Z"
