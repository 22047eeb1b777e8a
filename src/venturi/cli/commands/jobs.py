"""Processes of the engine: list, check."""

import argparse
import socket

from venturi.cli.output import print_rows
from venturi.cli.session import now, read
from venturi.config import get_config
from venturi.core.errors import InvalidInput, VenturiError
from venturi.store.commands import jobs
from venturi.store.commands.jobs import JobFilter
from venturi.store.queries.health import PART_OF
from venturi.store.queries.paging import Paging


class NotAlive(VenturiError):
    """No such process is alive, or too many are."""


def list_jobs(args: argparse.Namespace) -> None:
    """List the processes, latest heard of first."""
    which = JobFilter(dag_id=args.dag_id, state=args.state)
    page = read(lambda tx: jobs.list_jobs(tx, which, Paging(limit=args.limit)))
    rows = [
        {
            "job_type": job.job_type,
            "state": job.state,
            "hostname": job.hostname,
            "pid": job.pid,
            "start_date": job.start_date,
            "end_date": job.end_date,
            "latest_heartbeat": job.latest_heartbeat,
            "dag_id": job.dag_id,
            "unixname": job.unixname,
        }
        for job in page.rows
    ]
    print_rows(rows, args.output)


def check(args: argparse.Namespace) -> None:
    """Exit with 0 when a matching process is alive, else with 1."""
    if args.hostname and args.local:
        raise InvalidInput("--hostname and --local exclude each other.")
    if args.allow_multiple and args.limit == 1:
        args.limit = 0
    hostname = socket.gethostname() if args.local else args.hostname
    which = JobFilter(
        job_type=PART_OF.get(args.job_type, args.job_type), hostname=hostname, state=jobs.RUNNING
    )
    paging = Paging(limit=args.limit or None)
    found = read(lambda tx: jobs.list_jobs(tx, which, paging)).rows
    grace = get_config().getfloat("scheduler", "scheduler_health_check_threshold")
    at = now()
    alive = [job for job in found if job.is_alive(at, grace)]
    if not alive:
        raise NotAlive("No alive jobs found.")
    if len(alive) > 1 and not args.allow_multiple:
        raise NotAlive(f"Found {len(alive)} alive jobs; say --allow-multiple if that is fine.")
    print("Found one alive job." if len(alive) == 1 else f"Found {len(alive)} alive jobs.")
