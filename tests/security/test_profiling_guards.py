"""Ad hoc SQL that may only read, against real servers, by whoever tries to write all the same."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql

#: Seconds until something that was ended must be gone.
PATIENCE = 60.0
POSTGRES_RUNNING = (
    "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    " AND query LIKE '%asked by venturi%' AND state = 'active'"
)
MYSQL_RUNNING = (
    "SELECT count(*) FROM information_schema.processlist"
    " WHERE info LIKE '%asked by venturi%' AND id <> connection_id()"
)


class Place:
    """A database with a table `sale` of five rows, asked as the web server asks."""

    def __init__(self, kind: str, connection: dict[str, Any], sql: Callable[..., Any]) -> None:
        self.kind, self.connection, self.sql = kind, connection, sql

    def ask(self, sql: str, **more: Any) -> dict[str, Any]:
        """The answer to a statement, from a process of its own."""
        about = {"limit": 10, "seconds": 60, "read_only": True, "sql": sql, **more}
        done = subprocess.run(
            [sys.executable, "-m", "venturi.runner.sql"],
            input=json.dumps({"connection": {"conn_type": self.kind, **self.connection}, **about}),
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def is_untouched(self) -> bool:
        """Whether all rows are there as they were."""
        return list(self.sql("SELECT count(*), sum(amount) FROM sale")) == [(5, 15)]


ROWS = "INSERT INTO sale VALUES ('a', 1), ('b', 2), ('c', 3), ('d', 4), ('e', 5)"
TABLE = "CREATE TABLE sale (day varchar(10), amount int)"


@pytest.fixture
def postgres(postgresql: PostgreSql) -> Iterator[Place]:
    """A PostgreSQL with functions that write."""
    with postgresql.database("profiling") as url:
        parts = urlsplit(url)
        name = parts.path.strip("/")

        def sql(*statements: str) -> Any:
            return postgresql.sql(*statements, database=name)

        sql(
            *(TABLE, ROWS, "CREATE SEQUENCE counter"),
            "CREATE FUNCTION sneak() RETURNS int LANGUAGE sql AS"
            " $$ DELETE FROM sale RETURNING amount $$",
            "CREATE FUNCTION loosen() RETURNS int LANGUAGE plpgsql AS"
            " $$ BEGIN SET LOCAL transaction_read_only = off; DELETE FROM sale; RETURN 1; END $$",
            "CREATE PROCEDURE leave() LANGUAGE plpgsql AS"
            " $$ BEGIN COMMIT; SET TRANSACTION READ WRITE; DELETE FROM sale; COMMIT; END $$",
        )
        about = {"host": parts.hostname, "port": parts.port, "login": "postgres", "schema": name}
        yield Place("postgres", about, sql)


@pytest.fixture
def mysql(mariadb: MariaDb) -> Iterator[Place]:
    """A MariaDB with a function that writes."""
    with mariadb.database("profiling") as url:
        parts = urlsplit(url)
        name = parts.path.strip("/")

        def sql(*statements: str) -> Any:
            return [
                tuple(int(each) for each in row) for row in mariadb.sql(*statements, database=name)
            ]

        sql(
            *(TABLE, ROWS, "CREATE SEQUENCE counter"),
            "CREATE FUNCTION sneak() RETURNS int MODIFIES SQL DATA"
            " BEGIN DELETE FROM sale; RETURN 1; END",
            "CREATE PROCEDURE leave_it() BEGIN COMMIT; DELETE FROM sale; COMMIT; END",
        )
        about = {"host": parts.hostname, "port": parts.port, "login": "root", "schema": name}
        yield Place("mysql", about, sql)


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    """A SQLite file."""
    path = tmp_path / "sales.db"

    def sql(*statements: str) -> Any:
        with sqlite3.connect(path) as conn:
            for statement in statements:
                rows = conn.execute(statement).fetchall()
        conn.close()
        return rows

    sql(TABLE, ROWS)
    return Place("sqlite", {"host": str(path)}, sql)


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Place:
    """The database of a kind."""
    found: Place = request.getfixturevalue(request.param)
    return found


KINDS = ("sqlite", "postgres", "mysql")


@pytest.mark.parametrize("place", KINDS, indirect=True)
def test_questions_are_answered_with_columns_and_no_more_rows_than_asked_for(place: Place) -> None:
    found = place.ask("SELECT day, amount FROM sale ORDER BY amount;", limit=2)
    assert (found["columns"], found["rows"]) == (["day", "amount"], [["a", 1], ["b", 2]])
    assert (found["more"], found["error"], found["affected"]) == (True, None, None)
    all_of_it = place.ask("-- why\n/* not */ SELECT amount FROM sale WHERE day <> ';'", limit=5)
    assert (len(all_of_it["rows"]), all_of_it["more"]) == (5, False)
    nothing = place.ask("SELECT day AS d FROM sale WHERE amount > 99 OR day LIKE '100%'")
    assert (nothing["columns"], nothing["rows"], nothing["error"]) == (["d"], [], None)
    parts = place.ask("WITH big AS (SELECT * FROM sale WHERE amount > 3) SELECT count(*) FROM big")
    assert parts["rows"] == [[2]]
    assert place.ask("EXPLAIN SELECT * FROM sale")["rows"]


def test_each_kind_says_what_it_has(postgres: Place, mysql: Place, sqlite: Place) -> None:
    assert postgres.ask("SHOW transaction_read_only")["rows"] == [["on"]]
    assert postgres.ask("TABLE sale")["more"] is False
    assert postgres.ask("(SELECT 1) UNION ALL (SELECT 2)")["rows"] == [[1], [2]]
    # What looks like several statements is one where the server says so.
    assert postgres.ask("SELECT $a$; $b$; COMMIT; $b$; $a$")["error"] is None
    assert mysql.ask("SELECT '\\'; COMMIT; DELETE FROM sale; -- '")["error"] is None
    assert mysql.is_untouched()
    assert [row[0] for row in mysql.ask("SHOW TABLES")["rows"]] == ["counter", "sale"]
    assert [row[0] for row in mysql.ask("DESCRIBE sale")["rows"]] == ["day", "amount"]
    assert [row[1] for row in sqlite.ask("PRAGMA table_info(sale)")["rows"]] == ["day", "amount"]


#: Each would change something, or leave something behind, if it were let.
TRICKS: dict[str, tuple[str, ...]] = {
    "any": (
        "DELETE FROM sale",
        "INSERT INTO sale VALUES ('f', 6)",
        "UPDATE sale SET amount = 0",
        "DROP TABLE sale",
        "TRUNCATE TABLE sale",
        "CREATE TABLE more (x int)",
        "SELECT 1; DELETE FROM sale",
        "SELECT 1 /* ; */; DELETE FROM sale --",
        "/* SELECT */ DELETE FROM sale",
        "-- SELECT\nDELETE FROM sale",
        "WITH gone AS (SELECT 1) DELETE FROM sale",
        "EXPLAIN ANALYZE DELETE FROM sale",
        "COMMIT",
        "BEGIN",
        "SET TRANSACTION READ WRITE",
        "",
        ";;",
    ),
    "postgres": (
        # A backslash ends no text here: what the eye takes for one statement is several.
        "SELECT 'a\\'; COMMIT; DELETE FROM sale; SELECT '",
        "SELECT 'a\\'; ROLLBACK; BEGIN READ WRITE; DELETE FROM sale; COMMIT; --'",
        "SELECT $a$ ; $a$; COMMIT; DELETE FROM sale; SELECT $b$ ; $b$",
        "SELECT 1 /* /* */; COMMIT; DELETE FROM sale; -- */",
        "WITH gone AS (DELETE FROM sale RETURNING *) SELECT * FROM gone",
        "WITH new AS (INSERT INTO sale VALUES ('f', 6) RETURNING *) SELECT * FROM new",
        "SELECT sneak()",
        "SELECT loosen()",
        "SELECT set_config('transaction_read_only', 'off', true), sneak()",
        "SELECT set_config('transaction_read_only', 'off', true)::text || sneak()::text",
        "SELECT nextval('counter')",
        "SELECT * INTO stolen FROM sale",
        "SELECT * FROM sale FOR UPDATE",
        "CALL leave()",
        "DO $$ BEGIN DELETE FROM sale; END $$",
        "COPY sale TO '/tmp/venturi-stolen'",
        "COPY sale TO PROGRAM 'cat > /tmp/venturi-stolen'",
        "COPY (SELECT 1) TO PROGRAM 'touch /tmp/venturi-stolen'",
        "SET default_transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "START TRANSACTION READ WRITE",
        "PREPARE p AS DELETE FROM sale",
        "EXPLAIN ANALYZE WITH x AS (DELETE FROM sale RETURNING 1) SELECT * FROM x",
        "NOTIFY something",
        "LOCK TABLE sale",
        "VACUUM sale",
        "TABLE sale; COMMIT; DELETE FROM sale",
        "SHOW search_path; COMMIT; DELETE FROM sale",
    ),
    "mysql": (
        "SELECT 1 -- ;\n; DELETE FROM sale",
        "SELECT '\\''; COMMIT; DELETE FROM sale; -- '",
        "SELECT 1 --1; COMMIT; DELETE FROM sale;\n",
        "SELECT 1 /*! ; COMMIT; DELETE FROM sale */",
        "SELECT 1 /*M! ; COMMIT; DELETE FROM sale */",
        "/*!50000 DELETE FROM sale */",
        "SELECT * FROM sale INTO OUTFILE '/tmp/venturi-stolen'",
        "SELECT * INTO/**/OUTFILE '/tmp/venturi-stolen' FROM sale",
        "SELECT day FROM sale LIMIT 1 INTO DUMPFILE '/tmp/venturi-stolen'",
        "SELECT * FROM sale /*!INTO OUTFILE '/tmp/venturi-stolen'*/",
        "SELECT sneak()",
        "SELECT NEXTVAL(counter)",
        "SELECT NEXT VALUE FOR counter",
        "SELECT * FROM sale FOR UPDATE; DELETE FROM sale",
        "CALL leave_it()",
        "DO sneak()",
        "SET STATEMENT max_statement_time = 0 FOR DELETE FROM sale",
        "SET SESSION TRANSACTION READ WRITE",
        "SET autocommit = 1",
        "START TRANSACTION READ WRITE",
        "PREPARE p FROM 'DELETE FROM sale'",
        "EXECUTE IMMEDIATE 'DELETE FROM sale'",
        "ANALYZE FORMAT=JSON DELETE FROM sale",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE sale",
        "HANDLER sale OPEN",
        "REPLACE INTO sale VALUES ('f', 6)",
        "LOCK TABLES sale WRITE",
        "BEGIN NOT ATOMIC DELETE FROM sale; END",
    ),
    "sqlite": (
        "PRAGMA query_only = 0",
        "PRAGMA user_version = 7",
        "PRAGMA journal_mode = WAL",
        "PRAGMA table_info(sale); DELETE FROM sale",
        "ATTACH 'stolen.db' AS stolen",
        "VACUUM INTO 'stolen.db'",
        "SELECT load_extension('x')",
        "REPLACE INTO sale VALUES ('f', 6)",
        "WITH x AS (SELECT 1) INSERT INTO sale SELECT 'f', 6",
    ),
}


@pytest.mark.parametrize("place", KINDS, indirect=True)
def test_nothing_is_written_whatever_is_tried(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stolen = Path("/tmp/venturi-stolen")
    before = sorted(tmp_path.iterdir())
    for trick in (*TRICKS["any"], *TRICKS[place.kind]):
        found = place.ask(trick)
        assert place.is_untouched(), trick
        assert found["error"], (trick, found)
        assert found["rows"] == [], trick
        assert not stolen.exists(), trick
    assert sorted(tmp_path.iterdir()) == before
    if place.kind == "postgres":
        # No number was taken, no table made.
        assert place.sql("SELECT is_called FROM counter") == [(False,)]
        assert place.sql("SELECT to_regclass('stolen')") == [(None,)]


@pytest.mark.parametrize("place", KINDS, indirect=True)
def test_who_may_write_writes(place: Place) -> None:
    found = place.ask("DELETE FROM sale WHERE amount > 3", read_only=False)
    assert (found["error"], found["affected"]) == (None, 2)
    assert list(place.sql("SELECT count(*) FROM sale")) == [(3,)]


@pytest.mark.parametrize(
    ("place", "sleep", "running"),
    [
        (
            "postgres",
            "SELECT pg_sleep(600), 'asked by venturi'",
            POSTGRES_RUNNING,
        ),
        (
            "mysql",
            "SELECT SLEEP(600), 'asked by venturi'",
            MYSQL_RUNNING,
        ),
    ],
    indirect=["place"],
)
@pytest.mark.parametrize("read_only", [True, False])
def test_the_server_ends_a_statement_that_takes_too_long(
    place: Place, sleep: str, running: str, read_only: bool
) -> None:
    begun = time.monotonic()
    found = place.ask(sleep, seconds=1, read_only=read_only)
    # MariaDB's SLEEP tells with a 1 that it was ended.
    assert found["error"] or found["rows"][0][0] == 1
    assert time.monotonic() - begun < PATIENCE
    while list(place.sql(running)) != [(0,)]:
        assert time.monotonic() - begun < PATIENCE, "it goes on in the server"


@pytest.mark.parametrize(
    ("place", "endless"),
    [
        ("postgres", "SELECT repeat('x', 1000), generate_series(1, 100000000)"),
        ("mysql", "SELECT repeat('x', 1000) FROM seq_1_to_100000000"),
        (
            "sqlite",
            "WITH RECURSIVE n(x) AS (VALUES (1) UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
        ),
    ],
    indirect=["place"],
)
def test_a_result_without_end_is_not_read_to_its_end(place: Place, endless: str) -> None:
    found = place.ask(endless, limit=3)
    assert (len(found["rows"]), found["more"], found["error"]) == (3, True, None)
