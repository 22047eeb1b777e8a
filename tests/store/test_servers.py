"""What servers do and a file does not: let nobody in, die, fall silent."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, inspect, make_url, select, text, update

from tests.make import NOW
from tests.services.find import private
from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql
from tests.services.server import LOOPBACK, Server
from tests.store import home
from tests.store.conftest import driver_url
from tests.store.many import together
from venturi.core.errors import InvalidInput
from venturi.store.apply import put_xcoms
from venturi.store.connect import Options, socket_of
from venturi.store.engine import DatabaseError, Store, Tx
from venturi.store.faults import is_transient
from venturi.store.largest import fits, largest_value, require_fit
from venturi.store.migrate import SchemaError, fill_defaults, migrate, require_current
from venturi.store.queries.schema import answers
from venturi.store.schema.people import slot_pool, variable
from venturi.store.schema.runs import xcom

SERVERS = pytest.mark.parametrize("kind", ["mariadb", "postgresql"])


@pytest.fixture
def server(kind: str, request: pytest.FixtureRequest) -> MariaDb | PostgreSql:
    """The shared server of this kind."""
    found: MariaDb | PostgreSql = request.getfixturevalue(kind)
    return found


# --- connections -------------------------------------------------------------------------------


@SERVERS
def test_a_process_keeps_few_connections(store: Store, server: Any, kind: str) -> None:
    few = Store(
        store.url.render_as_string(hide_password=False), Options(pool_size=2, max_overflow=0)
    )
    mine = few.engine

    def work(_: int) -> None:
        for _ in range(5):
            with few.read() as tx:
                tx.execute(select(slot_pool)).all()

    assert together(12, work) == []
    assert mine.pool.status().startswith("Pool size: 2")
    assert "Current Overflow: 0" in mine.pool.status()
    few.close()


@pytest.mark.parametrize("kind", ["postgresql"])
def test_tables_lie_in_the_schema_that_is_named(kind: str, database: str) -> None:
    plain, named = Store(database), Store(database, Options(schema='my "own"'))
    with plain.write() as tx:
        tx.exec_driver_sql('CREATE SCHEMA "my ""own"""')
    migrate(named)
    require_current(named)
    with plain.read() as tx:
        assert inspect(tx).get_table_names() == []
        assert "dag_run" in inspect(tx).get_table_names(schema='my "own"')
    plain.close()
    named.close()


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("localhost", True),
        ("localhost:3306", True),
        ("", True),
        ("localhost:3307", False),
        ("127.0.0.1", False),
        ("db.example", False),
    ],
)
def test_localhost_means_the_socket_on_mysql(place: str, expected: bool, tmp_path: Path) -> None:
    (tmp_path / "mysqld.sock").touch()
    places = (str(tmp_path / "not_here.sock"), str(tmp_path / "mysqld.sock"))
    url = make_url(f"mysql+pymysql://ct:pw@{place}/airflow")
    assert socket_of(url, places) == (places[1] if expected else None)
    assert socket_of(url, places[:1]) is None
    assert socket_of(url.update_query_dict({"unix_socket": "/mine"}), places) is None


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


@pytest.mark.parametrize("kind", ["mariadb"])
def test_a_value_that_mariadb_would_not_take_is_known_before(store: Store) -> None:
    """It would break the connection, again and again, with all that came with it."""
    with store.read() as tx:
        most = largest_value(tx)
        assert most is not None
        assert fits("x" * (most - 10), most) and not fits("x" * (most + 1), most)
        assert not fits('"' * (most // 2 + 1), most)  # each is written as two
        with pytest.raises(InvalidInput, match=r"XCom 'k' has .* \(max_allowed_packet\)"):
            require_fit(tx, "k", "x" * (most + 1))
    names = {"dag_id": "d", "run_id": "r", "task_id": "t", "map_index": -1, "key": "k"}
    rest = {"timestamp": NOW, "execution_date": None, "length": None}
    value = '"' * (most // 2 - 200)
    store.retrying(lambda tx: put_xcoms(tx, [{**names, **rest, "value": value}]))
    assert home.rows(store, xcom)[0].value == value
