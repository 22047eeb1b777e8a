"""Processes that stay: scheduler, web server, all in one."""

import argparse
import signal
import sys

from venturi.cli.session import configured


def scheduler(args: argparse.Namespace) -> int | None:
    """Run the scheduler until it is stopped."""
    from venturi.cli.daemon import in_background
    from venturi.cli.session import opened

    opened().close()
    if args.num_runs is not None and args.num_runs > 0:
        print("--num-runs: nothing is counted here; --run-duration ends it.", file=sys.stderr)
    with in_background("scheduler", args):
        from venturi.scheduler.main import run_scheduler

        code: int | None = run_scheduler(
            subdir=args.subdir, run_duration=args.run_duration, num_runs=args.num_runs
        )
    return code


def api_server(args: argparse.Namespace) -> int | None:
    """Serve the REST API and the pages until stopped."""
    from venturi.cli.daemon import in_background
    from venturi.cli.session import opened

    opened().close()
    with in_background("webserver", args):
        from venturi.api.server import serve

        code: int | None = serve(args)
    return code


def standalone(_args: argparse.Namespace) -> int | None:
    """Run everything in one go."""
    configured()
    from venturi.scheduler.standalone import run_standalone

    code: int | None = run_standalone()
    return code


def dag_processor(args: argparse.Namespace) -> None:
    """Reading DAG files is the scheduler's work here."""
    _wait("dag-processor", "The scheduler reads the DAG files here", args)


def triggerer(args: argparse.Namespace) -> None:
    """Deferred tasks are the scheduler's work here."""
    _wait("triggerer", "The scheduler looks after deferred tasks here", args)


def _wait(name: str, sentence: str, args: argparse.Namespace) -> None:
    """Stay until stopped: a supervisor would start a process that ends again and again."""
    from venturi.cli.daemon import in_background

    ending = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    # Blocked before anybody can know of this process, so that none of them is missed.
    signal.pthread_sigmask(signal.SIG_BLOCK, ending)
    configured()
    print(f"{sentence}; `airflow {name}` is not needed and only waits to be stopped.", flush=True)
    with in_background(name, args):
        _entitle(f"airflow {name}")
        signal.sigwait(ending)


def _entitle(title: str) -> None:
    import setproctitle

    setproctitle.setproctitle(title)
