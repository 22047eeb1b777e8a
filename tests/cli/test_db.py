"""`airflow db` on each kind of database, and what it says when there is none to work with."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Airflow
from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql

CONN = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"


@pytest.fixture(params=["sqlite", "mariadb", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The configured database, empty."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/own.db"
        monkeypatch.setenv(CONN, url)
        yield url
        return
    server: MariaDb | PostgreSql = request.getfixturevalue(request.param)
    with server.database("cli") as url:
        monkeypatch.setenv(CONN, url)
        yield url


def test_a_database_is_made_checked_emptied_and_removed(airflow: Airflow, database: str) -> None:
    said = airflow("db", "check-migrations", "-t", "0")
    assert said.code == 1
    assert "Run: airflow db migrate" in said.err
    said = airflow("initdb")
    assert said.code == 0, said.err
    assert "Created the tables" in said.out
    for words in (("db", "upgrade"), ("db", "init"), ("upgradedb",), ("db", "migrate")):
        said = airflow(*words)
        assert (said.code, "up to date" in said.out) == (0, True), said
    assert airflow("db", "check").code == 0
    assert airflow("db", "check-migrations").code == 0
    assert airflow("variables", "set", "Key", "ü🦆").code == 0
    assert airflow("variables", "get", "Key").out == "ü🦆\n"
    assert airflow("variables", "get", "key").code == 1
    assert airflow("db", "reset", "-y").code == 0
    assert airflow("variables", "get", "Key").code == 1
    assert airflow("db", "reset", "-y", "--skip-init").code == 0
    said = airflow("variables", "list")
    assert said.code == 1 and "Run: airflow db migrate" in said.err


def test_tables_go_to_any_revision(airflow: Airflow, database: str) -> None:
    assert airflow("db", "migrate").code == 0
    said = airflow("db", "downgrade", "-y")
    assert said.code == 1 and "--to-revision" in said.err
    said = airflow("db", "downgrade", "-y", "--to-revision", "0001")
    assert said.code == 0 and "to 0001" in said.out
    said = airflow("db", "migrate", "--to-revision", "7777")
    assert said.code == 1 and "no revision '7777'" in said.err
    said = airflow("db", "migrate", "--to-version", "2.10.0")
    assert said.code == 1 and "2.10.0 is not known here" in said.err
    assert airflow("db", "migrate", "--to-revision", "head").code == 0
    assert airflow("db", "check-migrations").code == 0


def test_the_statements_can_be_read_first(airflow: Airflow, database: str) -> None:
    said = airflow("db", "migrate", "--show-sql-only")
    assert said.code == 0, said.err
    assert "CREATE TABLE dag_run" in said.out
    assert airflow("db", "check-migrations", "-t", "0").code == 1


def test_the_databases_own_shell_opens(database: str, tmp_path: Path) -> None:
    """It takes the program's place; the statement comes from standard input."""
    import shutil

    program = {"sqlite": "sqlite3", "mysql": "mariadb", "postgresql": "psql"}
    if shutil.which(program[database.partition(":")[0]]) is None:
        pytest.skip(f"{program[database.partition(':')[0]]} is not installed")
    airflow = Path(sys.executable).parent / "airflow"
    env = {**os.environ, "AIRFLOW_HOME": str(tmp_path / "home"), CONN: database}
    subprocess.run([airflow, "db", "migrate"], env=env, check=True, capture_output=True)
    done = subprocess.run(
        [airflow, "db", "shell"],
        env=env,
        input="SELECT pool, slots FROM slot_pool;\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "default_pool" in done.stdout and "128" in done.stdout


@pytest.mark.parametrize(
    "words", [("db", "check"), ("initdb",), ("dags", "list"), ("db", "reset", "-y")]
)
@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_a_server_that_is_not_there_is_one_sentence(
    airflow: Airflow, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], kind: str
) -> None:
    monkeypatch.setenv(CONN, f"{kind}://ct:secret@127.0.0.1:1/airflow")
    said = airflow(*words)
    assert said.code == 1
    lines = [line for line in said.err.splitlines() if not line.startswith("Wrote ")]
    assert len(lines) == 1
    assert "127.0.0.1:1" in lines[0] and "Start it, or correct" in lines[0]
    assert "secret" not in said.err and said.out == ""


def test_a_parameter_that_the_driver_does_not_know_is_one_sentence(
    airflow: Airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CONN, "mysql://ct:secret@127.0.0.1:1/airflow?ssl_mode=REQUIRED")
    said = airflow("db", "check")
    assert said.code == 1
    assert "ssl_mode" in said.err and "secret" not in said.err
    assert "Traceback" not in said.err
