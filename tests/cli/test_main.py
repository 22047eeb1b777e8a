"""The program itself: exit codes, first use, help, speed."""

import os
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Airflow


def test_help_shows_every_group_and_old_spellings(airflow: Airflow) -> None:
    assert "dags " in airflow("--help").out
    assert "list-import-errors" in airflow("dags", "--help").out
    assert "trigger_dag" in airflow("dags", "trigger", "--help").out
    sheet = airflow("cheat-sheet").out
    assert "airflow db migrate" in sheet and "initdb" in sheet


def test_an_unknown_command_exits_with_2_and_one_sentence(airflow: Airflow) -> None:
    said = airflow("lsit_dags")
    assert (said.code, said.out) == (2, "")
    assert "list_dags" in said.err and said.err.count("\n") == 1


def test_wrong_arguments_exit_with_2(airflow: Airflow) -> None:
    assert airflow("dags", "list", "--nope").code == 2


@pytest.mark.parametrize("words", [("kerberos",), ("serve_logs",), ("assets",)])
def test_what_comes_later_says_so(airflow: Airflow, words: tuple[str, ...]) -> None:
    said = airflow(*words)
    assert said.code == 1
    assert "comes with a later version" in said.err


def test_the_first_command_writes_the_configuration(airflow: Airflow, tmp_path: Path) -> None:
    said = airflow("initdb")
    file = tmp_path / "home" / "airflow.cfg"
    assert said.code == 0
    assert f"Wrote {file}" in said.err
    assert file.stat().st_mode & 0o777 == 0o600
    assert "Wrote" not in airflow("initdb").err


def test_without_a_database_the_remedy_is_said(airflow: Airflow) -> None:
    said = airflow("dags", "list")
    assert (said.code, said.out) == (1, "")
    assert said.err.rstrip().endswith("Run: airflow db migrate")


def test_an_empty_database_is_no_traceback(airflow: Airflow, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "airflow.db").touch()
    said = airflow("pools", "list")
    assert said.code == 1
    assert "is empty. Run: airflow db migrate" in said.err


def test_a_mistake_in_the_configuration_is_told_with_its_place(
    airflow: Airflow, tmp_path: Path
) -> None:
    airflow("db", "migrate")
    file = tmp_path / "home" / "airflow.cfg"
    file.write_text(file.read_text() + "\n[core]\nparalelism = 3\n")
    said = airflow("dags", "list")
    assert said.code == 1
    assert "paralelism" in said.err and "airflow.cfg" in said.err
    assert "Traceback" not in said.err


def test_an_old_option_name_is_noticed_once(
    airflow: Airflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path}/other.db")
    said = airflow("initdb")
    assert said.code == 0
    assert said.err.count("now called AIRFLOW__DATABASE__SQL_ALCHEMY_CONN") == 1
    assert (tmp_path / "other.db").exists()
    # A command that opens the database more than once says it once all the same.
    assert airflow("dags", "pause", "x.*", "--treat-dag-id-as-regex").err.count("now called") == 1
    assert airflow("trigger_dag", "x").err.count("now called") == 1


def test_resetdb_empties_the_database(airflow: Airflow) -> None:
    airflow("initdb")
    airflow("variables", "set", "k", "v")
    refused = airflow("resetdb")
    assert refused.code == 1 and "--yes" in refused.err
    assert airflow("variables", "get", "k").out == "v\n"
    assert airflow("resetdb", "-y").code == 0
    assert airflow("variables", "get", "k").code == 1
    assert airflow("db", "reset", "-y", "-s").code == 0
    assert "db migrate" in airflow("variables", "get", "k").err


def test_the_database_is_checked(airflow: Airflow, monkeypatch: pytest.MonkeyPatch) -> None:
    airflow("initdb")
    assert airflow("db", "check").code == 0
    assert airflow("db", "check-migrations", "-t", "0").code == 0
    assert airflow("db", "migrate").out.startswith("The tables in")


def test_check_migrations_gives_up_in_time(airflow: Airflow) -> None:
    said = airflow("db", "check-migrations", "-t", "0")
    assert said.code == 1 and "db migrate" in said.err


def test_a_reader_that_leaves_early_is_no_error_to_tell(tmp_path: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m venturi.cli config list | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "[core]\n"
    assert "Traceback" not in done.stderr and "BrokenPipe" not in done.stderr


def test_version_loads_next_to_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from venturi.cli.main import main; main(['version']);"
        "print(sorted({'sqlalchemy', 'msgspec', 'rich', 'yaml', 'jsonschema', 'asyncio', 'alembic',"
        " 'venturi.config.conf', 'venturi.store'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[1] == "[]"


def test_a_list_loads_neither_alembic_nor_rich(airflow: Airflow, tmp_path: Path) -> None:
    assert airflow("db", "migrate").code == 0
    code = (
        "import sys; from venturi.cli.main import main; main(['dags', 'list']);"
        "print(sorted({'alembic', 'rich', 'yaml', 'jsonschema', 'fastapi', 'cryptography'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_program_leaves_nothing_outside_its_home(program: Airflow, tmp_path: Path) -> None:
    assert program("info", "-o", "json").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize(
    "words", [("db", "check", "--retry", "1", "--retry-delay", "0"), ("initdb",), ("dags", "list")]
)
def test_a_database_that_does_not_answer_is_told_in_one_sentence(
    airflow: Airflow, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    url = "mysql://me:s3cret@127.0.0.1:1/airflow"
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", url)
    said = airflow(*words)
    assert said.code == 1
    assert "No MySQL or MariaDB server answers at 127.0.0.1:1" in said.err.splitlines()[-1]
    assert "s3cret" not in said.err and "Traceback" not in said.err


def test_a_database_that_may_not_be_written_is_no_traceback(
    airflow: Airflow, tmp_path: Path
) -> None:
    airflow("initdb")
    with sqlite3.connect(tmp_path / "home" / "airflow.db") as broken:
        broken.execute("DROP TABLE variable")
    broken.close()
    said = airflow("variables", "set", "k", "v")
    assert said.code == 1
    assert said.err == "The database did not do what was asked: no such table: variable\n"
