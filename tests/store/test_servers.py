"""What servers do and a file does not: refuse, fall silent, let many write, cut and fold text."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from tests import make
from tests.make import NOW
from tests.services.find import private
from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql
from tests.services.server import LOOPBACK, Server
from tests.store import home
from tests.store.conftest import driver_url
from venturi.core.states import TaskState
from venturi.store.apply import put_xcoms
from venturi.store.commands.instances import Selection, select_instances
from venturi.store.commands.marks import mark
from venturi.store.connect import Options
from venturi.store.engine import DatabaseError, Store, Tx
from venturi.store.faults import is_transient
from venturi.store.ids import take_ids
from venturi.store.migrate import SchemaError, fill_defaults, migrate, require_current
from venturi.store.queries.schema import answers
from venturi.store.schema.people import log, slot_pool, variable
from venturi.store.schema.runs import dag_run, task_instance, xcom

SERVERS = pytest.mark.parametrize("kind", ["mariadb", "postgresql"])


@pytest.fixture
def server(kind: str, request: pytest.FixtureRequest) -> MariaDb | PostgreSql:
    """The shared server of this kind."""
    found: MariaDb | PostgreSql = request.getfixturevalue(kind)
    return found


# --- what is kept ------------------------------------------------------------------------------


def test_an_instant_comes_back_to_the_microsecond(store: Store) -> None:
    at = NOW.replace(microsecond=123_457)
    with store.write() as tx:
        tx.execute(insert(log).values(dttm=at, event="x"))
    assert home.rows(store, log)[0].dttm == at


def test_names_that_differ_by_case_or_accent_are_different(store: Store) -> None:
    names = ["Load", "load", "LOAD", "lóad"]
    with store.write() as tx:
        tx.execute(insert(variable), [{"key": name, "val": name} for name in names])
        tx.execute(insert(slot_pool), [{"pool": name, "slots": 1} for name in names])
    for name in names:
        assert [row.val for row in home.rows(store, variable, key=name)] == [name]
        assert len(home.rows(store, slot_pool, pool=name)) == 1


def test_any_character_can_be_kept(store: Store) -> None:
    value = "naïve 🦆 \u4e2d\u6587 \\ ' \" % _ \u2028"
    with store.write() as tx:
        tx.execute(insert(variable).values(key="x", val=value))
    assert home.rows(store, variable)[0].val == value


def test_a_result_of_megabytes_comes_back_whole(store: Store) -> None:
    value = '"' + "0123456789abcdef" * 200_000 + '"'
    names = {"dag_id": "d", "run_id": "r", "task_id": "t", "map_index": -1, "key": "k"}
    rest = {"timestamp": NOW, "execution_date": None, "length": None}
    store.retrying(lambda tx: put_xcoms(tx, [{**names, **rest, "value": value}]))
    assert home.rows(store, xcom)[0].value == value


def test_what_is_for_reading_never_keeps_a_row_from_being_written(store: Store) -> None:
    """A result must get in, whatever its task printed, was called, or wished to be."""
    home.put(store, make.dag(make.task("a"), dag_id="d"))
    home.run(store, make.dag(make.task("a"), dag_id="d"), instances={"a": {"state": "success"}})
    with store.write() as tx:
        tx.execute(
            update(task_instance).values(
                reason="line\0line",
                hostname="h" * 3000,
                rendered_map_index="x" * 999,
                priority_weight=10**12,
                pool_slots=-(10**12),
            )
        )
    row = home.task_row(store, "a")
    assert row.reason.startswith("line") and row.hostname.startswith("hhh")
    assert row.priority_weight > 10**9 and row.pool_slots < -(10**9)


def test_an_update_that_changes_nothing_still_counts(store: Store) -> None:
    """Guarded updates are told by the number of rows that matched."""
    with store.write() as tx:
        same = update(slot_pool).where(slot_pool.c.pool == "default_pool")
        assert tx.execute(same.values(slots=128)).rowcount == 1
        assert tx.execute(same.values(slots=128)).rowcount == 1


# --- many at once ------------------------------------------------------------------------------


def together(count: int, body: Callable[[int], Any]) -> list[BaseException]:
    """What was raised by this many threads that began at the same moment."""
    gate, errors = threading.Barrier(count), list[BaseException]()

    def work(number: int) -> None:
        try:
            gate.wait(30)
            body(number)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors


def test_the_first_ids_of_a_table_are_given_out_once(store: Store) -> None:
    taken: list[int] = []
    errors = together(6, lambda _: taken.extend(store.retrying(lambda tx: take_ids(tx, "new", 3))))
    assert errors == []
    assert sorted(taken) == list(range(1, 19))


def test_a_row_that_somebody_else_inserted_is_found_at_the_second_look(store: Store) -> None:
    made: list[str] = []

    def put(tx: Tx) -> str:
        known = tx.execute(select(variable.c.id).where(variable.c.key == "k")).first()
        if known is not None:
            return "found"
        tx.execute(insert(variable).values(key="k", val="v"))
        return "made"

    assert together(6, lambda _: made.append(store.retrying(put))) == []
    assert sorted(made) == ["found"] * 5 + ["made"]


def test_transactions_that_lock_each_other_out_all_end_well(store: Store) -> None:
    """Two orders of locking, on purpose: the database ends one of each pair, and it is repeated."""
    with store.write() as tx:
        tx.execute(insert(slot_pool), [{"pool": "a", "slots": 0}, {"pool": "b", "slots": 0}])

    def both(number: int) -> None:
        first, second = ("a", "b") if number % 2 else ("b", "a")

        def body(tx: Tx) -> None:
            for name in (first, second):
                one = update(slot_pool).where(slot_pool.c.pool == name)
                tx.execute(one.values(slots=slot_pool.c.slots + 1))

        for _ in range(3):
            store.retrying(body, attempts=30)

    assert together(2, both) == []
    assert {row.slots for row in home.rows(store, slot_pool) if row.pool != "default_pool"} == {6}


@SERVERS
def test_a_mark_waits_for_whoever_holds_the_run(store: Store) -> None:
    """The scheduler holds a run by its revision before it touches instances; so do people."""
    spec = make.dag(make.task("a"), dag_id="d")
    home.put(store, spec)
    run_id = home.run(store, spec, instances={"a": {"state": "queued"}})
    begun, done = threading.Event(), threading.Event()

    def by_hand() -> None:
        def body(tx: Tx) -> None:
            chosen = select_instances(tx, Selection(dag_id="d"))
            begun.set()
            mark(tx, chosen, TaskState.SUCCESS, home.WHO)

        store.retrying(body)
        done.set()

    with store.write() as tx:
        bump = update(dag_run).where(dag_run.c.id == run_id)
        tx.execute(bump.values(revision=dag_run.c.revision + 1))
        thread = threading.Thread(target=by_hand)
        thread.start()
        assert begun.wait(30)
        # It started meanwhile: the mark must see that, and keep what it takes away.
        tx.execute(update(task_instance).values(state="running", start_date=NOW, try_number=1))
        assert not done.is_set()
    thread.join(60)
    assert done.is_set()
    from venturi.store.schema.runs import task_instance_history

    assert home.task_row(store, "a").state == "success"
    assert [row.try_number for row in home.rows(store, task_instance_history)] == [1]


# --- what is refused ---------------------------------------------------------------------------


@SERVERS
def test_a_server_that_is_not_there(server: Server, database: str) -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))  # bound, not listening: nobody else can have it either
        port = taken.getsockname()[1]
        store = Store(database.replace(f":{server.port}/", f":{port}/"))
        said = answers(store)
        store.close()
    assert said is not None and f"server answers at {LOOPBACK}:{port}" in said
    assert "Start it, or correct [database] sql_alchemy_conn." in said
    assert "\n" not in said


@SERVERS
def test_a_database_that_is_not_there(kind: str, server: Server, database: str) -> None:
    name = database.rpartition("/")[2]
    store = Store(database.replace(name, "nobody_made_it"))
    said = answers(store)
    assert said is not None and "has no database 'nobody_made_it'" in said
    assert "CREATE DATABASE nobody_made_it" in said and "\n" not in said
    with pytest.raises(SchemaError, match="has no database 'nobody_made_it'"):
        migrate(store)
    with pytest.raises(SchemaError, match="has no database 'nobody_made_it'"):
        require_current(store)
    store.close()


def test_a_wrong_password_on_mariadb(mariadb: MariaDb) -> None:
    with mariadb.database("store") as url:
        mariadb.sql("CREATE USER store_ct IDENTIFIED BY 'right'")
        try:
            store = Store(driver_url(url.replace("root@", "store_ct:wr0ng@")))
            said = answers(store)
            store.close()
            assert said is not None and "refuses the user 'store_ct' with this password" in said
            assert "wr0ng" not in said
            store = Store(driver_url(url.replace("root@", "store_ct:right@")))
            said = answers(store)
            store.close()
            assert said is not None and "GRANT ALL PRIVILEGES ON" in said
        finally:
            mariadb.sql("DROP USER store_ct")


def test_a_role_that_is_not_there_on_postgresql(postgresql: PostgreSql, database: str) -> None:
    with postgresql.database("store") as url:
        store = Store(driver_url(url.replace("postgres@", "store_nobody:wr0ng@")))
        said = answers(store)
        store.close()
    assert said is not None and "refuses the user 'store_nobody' with this password" in said
    assert "wr0ng" not in said and "\n" not in said


def test_a_role_that_may_not_make_tables_on_postgresql(postgresql: PostgreSql) -> None:
    """PostgreSQL 15 lets only a database's owner make tables in it."""
    with postgresql.database("store") as url:
        postgresql.sql("CREATE ROLE store_guest LOGIN")
        store = Store(driver_url(url.replace("postgres@", "store_guest@")))
        try:
            with pytest.raises(SchemaError, match="GRANT ALL ON SCHEMA public TO store_guest"):
                migrate(store)
        finally:
            store.close()
            postgresql.sql("DROP ROLE store_guest")


@pytest.mark.parametrize("kind", ["mariadb"])
@pytest.mark.parametrize("charset", ["latin1", "utf8mb3"])
def test_a_database_of_another_character_set_works_too(
    mariadb: MariaDb, database: str, charset: str
) -> None:
    name = database.rpartition("/")[2]
    mariadb.sql(f"ALTER DATABASE {name} CHARACTER SET {charset}")
    store = Store(database)
    migrate(store)
    with store.write() as tx:
        tx.execute(insert(variable), [{"key": key, "val": "🦆"} for key in ("a", "A")])
    assert [row.val for row in home.rows(store, variable)] == ["🦆", "🦆"]
    store.close()


# --- what is lost ------------------------------------------------------------------------------


@SERVERS
def test_a_connection_that_was_cut_is_made_anew(store: Store, server: Any, kind: str) -> None:
    tries: list[int] = []

    def body(tx: Tx) -> None:
        tries.append(1)
        tx.execute(update(slot_pool).values(slots=slot_pool.c.slots + 1))
        if len(tries) == 1:
            if kind == "mariadb":
                server.sql(f"KILL {tx.exec_driver_sql('SELECT connection_id()').scalar()}")
            else:
                pid = tx.exec_driver_sql("SELECT pg_backend_pid()").scalar()
                server.sql(f"SELECT pg_terminate_backend({pid}, 10000)")

    # The body goes on to its end: it is COMMIT that fails.
    store.retrying(body)
    assert len(tries) == 2
    assert home.rows(store, slot_pool)[0].slots == 129


class BlackHole:
    """A door to a server; when it is shut, nothing comes through and nobody is told."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.listener = socket.create_server((LOOPBACK, 0))
        self.open = threading.Event()
        self.open.set()
        self.ends: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            far = socket.create_connection((LOOPBACK, self.port))
            self.ends += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65536):
                self.open.wait()
                other.sendall(data)
        except OSError:
            return

    def close(self) -> None:
        self.listener.close()
        self.open.set()
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # wakes those who listen to it
            end.close()


@pytest.fixture
def hole(server: Server) -> Iterator[BlackHole]:
    """A door to the server."""
    made = BlackHole(server.port)
    yield made
    made.close()


@SERVERS
def test_a_server_that_falls_silent_is_given_up(
    store: Store, server: Server, hole: BlackHole
) -> None:
    there = store.url.set(port=hole.listener.getsockname()[1])
    shown = there.render_as_string(hide_password=False)
    patient = Store(shown, Options(deadline=1.0))

    def body(tx: Tx) -> None:
        tx.execute(update(slot_pool).values(slots=5))

    with patient.read() as tx:
        tx.execute(select(slot_pool)).all()
        hole.open.clear()
        with pytest.raises(DatabaseError) as silent:
            tx.execute(text("SELECT 1")).all()
    assert is_transient(silent.value)
    hole.open.set()
    patient.retrying(body)
    assert home.rows(store, slot_pool)[0].slots == 5
    patient.close()


@SERVERS
def test_a_server_that_is_killed_and_comes_back(kind: str, server: Server) -> None:
    with private(kind) as own:
        assert isinstance(own, MariaDb | PostgreSql)
        with own.database("store") as url:
            store = Store(driver_url(url))
            migrate(store)
            own.kill()
            back = threading.Thread(target=own.start)

            def body(tx: Tx) -> None:
                tx.execute(insert(variable).values(key="k", val="v"))

            with pytest.raises(DatabaseError):
                store.retrying(body, attempts=1)
            back.start()
            store.retrying(body, attempts=20)
            back.join()
            with store.write() as tx:
                fill_defaults(tx)
            assert len(home.rows(store, variable)) == 1
            store.close()
