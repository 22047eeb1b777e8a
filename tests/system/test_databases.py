"""Whole instances on MariaDB and PostgreSQL: the post's MySQL section, and who is killed there."""

import re
import signal
from collections.abc import Iterator
from functools import partial

import pymysql
import pytest

from tests.services.find import private
from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql
from tests.system.home import Home, kill, python_dag
from tests.system.server_home import ServerHome, home_on
from tests.system.test_kills import place_many, until_begun
from tests.system.test_the_post import CT1, CT2
from tests.torture.ledger import Ledger

KINDS = pytest.mark.parametrize("kind", ["mariadb", "postgresql"])

#: The tables that the post shows after `airflow initdb`.
TABLES_OF_THE_POST = {
    *("alembic_version", "chart", "connection", "dag", "dag_pickle", "dag_run", "import_error"),
    *("job", "known_event", "known_event_type", "log", "sla_miss", "slot_pool", "task_instance"),
    *("users", "variable", "xcom"),
}

#: How the post forgets a DAG, word for word.
FORGET = """
set @dag_id = 'BAD_DAG';
delete from airflow.xcom where dag_id = @dag_id;
delete from airflow.task_instance where dag_id = @dag_id;
delete from airflow.sla_miss where dag_id = @dag_id;
delete from airflow.log where dag_id = @dag_id;
delete from airflow.job where dag_id = @dag_id;
delete from airflow.dag_run where dag_id = @dag_id;
delete from airflow.dag where dag_id = @dag_id;
"""


@pytest.fixture
def own(kind: str, request: pytest.FixtureRequest) -> Iterator[MariaDb | PostgreSql]:
    """A server that a test may kill."""
    request.getfixturevalue(kind)  # skips where it cannot be had
    with private(kind) as server:
        assert isinstance(server, MariaDb | PostgreSql)
        yield server


@pytest.fixture
def server_home(kind: str, request: pytest.FixtureRequest) -> Iterator[ServerHome]:
    """A home with a database on the shared server."""
    server: MariaDb | PostgreSql = request.getfixturevalue(kind)
    with server.database("system") as url, home_on(url) as made:
        yield made


@pytest.mark.parametrize("kind", ["mariadb"])
def test_the_mysql_section_of_the_post_step_by_step(own: MariaDb, home: Home) -> None:
    """`home` has no option but its folder: what the post writes stands in airflow.cfg."""
    own.sql(
        "CREATE DATABASE airflow",
        "GRANT all privileges on airflow.* TO 'ct'@'localhost'  IDENTIFIED BY '152108'",
        "FLUSH PRIVILEGES",
    )
    url = f"mysql://ct:152108@localhost:{own.port}/airflow"
    home.airflow("version")
    assert home.airflow("config", "list").returncode == 0  # writes the first airflow.cfg
    settings = home.path / "airflow.cfg"
    written = re.sub(
        "(?m)^#? ?sql_alchemy_conn = .*", f"sql_alchemy_conn = {url}", settings.read_text()
    )
    written = re.sub("(?m)^#? ?executor = .*", "executor = LocalExecutor", written)
    settings.write_text(written)
    assert f"sql_alchemy_conn = {url}" in written and "executor = LocalExecutor" in written

    done = home.airflow("initdb")
    assert done.returncode == 0, done.stderr
    assert "152108" not in done.stdout + done.stderr
    client = pymysql.connect(
        host="127.0.0.1",
        port=own.port,
        user="ct",
        password="152108",
        database="airflow",
        autocommit=True,
    )
    with client, client.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        assert {row[0] for row in cursor.fetchall()} >= TABLES_OF_THE_POST

        folder = home.path / "test"
        folder.mkdir()
        (folder / "run1.sh").write_text("printf 'A\\nB\\n' > $2\n")
        (folder / "run2.sh").write_text("awk '{print $0, 53}' $2 > $2.out\n")
        home.dag("ct1.py", CT1)
        home.dag("ct2.py", CT2.replace("FOLDER", str(folder)))
        process = home.start("scheduler")

        def ended(dag_id: str) -> bool:
            assert process.poll() is None, home.said()
            cursor.execute("SELECT state FROM dag_run WHERE dag_id = %s", (dag_id,))
            return list(cursor.fetchall()) == [("success",)]

        for dag_id in ("first", "second"):
            home.until(partial(ended, dag_id), f"{dag_id} has succeeded", 60)
        assert (folder / "ct_t1.out").read_text() == "A 53\nB 53\n"
        assert not home.database.exists()

        (home.dags / "ct1.py").unlink()
        gone = "SELECT 1 FROM dag WHERE dag_id = 'first' AND NOT is_active"
        home.until(lambda: cursor.execute(gone), "the DAG has gone with its file")
        for statement in FORGET.replace("BAD_DAG", "first").split(";"):
            if statement.strip():
                cursor.execute(statement)
        for table in ("xcom", "task_instance", "dag_run", "dag"):
            assert cursor.execute(f"SELECT 1 FROM {table} WHERE dag_id = 'first'") == 0
        assert "first" not in home.airflow("list_dags").stdout
        home.dag("ct1.py", CT1)
        home.until(lambda: ended("first"), "it runs anew", 60)


@KINDS
def test_both_dags_of_the_post_run_and_are_cleared(server_home: ServerHome) -> None:
    home = server_home
    folder = home.path / "test"
    folder.mkdir()
    (folder / "run1.sh").write_text("printf 'A\\nB\\n' > $2\n")
    (folder / "run2.sh").write_text("awk '{print $0, 53}' $2 > $2.out\n")
    home.scheduler()
    home.dag("ct1.py", CT1)
    home.dag("ct2.py", CT2.replace("FOLDER", str(folder)))
    assert home.until_ended("first", 60) == "success"
    assert home.until_ended("second", 60) == "success"
    done = home.airflow("clear", "first", "-t", "echo", "-c")
    assert done.returncode == 0, done.stderr
    again = "SELECT try_number FROM task_instance WHERE dag_id = 'first' AND task_id = 'echo'"
    home.until(lambda: home.value(again) == 2, "the task runs again")
    assert home.until_ended("first", 60) == "success"
    assert home.airflow("dags", "delete", "-y", "second").returncode == 0
    assert home.value("SELECT count(*) FROM task_instance WHERE dag_id = 'second'") == 0


def noted(ledger: Ledger) -> list[tuple[str, str]]:
    """What the tasks have noted, in order of words."""
    return sorted((line.word, line.task) for line in ledger.lines())


def each_once(count: int) -> list[tuple[str, str]]:
    """What so many tasks note that each run once."""
    return sorted((word, f"t{number}") for word in ("start", "end") for number in range(count))


@KINDS
def test_a_killed_scheduler_loses_and_repeats_nothing(server_home: ServerHome) -> None:
    home, ledger, count = server_home, Ledger.place(server_home), 24
    home.option("core", "parallelism", "8")
    process = home.scheduler()
    place_many(home, count, 0.3)
    until_begun(home, ledger, 10)
    kill(process.pid, signal.SIGKILL)
    process.wait(10)
    home.scheduler()
    assert home.until_ended("many", 90) == "success"
    assert noted(ledger) == each_once(count)
    assert home.sql("SELECT DISTINCT state, try_number FROM task_instance") == [("success", 1)]


@KINDS
def test_a_database_server_that_dies_in_the_middle_holds_things_up_and_no_more(
    own: MariaDb | PostgreSql,
) -> None:
    count = 24
    with own.database("system") as url, home_on(url) as home:
        ledger = Ledger.place(home)
        home.option("core", "parallelism", "8")
        process = home.scheduler()
        place_many(home, count, 0.3)
        until_begun(home, ledger, 10)
        own.kill()
        # Attempts that run go on, and their results wait.
        home.until(lambda: ledger.count("end") >= 10, "tasks end without a database", 30)
        own.start()
        assert home.until_ended("many", 90) == "success"
        assert process.poll() is None
        assert noted(ledger) == each_once(count)
        assert home.sql("SELECT DISTINCT state, try_number FROM task_instance") == [("success", 1)]


@pytest.mark.parametrize("kind", ["mariadb"])
def test_a_result_that_the_server_does_not_take_fails_its_task_only(
    server_home: ServerHome,
) -> None:
    home = server_home
    home.scheduler()
    home.dag("large.py", python_dag("large", "return 'x' * (17 << 20)"))
    home.dag("small.py", python_dag("small", "return 'x' * (1 << 20)"))
    assert home.until_ended("small", 60) == "success"
    assert home.until_ended("large", 60) == "failed"
    assert "max_allowed_packet" in home.instance("large", "t", "reason")
    assert home.value("SELECT length(value) FROM xcom WHERE dag_id = 'small'") == (1 << 20) + 2
