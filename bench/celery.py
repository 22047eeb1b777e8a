"""Celery: one scheduler and workers on this machine, with each pair of database and broker.

The database's connections are counted too, with one worker and with three: workers have none.
"""

import itertools
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from bench import dags
from bench.engine import PARALLELISM, SETTINGS, Engine, WrongResult, check, fresh_home, span
from bench.figures import Figure
from bench.floor import Floor, measure
from scripts.instance import AIRFLOW, Instance
from tests.services.find import service
from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql
from tests.services.rabbitmq import RabbitMq
from tests.services.redis import Redis, redis_database
from tests.services.server import ServiceMissing
from venturi.config.urls import parse_database_url

DATABASES = ("postgresql", "mariadb")
BROKERS = ("redis", "rabbitmq")
#: Workers that are added to the first one before connections are counted again.
MORE = 2
#: DAG, its file, how many tasks.
LOADS = (
    ("fan1000", dags.fan("fan1000", 1000, PARALLELISM), 1002),
    ("chain40", dags.chain("chain40", 40, 10), 40),
)
#: How many connections a server has to this database, ours left out.
_CONNECTIONS = {
    "postgresql": "SELECT COUNT(*) - 1 FROM pg_stat_activity WHERE datname = current_database()",
    "mysql": "SELECT COUNT(*) - 1 FROM information_schema.processlist WHERE db = DATABASE()",
}


class OnServer(Engine):
    """An instance whose rows stand on a database server."""

    def __init__(self, running: Instance, url: str) -> None:
        self.instance = running
        self._engine = create_engine(parse_database_url(url).url)
        self._workers: list[subprocess.Popen[bytes]] = []

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """The rows of a query whose values are marked with `?`."""
        names = [f"v{number}" for number in range(len(values))]
        marked = sql
        for name in names:
            marked = marked.replace("?", f":{name}", 1)
        with self._engine.connect() as connection:
            found = connection.execute(text(marked), dict(zip(names, values, strict=True)))
            return [tuple(row) for row in found]

    def connections(self) -> int:
        """How many the instance has to its database."""
        return int(str(self.query(_CONNECTIONS[self._engine.dialect.name])[0][0]))

    def add_worker(self) -> None:
        """Start one more worker, and wait until it is ready."""
        name = f"celery@bench{len(self._workers)}"
        output = self.instance.home / f"{name}.out"
        command = [str(AIRFLOW), "celery", "worker", "-cn", name, "-c", str(PARALLELISM)]
        with output.open("ab") as words:
            self._workers.append(
                subprocess.Popen(
                    command,
                    env=self.instance.environment,
                    cwd=self.instance.home,
                    stdin=subprocess.DEVNULL,
                    stdout=words,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )
        ready = lambda: " ready." in output.read_text()  # noqa: E731
        self.instance.wait_for(f"worker {name}", ready, 60, every=0.1)

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.wait(60)
        self._engine.dispose()


@contextmanager
def installation(home: Path, broker: str, database: str) -> Iterator[OnServer]:
    """Scheduler, web server and one worker."""
    settings = SETTINGS | {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW__CELERY__BROKER_URL": broker,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database,
    }
    for dag_id, source, _ in LOADS:
        dags.place(home / "dags", dag_id, source)
    with Instance(home, settings) as running:
        running.wait_healthy()
        for dag_id, _, _ in LOADS:
            running.wait_listed(dag_id)
        found = OnServer(running, database)
        try:
            found.add_worker()
            yield found
        finally:
            found.close()


def measure_all(repeat: int) -> list[Figure]:
    """Rates of a wide DAG, hops of a chain, and connections, for every pair."""
    figures: list[Figure] = []
    for database, broker in itertools.product(DATABASES, BROKERS):
        try:
            figures += _pair(database, broker, repeat)
        except ServiceMissing as missing:
            raise WrongResult(f"{database} with {broker}: {missing}") from None
    return figures


def _pair(database: str, broker: str, repeat: int) -> list[Figure]:
    with ExitStack() as stack:
        home = stack.enter_context(fresh_home())
        url = stack.enter_context(_database(database))
        bell = stack.enter_context(_broker(broker))
        running = stack.enter_context(installation(home, bell, url))
        seconds: dict[str, list[float]] = {dag_id: [] for dag_id, _, _ in LOADS}
        floors: list[Floor] = []
        for dag_id, _, count in LOADS:
            for _ in range(repeat):
                floors.append(measure())
                running.settle()
                rows = running.run(dag_id)
                check(rows, count, ())
                seconds[dag_id].append(span(rows))
        one = running.connections()
        for _ in range(MORE):
            running.add_worker()
        running.run("chain40")
        many = running.connections()
    pair = f"{database} + {broker}"
    if many > one:
        raise WrongResult(f"{pair}: {one} connections with one worker, {many} with {1 + MORE}")
    floor = sorted(floor.working_per_second for floor in floors)[len(floors) // 2]
    return [
        Figure(
            name=f"fan1000, {pair}",
            unit="tasks/s",
            values=[LOADS[0][2] / each for each in seconds["fan1000"]],
            lower=False,
            budget=120,
            floor=floor,
            floor_name="working forks/s",
            notes=[f"{one} connections to the database; {many} with {1 + MORE} workers"],
        ),
        Figure(
            name=f"chain40 per hop, {pair}",
            unit="ms",
            values=[each * 1000 / LOADS[1][2] for each in seconds["chain40"]],
        ),
    ]


def _database(name: str) -> AbstractContextManager[str]:
    """An empty database on a server that runs, or on a private one."""
    server = service(name)
    assert isinstance(server, PostgreSql | MariaDb)
    return server.database("bench")


def _broker(name: str) -> AbstractContextManager[str]:
    """A part of a broker for ourselves."""
    server = service(name)
    if isinstance(server, Redis):
        return redis_database(server)
    assert isinstance(server, RabbitMq)
    return server.vhost("bench")
