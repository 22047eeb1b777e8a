"""Workers behind a message broker: started, listed, stopped. None of it opens the database."""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venturi.cli.session import configured
from venturi.core.errors import NotFound, VenturiError

if TYPE_CHECKING:
    from venturi.executors.celery.control import WorkerLine


def worker(args: argparse.Namespace) -> int | None:
    """Run tasks until stopped."""
    from venturi.cli.daemon import in_background, pid_kept

    conf = configured()
    if args.daemon:
        os.umask(int(args.umask or conf.get_mandatory_value("celery", "worker_umask"), 8))
    name = "worker" if not args.celery_hostname else f"worker-{args.celery_hostname}"
    if not args.daemon and not args.pid:
        with pid_kept(_pid_file(name)):  # so that `airflow celery stop` finds it
            return _work(args)
    with in_background(name, args):
        return _work(args)


def _work(args: argparse.Namespace) -> int:
    from venturi.executors.celery.worker import Wanted, run_worker

    return run_worker(
        Wanted(
            queues=args.queues,
            concurrency=args.concurrency,
            hostname=args.celery_hostname,
            autoscale=args.autoscale,
            loglevel=args.loglevel.upper(),
            without_mingle=args.without_mingle,
            without_gossip=args.without_gossip,
        )
    )


def _pid_file(name: str) -> Path:
    from venturi.config.paths import home

    return home() / f"airflow-{name}.pid"


def stop(args: argparse.Namespace) -> None:
    """Tell the worker of this home to finish and leave."""
    from venturi.cli.daemon import holder, is_alive

    configured()
    file = Path(args.pid) if args.pid else _pid_file("worker")
    pid = holder(file)
    if pid is None or not is_alive(pid):
        raise NotFound(f"No worker runs here: {file} names no living process.")
    os.kill(pid, signal.SIGTERM)
    print(f"Worker {pid} finishes what it runs, and leaves.")


def list_workers(args: argparse.Namespace) -> None:
    """Which workers there are, and what they do."""
    from venturi.cli.output import print_rows
    from venturi.executors.celery.control import workers

    rows: Sequence[WorkerLine] = workers(configured())
    if not rows:
        print("No worker answers.", file=sys.stderr)
    print_rows([row._asdict() for row in rows], args.output)


def shutdown_worker(args: argparse.Namespace) -> None:
    """Tell one worker to finish and leave."""
    _control("shutdown", [args.celery_hostname])
    print(f"Told {args.celery_hostname} to finish and leave.")


def shutdown_all(args: argparse.Namespace) -> None:
    """Tell all workers to finish and leave."""
    from venturi.cli.session import confirm

    confirm("Stop all workers?", yes=args.yes)
    _control("shutdown", None)
    print("Told all workers to finish and leave.")


def add_queue(args: argparse.Namespace) -> None:
    """Have a worker serve more queues."""
    for queue in args.queues.split(","):
        _control("add_consumer", [args.celery_hostname], queue=queue.strip(), reply=True)
        print(f"{args.celery_hostname} serves {queue.strip()}.")


def remove_queue(args: argparse.Namespace) -> None:
    """Have a worker serve fewer queues."""
    for queue in args.queues.split(","):
        _control("cancel_consumer", [args.celery_hostname], queue=queue.strip(), reply=True)
        print(f"{args.celery_hostname} does not serve {queue.strip()} any more.")


def remove_all_queues(args: argparse.Namespace) -> None:
    """Have a worker serve nothing."""
    from venturi.executors.celery.control import queues_of

    for queue in queues_of(configured(), args.celery_hostname):
        _control("cancel_consumer", [args.celery_hostname], queue=queue, reply=True)
        print(f"{args.celery_hostname} does not serve {queue} any more.")


def _control(order: str, names: list[str] | None, *, reply: bool = False, **more: Any) -> None:
    from venturi.executors.celery.control import command

    if not command(configured(), order, names, reply=reply, **more) and reply:
        raise NotFound(
            f"No worker {', '.join(names or [])} answers; see: airflow celery list-workers"
        )


def flower(args: argparse.Namespace) -> None:
    """Start Flower."""
    from importlib.util import find_spec

    conf = configured()
    if find_spec("flower") is None:
        raise VenturiError("Flower is not installed; install it: pip install flower")
    from venturi.cli.daemon import in_background

    values = {
        "--address": args.hostname or conf.get("celery", "flower_host"),
        "--port": args.port or conf.get("celery", "flower_port"),
        "--url-prefix": args.url_prefix or conf.get("celery", "flower_url_prefix"),
        "--basic-auth": args.basic_auth or conf.get("celery", "flower_basic_auth"),
        "--broker-api": args.broker_api,
        "--conf": args.flower_conf,
    }
    with in_background("flower", args):
        from venturi.executors.celery.app import celery_app

        celery_app(conf).start(
            ["flower", *(f"{key}={value}" for key, value in values.items() if value)]
        )
