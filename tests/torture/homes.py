"""A home for torture: on any kind of database, with a ledger, a pulse and a checker."""

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.services.find import service
from tests.services.server import Server
from tests.system.home import Home
from tests.torture.checker import Case, Violation, check
from tests.torture.ledger import Ledger
from tests.torture.record import Record
from venturi.config.urls import parse_database_url
from venturi.store.engine import Store
from venturi.store.migrate import migrate

#: Seconds of a scheduler's lease in these tests; it shows that it lives twice as often.
LEASE = 5.0


class TortureHome(Home):
    """A home whose database may be on a server, and whose tasks write a ledger."""

    def __init__(self, url: str = "") -> None:
        super().__init__()
        self.url = parse_database_url(url).url if url else f"sqlite:///{self.database}"
        self.store = Store(self.url)
        self.ledger = Ledger.place(self)
        self.parallelism = 16
        if url:
            self.option("database", "sql_alchemy_conn", url)
        self.option("venturi", "lease_seconds", str(LEASE))
        self.migrated = False

    def limit(self, parallelism: int) -> None:
        """Set `[core] parallelism`."""
        self.parallelism = parallelism

    def migrate(self) -> None:
        """Make the tables."""
        migrate(self.store)
        self.migrated = True

    def scheduler(self) -> Any:
        """Start a scheduler and wait until it schedules."""
        if not self.migrated:
            self.migrate()
        self.option("core", "parallelism", str(self.parallelism))
        return super().scheduler()

    def sql(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query; `?` stands for a value."""
        words, named = _named(query, values)
        with self.store.read() as tx:
            return [tuple(row) for row in tx.execute(text(words), named)]

    def change(self, statement: str, *values: Any) -> int:
        """Carry out a statement; how many rows it changed."""
        words, named = _named(statement, values)
        return int(self.store.retrying(lambda tx: tx.execute(text(words), named).rowcount))

    def pool(self, name: str, slots: int) -> None:
        """Make a pool."""
        if not self.migrated:
            self.migrate()
        self.change(
            "INSERT INTO slot_pool (pool, slots, description, include_deferred)"
            " VALUES (?, ?, '', ?)",
            *(name, slots, False),
        )

    def all_ended(self) -> bool:
        """No run that is there is still going."""
        query = "SELECT count(*), count(CASE WHEN state IN ('success', 'failed') THEN 1 END)"
        ((all_of_them, ended),) = self.sql(f"{query} FROM dag_run")
        return bool(all_of_them and all_of_them == ended)

    def until_all_ended(self, seconds: float) -> None:
        """Wait until no run is going; the check says what is wrong with those that are."""
        self.until(self.all_ended, "all runs have ended", seconds)

    def until_done(self, dag_id: str, seconds: float) -> None:
        """Wait until a DAG that has just been placed has run, and everything else has ended."""
        self.until(lambda: self.run_state(dag_id), f"{dag_id} has a run", seconds)
        self.until_all_ended(seconds)

    def check(self, **more: Any) -> list[Violation]:
        """What the checker finds, with the ledger and the database as they are now."""
        record = Record.read(self.store, self.parallelism)
        return check(Case(self.ledger.lines(), record, **more))

    def end(self) -> None:
        """End everything and remove the home."""
        self.store.close()
        super().end()


def _named(words: str, values: tuple[Any, ...]) -> tuple[str, dict[str, Any]]:
    numbers = iter(range(len(values)))
    named = re.sub(r"\?", lambda _: f":v{next(numbers)}", words)
    return named, {f"v{number}": value for number, value in enumerate(values)}


@contextmanager
def torture_home(
    backend: str = "sqlite",
    server: Server | None = None,
    make: Callable[[str], TortureHome] = TortureHome,
) -> Iterator[TortureHome]:
    """A home on this kind of database: on `server` if given, else on one that is shared."""
    with ExitStack() as stack:
        url = ""
        if backend != "sqlite":
            host: Any = server or service(backend)
            url = stack.enter_context(host.database("torture"))
        home = make(url)
        stack.callback(home.end)
        yield home


class Pulse:
    """Watches a scheduler's heartbeats: the longest time between two that were seen to differ."""

    def __init__(self, home: TortureHome) -> None:
        self.home = home
        self.longest = 0.0
        self._seen: Any = None
        self._since = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._since = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _watch(self) -> None:
        query = "SELECT latest_heartbeat FROM job WHERE job_type = 'SchedulerJob' ORDER BY id DESC"
        while not self._stop.wait(0.1):
            try:
                beat = self.home.value(f"{query} LIMIT 1")
            except DBAPIError:
                continue
            now = time.monotonic()
            if beat != self._seen:
                self._seen, self._since = beat, now
            self.longest = max(self.longest, now - self._since)


def fan(
    dag_id: str,
    count: int,
    *,
    call: str = "work",
    arguments: str = "",
    task: str = "",
    dag: str = "",
    top: str = "",
) -> str:
    """A DAG file of `count` tasks t0, t1, ... that depend on nothing and take notes."""
    return _file(
        dag_id,
        [
            f"for number in range({count}):",
            "    task_id = f't{number}'",
            "    PythonOperator(",
            f"        task_id=task_id, python_callable={call}, op_args=[{arguments}], {task}",
            "    )",
        ],
        dag,
        top,
    )


def shape(
    dag_id: str, edges: Mapping[str, str], seconds: Callable[[str], float], *, task: str = ""
) -> str:
    """A DAG file of noted tasks: each task's name, and the names it waits for, in one string."""
    body = [
        f"{name} = PythonOperator(task_id={name!r}, python_callable=work,"
        f" op_args=[{seconds(name):.3f}], {task})"
        for name in edges
    ]
    body += [
        f"[{', '.join(parents.split())}] >> {name}" for name, parents in edges.items() if parents
    ]
    return _file(dag_id, body, "", "")


def _file(dag_id: str, body: list[str], dag: str, top: str) -> str:
    return "\n".join(
        [
            "from datetime import datetime, timedelta",
            "from airflow import DAG",
            "from airflow.operators.python import PythonOperator",
            "from notes import fail_before, noted, note, work, work_until",
            top,
            f"with DAG({dag_id!r}, start_date=datetime(2020, 1, 1), schedule='@once', {dag}):",
            *(f"    {line}" for line in body),
            "",
        ]
    )


def diamond() -> dict[str, str]:
    """Ten tasks: a chain, a fan-out, a fan-in."""
    middle = [f"m{number}" for number in range(5)]
    return {
        "first": "",
        "second": "first",
        **dict.fromkeys(middle, "second"),
        "join": " ".join(middle),
        "after": "join",
        "last": "after",
    }


def place_load(home: TortureHome, random: Any, dags: int = 20, task: str = "") -> str:
    """The common load: so many more DAGs of ten tasks of 10 to 300 ms. The last one's id."""
    first = sum(1 for _ in home.dags.glob("load*.py"))
    for number in range(first, first + dags):
        dag_id = f"load{number}"
        home.dag(
            f"{dag_id}.py",
            shape(dag_id, diamond(), lambda _: random.uniform(0.01, 0.3), task=task),
        )
    return f"load{first + dags - 1}"
