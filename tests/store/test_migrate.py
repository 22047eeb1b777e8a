"""Databases in every state, and what becomes of them."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade, upgrade
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from venturi.store.engine import Store, Tx
from venturi.store.migrate import (
    SchemaError,
    SchemaState,
    alembic_config,
    current_revision,
    head_revision,
    migrate,
    require_current,
    reset,
    schema_state,
)
from venturi.store.schema.all import metadata


@pytest.fixture
def empty(database: str) -> Store:
    """A database without tables."""
    return Store(database)


def tables(store: Store) -> set[str]:
    with store.read() as tx:
        return set(inspect(tx).get_table_names())


def execute(store: Store, statement: str) -> None:
    with store.write() as tx:
        tx.exec_driver_sql(statement)


def test_an_empty_database_gets_everything_at_once(empty: Store) -> None:
    assert schema_state(empty) is SchemaState.EMPTY
    assert migrate(empty) is SchemaState.EMPTY
    assert schema_state(empty) is SchemaState.CURRENT
    assert current_revision(empty) == head_revision(empty)
    assert tables(empty) == set(metadata.tables) | {"alembic_version"}
    with empty.read() as tx:
        assert tx.exec_driver_sql("SELECT pool, slots FROM slot_pool").all() == [
            ("default_pool", 128)
        ]


def test_a_current_database_is_left_alone(empty: Store) -> None:
    migrate(empty)
    execute(empty, "UPDATE slot_pool SET slots = 7")
    assert migrate(empty) is SchemaState.CURRENT
    with empty.read() as tx:
        assert tx.exec_driver_sql("SELECT slots FROM slot_pool").scalar() == 7


def test_the_revisions_make_the_same_tables_as_the_schema_says(empty: Store) -> None:
    upgrade(alembic_config(empty), "head")
    with empty.read() as tx:
        context = MigrationContext.configure(
            tx, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_every_revision_can_be_gone_back(empty: Store) -> None:
    config = alembic_config(empty)
    upgrade(config, "head")
    downgrade(config, "base")
    assert tables(empty) <= {"alembic_version"}
    upgrade(config, "head")
    assert schema_state(empty) is SchemaState.CURRENT


def test_tables_of_something_else_are_not_touched(empty: Store) -> None:
    execute(empty, "CREATE TABLE dag (dag_id VARCHAR(10))")
    assert schema_state(empty) is SchemaState.FOREIGN
    with pytest.raises(SchemaError, match="airflow db reset -y"):
        migrate(empty)
    assert tables(empty) == {"dag"}


def test_strange_tables_beside_ours_do_no_harm(empty: Store) -> None:
    execute(empty, "CREATE TABLE reports (id INTEGER)")
    assert migrate(empty) is SchemaState.EMPTY
    assert "reports" in tables(empty)
    reset(empty)
    assert "reports" in tables(empty)


def test_a_newer_database_is_refused_with_its_reason(empty: Store) -> None:
    migrate(empty)
    execute(empty, "UPDATE alembic_version SET version_num = 'of_tomorrow'")
    assert schema_state(empty) is SchemaState.FOREIGN
    with pytest.raises(SchemaError, match="newer Venturi"):
        require_current(empty)


def test_an_empty_database_names_the_command(empty: Store) -> None:
    with pytest.raises(SchemaError, match=r"is empty. Run: airflow db migrate"):
        require_current(empty)


def test_a_database_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "airflow.db").write_bytes(b"this is no database, it only has its name " * 40)
    with pytest.raises(SchemaError, match="does not answer: file is not a database"):
        require_current(Store(f"sqlite:///{tmp_path}/airflow.db"))


def test_a_password_is_never_told(empty: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(empty, "CREATE TABLE dag (dag_id VARCHAR(10))")
    empty.url = empty.url.set(username="me", password="hunter2")
    with pytest.raises(SchemaError) as told:
        migrate(empty)
    assert "hunter2" not in str(told.value)


def test_reset_empties_whatever_is_there(empty: Store) -> None:
    # Half-made: some tables, no revision.
    execute(empty, "CREATE TABLE dag (dag_id VARCHAR(10))")
    reset(empty)
    assert schema_state(empty) is SchemaState.CURRENT
    execute(empty, "INSERT INTO variable (\"key\", val) VALUES ('a', 'b')")
    reset(empty)
    with empty.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM variable").scalar() == 0


@pytest.mark.parametrize("step", ["fill_defaults", "MigrationContext"])
def test_making_the_tables_is_all_or_nothing(
    empty: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    if not empty.is_sqlite:
        pytest.skip("this database commits each CREATE TABLE by itself")
    assert schema_state(empty) is SchemaState.EMPTY
    made = metadata.create_all
    with monkeypatch.context() as broken:

        def make_and_break(tx: Tx) -> None:
            made(tx)
            broken.setattr(f"venturi.store.migrate.{step}", None)

        broken.setattr("venturi.store.migrate.metadata.create_all", make_and_break)
        with pytest.raises((TypeError, AttributeError)):
            migrate(empty)
    assert tables(empty) == set()
    assert migrate(empty) is SchemaState.EMPTY
    assert schema_state(empty) is SchemaState.CURRENT


def test_two_processes_may_migrate_at_the_same_time(database: str) -> None:
    if not database.startswith("sqlite"):
        pytest.skip("servers make tables outside of transactions")
    errors: list[BaseException] = []
    gate = threading.Barrier(4)

    def work() -> None:
        mine = Store(database)
        try:
            gate.wait()
            migrate(mine)
        except BaseException as error:
            errors.append(error)
        finally:
            mine.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    store = Store(database)
    assert schema_state(store) is SchemaState.CURRENT
    with store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM slot_pool").scalar() == 1
        assert tx.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1
