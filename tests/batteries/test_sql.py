"""SQL on databases."""

import threading
from pathlib import Path
from typing import Any

import pytest

from tests.batteries.make import context, run, wait_until
from venturi.batteries.hooks.dbapi import DbApiHook
from venturi.batteries.hooks.mysql import MySqlHook
from venturi.batteries.hooks.postgres import PostgresHook
from venturi.batteries.hooks.sqlite import SqliteHook
from venturi.batteries.operators.empty import EmptyOperator
from venturi.batteries.operators.generic_transfer import GenericTransfer
from venturi.batteries.operators.mysql import MySqlOperator
from venturi.batteries.operators.postgres import PostgresOperator
from venturi.batteries.operators.sql import BranchSQLOperator, SQLExecuteQueryOperator
from venturi.batteries.operators.sql_check import (
    CheckFailed,
    SQLCheckOperator,
    SQLIntervalCheckOperator,
    SQLThresholdCheckOperator,
    SQLValueCheckOperator,
)
from venturi.batteries.operators.sqlite import SqliteOperator
from venturi.batteries.sensors.sql import SqlSensor
from venturi.batteries.sql_text import statements
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowException, ConnectionNotFound


@pytest.fixture
def db(connect: Any, tmp_path: Path) -> SqliteHook:
    """A SQLite file with the table `t (id, name)`, of which sqlite_default knows."""
    connect("sqlite_default", f"sqlite://{str(tmp_path / 'db').replace('/', '%2F')}")
    hook = SqliteHook()
    hook.run("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)")
    hook.insert_rows("t", [(1, "one"), (2, "two")], target_fields=["id", "name"])
    return hook


def test_statements_end_at_semicolons_outside_of_text_and_comments() -> None:
    text = """
    SELECT ';' AS a; -- not here ; nor
    /* here ; */ INSERT INTO x VALUES ("a;b", 'it''s;');
    CREATE FUNCTION f() AS $body$ BEGIN; END; $body$;
    -- nothing
    """
    assert [each.split()[0] for each in statements(text)] == ["SELECT", "--", "CREATE"]


def test_rows_come_back_and_parameters_are_bound(db: SqliteHook) -> None:
    assert db.get_records("SELECT * FROM t ORDER BY id;") == [(1, "one"), (2, "two")]
    assert db.get_first("SELECT name FROM t WHERE id = ?", (2,)) == ("two",)
    assert db.get_first("SELECT name FROM t WHERE id = :id", {"id": 9}) is None


def test_several_statements_are_one_transaction(db: SqliteHook) -> None:
    with pytest.raises(Exception, match="no such table"):
        db.run(["DELETE FROM t", "DELETE FROM nowhere"])
    assert db.get_first("SELECT count(*) FROM t") == (2,)


def test_one_text_may_hold_several_statements(db: SqliteHook) -> None:
    text = "INSERT INTO t VALUES (3, 'a;b'); SELECT count(*) FROM t"
    found = db.run(text, split_statements=True, handler=lambda cursor: cursor.fetchone())
    assert found == (3,)


def test_rows_are_replaced_by_their_key(db: SqliteHook) -> None:
    db.insert_rows("t", iter([(1, "new"), (3, "three")]), commit_every=1, replace=True)
    assert db.get_records("SELECT name FROM t ORDER BY id") == [("new",), ("two",), ("three",)]


def test_no_sql_is_one_sentence(db: SqliteHook) -> None:
    with pytest.raises(AirflowException, match="There is no SQL to run"):
        db.run(" ; ")


def test_a_connection_that_does_not_exist_is_named(connect: Any) -> None:
    with pytest.raises(ConnectionNotFound, match="nowhere"):
        SQLExecuteQueryOperator(task_id="t", sql="SELECT 1", conn_id="nowhere").execute(context())


def test_a_connection_that_is_no_database_is_named(connect: Any) -> None:
    connect("web", "http://example.com")
    with pytest.raises(AirflowException, match="'web' is of type 'http'"):
        SQLExecuteQueryOperator(task_id="t", sql="SELECT 1", conn_id="web").execute(context())


def test_the_operator_renders_and_returns_rows(db: SqliteHook) -> None:
    with DAG("d"):
        task = SQLExecuteQueryOperator(
            task_id="t", conn_id="sqlite_default", sql="SELECT '{{ ds }}', id FROM t WHERE id = ?",
            parameters=[1],
        )  # fmt: skip
    result = run(task)
    assert result.xcoms[0].value is not None and "2026-11-20" in result.xcoms[0].value


def test_the_operator_of_sqlite_has_its_own_connection(db: SqliteHook) -> None:
    assert SqliteOperator(task_id="t", sql="SELECT 5").execute(context()) == [(5,)]


def test_a_query_chooses_a_branch(db: SqliteHook) -> None:
    def skips(sql: str) -> tuple[str, ...]:
        with DAG("d"):
            task = BranchSQLOperator(
                task_id="t", conn_id="sqlite_default", sql=sql,
                follow_task_ids_if_true="yes", follow_task_ids_if_false="no",
            )  # fmt: skip
            task >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
        return run(task).skips

    assert skips("SELECT 1") == ("no",)
    assert skips("SELECT 'off'") == ("yes",)


def check(kind: Any, **kwargs: Any) -> None:
    kind(task_id="t", conn_id="sqlite_default", **kwargs).execute(context())


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (SQLCheckOperator, {"sql": "SELECT 1, 'x'"}, {"sql": "SELECT 1, 0"}),
        (SQLCheckOperator, {"sql": "SELECT 1"}, {"sql": "SELECT 1 WHERE 1 = 2"}),
        (SQLValueCheckOperator, {"sql": "SELECT 'a'", "pass_value": "a"},
         {"sql": "SELECT 'b'", "pass_value": "a"}),
        (SQLValueCheckOperator, {"sql": "SELECT 109", "pass_value": 100, "tolerance": 0.1},
         {"sql": "SELECT 111", "pass_value": 100, "tolerance": 0.1}),
        (SQLThresholdCheckOperator, {"sql": "SELECT 5", "min_threshold": 1,
                                     "max_threshold": "SELECT 5"},
         {"sql": "SELECT 6", "min_threshold": 1, "max_threshold": "SELECT 5"}),
    ],
)  # fmt: skip
def test_checks_pass_what_is_right_and_fail_the_rest(
    db: SqliteHook, kind: Any, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    check(kind, **good)
    with pytest.raises(CheckFailed):
        check(kind, **bad)


def test_metrics_are_compared_with_those_some_days_back(db: SqliteHook) -> None:
    db.run("CREATE TABLE m (ds TEXT, n INTEGER)")
    db.insert_rows("m", [("2026-11-20", 150), ("2026-11-13", 100)])

    def checked(limit: float) -> str:
        with DAG("d"):
            task = SQLIntervalCheckOperator(
                task_id="t", conn_id="sqlite_default", table="m",
                metrics_thresholds={"SUM(n)": limit},
            )  # fmt: skip
        return run(task).reason

    assert "too different" in checked(1.4)
    assert not checked(1.6)


def test_rows_are_copied_between_databases(db: SqliteHook) -> None:
    db.run("CREATE TABLE u (id INTEGER, name TEXT)")
    GenericTransfer(
        task_id="t", sql="SELECT * FROM t", destination_table="u", preoperator="DELETE FROM u",
        source_conn_id="sqlite_default", destination_conn_id="sqlite_default",
    ).execute(context())  # fmt: skip
    assert db.get_first("SELECT count(*) FROM u") == (2,)


def test_a_sensor_waits_for_a_cell_that_is_true(db: SqliteHook) -> None:
    def poke(sql: str, **kwargs: Any) -> Any:
        sensor = SqlSensor(task_id="t", conn_id="sqlite_default", sql=sql, **kwargs)
        return sensor.poke(context())

    assert poke("SELECT 1") is True
    assert poke("SELECT '0'") is False and poke("SELECT NULL") is False
    assert poke("SELECT 1 WHERE 1 = 2") is False
    assert poke("SELECT 7", success=lambda cell: cell == 7) is True
    with pytest.raises(AirflowException, match="gives up"):
        poke("SELECT 7", failure=lambda cell: cell == 7)
    with pytest.raises(AirflowException, match="gave no row"):
        poke("SELECT 1 WHERE 1 = 2", fail_on_empty=True)


def ended_by_cancel(task: Any) -> BaseException:
    """What a task raises when it is ended while its statement runs."""
    raised: list[BaseException] = []

    def work() -> None:
        try:
            task.execute(context())
        except Exception as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()

    def has_ended() -> bool:
        task.on_kill()
        thread.join(0.05)
        return not thread.is_alive()

    wait_until(has_ended, "end of the statement")
    return raised[0]


def test_on_kill_interrupts_sqlite(db: SqliteHook) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    assert "interrupted" in str(ended_by_cancel(SqliteOperator(task_id="t", sql=endless)))


def in_and_out(hook: DbApiHook, table: str) -> None:
    hook.run(f"DROP TABLE IF EXISTS {table}")
    hook.run(f"CREATE TABLE {table} (id INTEGER PRIMARY KEY, name VARCHAR(20))", autocommit=True)
    try:
        hook.insert_rows(table, [(1, "one"), (2, "two")], target_fields=["id", "name"])
        hook.insert_rows(
            table, [(2, "new")], target_fields=["id", "name"], replace=True, replace_index="id"
        )
        rows = hook.get_records(f"SELECT id, name FROM {table} WHERE id > %s ORDER BY id", (0,))
        assert [tuple(row) for row in rows] == [(1, "one"), (2, "new")]
        assert hook.test_connection()[0]
    finally:
        hook.run(f"DROP TABLE {table}")


def test_mysql_takes_and_gives_rows(mysql: None, tmp_path: Path) -> None:
    in_and_out(MySqlHook(), f"venturi_{abs(hash(tmp_path))}")


def test_mysql_runs_several_statements_in_one_text(mysql: None) -> None:
    with pytest.raises(Exception, match="venturi_nowhere"):
        MySqlOperator(task_id="t", sql="SELECT 1; SELECT * FROM venturi_nowhere").execute(context())
    assert MySqlOperator(task_id="t", sql="SELECT 1; SELECT 2").execute(context()) == [(2,)]


def test_on_kill_ends_a_query_of_mysql(mysql: None) -> None:
    task = MySqlOperator(task_id="t", sql="SELECT count(*), sleep(1000)")
    try:
        error: object = ended_by_cancel(task)
    except IndexError:
        error = "interrupted sleep() returned instead of failing"
    assert "interrupted" in str(error)


def test_postgres_takes_and_gives_rows(postgres: None, tmp_path: Path) -> None:
    table = f"venturi_{abs(hash(tmp_path))}"
    in_and_out(PostgresHook(), table)


def test_on_kill_ends_a_query_of_postgres(postgres: None) -> None:
    task = PostgresOperator(task_id="t", sql="SELECT pg_sleep(1000)")
    assert "cancel" in str(ended_by_cancel(task))
