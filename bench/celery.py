"""Throughput with Celery: `python -m bench.celery [--brokers ...] [--databases ...]`.

One scheduler and one worker on this machine, with each pair of database and broker: a wide DAG and
a chain of Python tasks. Also counts the database's connections, which are the scheduler's and the
web server's alone. Brokers and databases are URLs as in airflow.cfg; each should be empty.
"""

import argparse
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from bench import dags
from bench.engine import SETTINGS, WrongResult, fresh_home
from scripts.instance import AIRFLOW, Instance, stop_in_order_when_told
from venturi.config.urls import parse_database_url

LOADS = {"fan1000": dags.fan("fan1000", 1000, 32), "chain40": dags.chain("chain40", 40, 10)}
CONCURRENCY = "32"


@contextmanager
def installation(home: Path, broker: str, database: str) -> Iterator[tuple[Instance, Engine]]:
    """Scheduler, web server and a worker."""
    settings = SETTINGS | {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "AIRFLOW__CELERY__WORKER_CONCURRENCY": CONCURRENCY,
    }
    url = database or f"sqlite:///{home}/airflow.db"
    settings["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = url
    for dag_id, source in LOADS.items():
        dags.place(home / "dags", dag_id, source)
    engine = create_engine(parse_database_url(url).url)
    with Instance(home, settings) as running, (home / "worker.out").open("ab") as output:
        running.wait_healthy()
        for dag_id in LOADS:
            running.wait_listed(dag_id)
        worker = subprocess.Popen(
            [AIRFLOW, "celery", "worker"],
            env=running.environment,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            running.wait_for(
                "the worker", lambda: " ready." in (home / "worker.out").read_text(), 60, every=0.1
            )
            yield running, engine
        finally:
            worker.terminate()
            worker.wait(60)
            engine.dispose()


def seconds_of(engine: Engine, running: Instance, dag_id: str) -> float:
    """Run a DAG; the time from its first queued task to its last end, by its own rows."""
    run_id = running.trigger(dag_id)
    query = text("SELECT state FROM dag_run WHERE dag_id = :dag AND run_id = :run")
    names = {"dag": dag_id, "run": run_id}

    def state() -> str:
        with engine.connect() as connection:
            return str(connection.execute(query, names).scalar())

    running.wait_for(dag_id, lambda: state() in {"success", "failed"}, 600, every=0.1)
    if state() != "success":
        raise WrongResult(f"{dag_id} ended in {state()}")
    rows = text(
        "SELECT MIN(queued_dttm), MAX(end_date) FROM task_instance"
        " WHERE dag_id = :dag AND run_id = :run"
    )
    with engine.connect() as connection:
        first, last = connection.execute(rows, names).one()
    return (_moment(last) - _moment(first)).total_seconds()


def _moment(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def connections(engine: Engine) -> str:
    """How many connections a server has to this database, ours left out."""
    queries = {
        "postgresql": "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database()",
        "mysql": "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE()",
    }
    query = queries.get(engine.dialect.name)
    if query is None:
        return "-"
    with engine.connect() as connection:
        return str(int(connection.execute(text(query)).scalar() or 0) - 1)


def main() -> int:
    """Measure every pair."""
    parser = argparse.ArgumentParser(prog="python -m bench.celery", description=__doc__)
    parser.add_argument("--brokers", nargs="+", required=True, metavar="URL")
    parser.add_argument("--databases", nargs="*", default=[""], metavar="URL")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    stop_in_order_when_told()
    for database, broker in itertools.product(asked.databases, asked.brokers):
        kind = f"{database.partition(':')[0] or 'sqlite'} + {broker.partition(':')[0]}"
        with fresh_home() as home, installation(home, broker, database) as (running, engine):
            time.sleep(2)
            for dag_id, count in (("fan1000", 1000), ("chain40", 40)):
                for _ in range(asked.repeat):
                    took = seconds_of(engine, running, dag_id)
                    print(
                        f"{kind}: {dag_id} {took:.2f} s, {count / took:.0f} tasks/s, "
                        f"{took * 1000 / count:.1f} ms per task; "
                        f"{connections(engine)} connections to the database",
                        flush=True,
                    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
