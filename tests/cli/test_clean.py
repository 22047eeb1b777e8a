"""`airflow db clean`, `db export-archived` and `db drop-archived`."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, insert, select

from tests.cli.conftest import Airflow
from venturi.store.commands.archives import list_archives
from venturi.store.engine import Store
from venturi.store.schema.people import log

OLD = datetime(2020, 1, 1, tzinfo=UTC)
BEFORE = ("--clean-before-timestamp", "2021-01-01")


@pytest.fixture
def filled(store: Store) -> Store:
    """Three old entries of the audit log, and a new one."""
    with store.write() as tx:
        for dag_id in ("one", "two", None):
            tx.execute(insert(log).values(dttm=OLD, event="x", dag_id=dag_id))
        tx.execute(insert(log).values(dttm=datetime(2026, 1, 1, tzinfo=UTC), event="new"))
    return store


def count(store: Store, table: Table = log) -> int:
    with store.read() as tx:
        return len(tx.execute(select(table)).all())


def test_it_says_what_it_would_delete_and_does_nothing(airflow: Airflow, filled: Store) -> None:
    said = airflow("db", "clean", *BEFORE, "--dry-run")
    assert said.code == 0
    assert [line.split() for line in said.out.splitlines()[2:]] == [["log", "|", "3"]]
    assert count(filled) == 4
    assert "sla_miss" in airflow("db", "clean", *BEFORE, "--dry-run", "-v").out


def test_nobody_to_ask_means_no(airflow: Airflow, filled: Store) -> None:
    said = airflow("db", "clean", *BEFORE)
    assert said.code == 1
    assert "say --yes" in said.err
    assert count(filled) == 4


def test_rows_are_deleted_and_kept_in_an_archive(airflow: Airflow, filled: Store) -> None:
    said = airflow("db", "clean", *BEFORE, "--yes", "--batch-size", "2")
    assert said.code == 0
    (archive,) = list_archives(filled)
    assert said.out.splitlines()[-1] == f"Deleted 3 rows of log; kept in {archive.name}"
    assert archive.name.startswith("_airflow_deleted__log__")
    assert count(filled) == 1


def test_archives_are_written_to_files_and_dropped(
    airflow: Airflow, filled: Store, tmp_path: Path
) -> None:
    airflow("db", "clean", *BEFORE, "-y")
    (archive,) = list_archives(filled)
    said = airflow("db", "export-archived", "--output-path", str(tmp_path), "-t", "log")
    assert said.code == 0
    with (tmp_path / f"{archive.name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["dag_id"] for row in rows] == ["one", "two", ""]
    assert rows[0]["dttm"].startswith("2020-01-01 00:00:00")
    assert list_archives(filled) == [archive]
    again = airflow(
        "db", "export-archived", "--output-path", str(tmp_path), "--drop-archives", "-y"
    )
    assert again.code == 0
    assert list_archives(filled) == []


def test_archives_are_dropped_by_table(airflow: Airflow, filled: Store) -> None:
    airflow("db", "clean", *BEFORE, "-y")
    assert airflow("db", "drop-archived", "-t", "dag_run", "-y").out == (
        "There are no archive tables\n"
    )
    assert airflow("db", "drop-archived").code == 1
    assert len(list_archives(filled)) == 1
    assert airflow("db", "drop-archived", "-y").out == "Dropped 1 archive tables\n"
    assert list_archives(filled) == []


def test_without_archive_and_for_some_dags_only(airflow: Airflow, filled: Store) -> None:
    words = ("db", "clean", *BEFORE, "-y", "--skip-archive", "-t", "log")
    assert airflow(*words, "--dag-ids", "one,three").code == 0
    assert count(filled) == 3
    assert airflow(*words, "--exclude-dag-ids", "two").code == 0
    assert count(filled) == 2
    assert list_archives(filled) == []


def test_nothing_old_is_nothing_to_do(airflow: Airflow, filled: Store) -> None:
    said = airflow("db", "clean", "--clean-before-timestamp", "2019-01-01", "-y")
    assert (said.code, said.out) == (0, "There is nothing to delete\n")


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        ((), 2, "--clean-before-timestamp"),
        (("--clean-before-timestamp", "last year"), 1, "last year"),
        ((*BEFORE, "-t", "logs"), 1, "There is no table 'logs' to clean"),
        ((*BEFORE, "--batch-size", "0"), 1, "--batch-size must be at least 1"),
        ((*BEFORE, "--dag-ids", "a", "--exclude-dag-ids", "a"), 1, "DAG 'a' is in --dag-ids and"),
    ],
)
def test_mistakes_are_named(
    airflow: Airflow, filled: Store, words: tuple[str, ...], code: int, sentence: str
) -> None:
    said = airflow("db", "clean", *words)
    assert said.code == code
    assert sentence in said.err
    assert count(filled) == 4


def test_a_folder_that_is_not_there_is_named(airflow: Airflow, store: Store) -> None:
    said = airflow("db", "export-archived", "--output-path", "/no/such/folder")
    assert said.code == 1
    assert said.err == "--output-path '/no/such/folder' is not a folder; make it first.\n"


def test_a_table_that_cannot_be_cleaned_does_not_hinder_the_others(
    airflow: Airflow, filled: Store
) -> None:
    with filled.write() as tx:
        tx.exec_driver_sql(
            "CREATE TRIGGER no BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'not this'); END"
        )
    said = airflow("db", "clean", *BEFORE, "-y", "-t", "log,session")
    assert said.code == 0
    assert said.err.splitlines() == [
        "Table session does not exist here: skipped.",
        "Table log was not cleaned to the end: not this",
    ]
    assert airflow("db", "clean", *BEFORE, "-y", "--error-on-cleanup-failure").code == 1
    assert count(filled) == 4
    assert list_archives(filled) == []
