"""Databases in every state, and what becomes of them."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.command import downgrade, upgrade
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect

from tests import make
from tests.store.home import put
from venturi.spec.timetable.model import CronInterval
from venturi.store.engine import Store, Tx
from venturi.store.migrate import (
    SchemaError,
    SchemaState,
    alembic_config,
    change_revision,
    current_revision,
    head_revision,
    makes_tables_in_transactions,
    migrate,
    require_current,
    reset,
    schema_state,
    scripts,
    sql_between,
)
from venturi.store.queries.schema import NotReady, require_ready
from venturi.store.schema.all import metadata
from venturi.store.schema.people import variable


@pytest.fixture
def empty(database: str) -> Iterator[Store]:
    """A database without tables."""
    made = Store(database)
    yield made
    made.close()


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
    with empty.write() as tx:
        tx.execute(insert(variable).values(key="a", val="b"))
    reset(empty)
    with empty.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM variable").scalar() == 0


@pytest.mark.parametrize("step", ["fill_defaults", "_stamp"])
def test_making_the_tables_is_all_or_nothing(
    empty: Store, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """MySQL takes no CREATE TABLE back: there the database is known as half-made, and made anew."""
    made = metadata.create_all
    with monkeypatch.context() as broken:

        def make_and_break(tx: Tx) -> None:
            made(tx)
            broken.setattr(f"venturi.store.migrate.{step}", None)

        broken.setattr("venturi.store.migrate.metadata.create_all", make_and_break)
        with pytest.raises(TypeError):
            migrate(empty)
    if makes_tables_in_transactions(empty):
        assert tables(empty) == set()
    else:
        assert schema_state(empty) is SchemaState.HALF_MADE
        with pytest.raises(SchemaError, match=r"half-made.* Run: airflow db migrate"):
            require_current(empty)
        with pytest.raises(NotReady, match=r"half-made.* Run: airflow db migrate"):
            require_ready(empty)
    migrate(empty)
    assert schema_state(empty) is SchemaState.CURRENT
    require_ready(empty)


def test_tables_that_break_off_in_the_middle_are_made_anew(
    empty: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the power fails between two CREATE TABLE."""
    with monkeypatch.context() as broken:

        def make_some(tx: Tx) -> None:
            for table in metadata.sorted_tables[:7]:
                table.create(tx)
            raise KeyboardInterrupt

        broken.setattr("venturi.store.migrate.metadata.create_all", make_some)
        with pytest.raises(KeyboardInterrupt):
            migrate(empty)
    migrate(empty)
    assert tables(empty) == set(metadata.tables) | {"alembic_version"}
    assert schema_state(empty) is SchemaState.CURRENT


def test_an_upgrade_that_broke_off_goes_on(empty: Store) -> None:
    """All its statements are done, and its revision is not noted: MySQL may be left like that."""
    upgrade(alembic_config(empty), "head")
    if makes_tables_in_transactions(empty):
        downgrade(alembic_config(empty), "base")
    else:
        execute(empty, "DELETE FROM alembic_version")
        execute(empty, "DROP TABLE xcom")
        execute(empty, "DROP INDEX idx_log_dag ON log")
    upgrade(alembic_config(empty), "head")
    assert schema_state(empty) is SchemaState.CURRENT
    with empty.read() as tx:
        context = MigrationContext.configure(tx)
        assert compare_metadata(context, metadata) == []


def test_several_processes_may_migrate_at_the_same_time(database: str) -> None:
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
        thread.join(60)
    assert errors == []
    store = Store(database)
    assert schema_state(store) is SchemaState.CURRENT
    with store.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM slot_pool").scalar() == 1
        assert tx.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar() == 1
    store.close()


def test_any_revision_can_be_gone_to(empty: Store) -> None:
    migrate(empty)
    newest = head_revision(empty)
    first = [script.revision for script in scripts(empty).walk_revisions()][-1]
    assert change_revision(empty, first) == (newest, first)
    assert current_revision(empty) == first
    assert change_revision(empty, "head") == (first, newest)
    assert schema_state(empty) is SchemaState.CURRENT
    with pytest.raises(SchemaError, match=r"no revision 'x'.* There are: .*0001"):
        change_revision(empty, "x")


def test_the_statements_of_a_migration_can_be_read_first(empty: Store) -> None:
    text = sql_between(empty, None, "head")
    assert "CREATE TABLE dag_run" in text
    assert "INSERT INTO alembic_version" in text
    if empty.url.get_backend_name() == "mysql":
        assert text.count("COLLATE utf8mb4_bin") >= text.count("CREATE TABLE")
    assert tables(empty) == set()
    for statement in text.split(";\n\n"):
        if statement:
            execute(empty, statement)
    assert schema_state(empty) is SchemaState.CURRENT
    assert tables(empty) == set(metadata.tables) | {"alembic_version"}
    assert migrate(empty) is SchemaState.CURRENT


def test_dags_that_are_there_get_the_kind_of_their_timetable(empty: Store) -> None:
    migrate(empty)
    daily = CronInterval(expr="@daily")
    put(empty, make.dag(make.task("a"), dag_id="daily", timetable=daily))
    put(empty, make.dag(make.task("a"), dag_id="never"))
    put(empty, make.dag(make.task("a"), dag_id="strange"))
    change_revision(empty, "0008")
    execute(empty, "UPDATE dag_version SET spec = '{' WHERE dag_id = 'strange'")
    change_revision(empty, "head")
    with empty.read() as tx:
        kinds = tx.exec_driver_sql("SELECT dag_id, timetable_type FROM dag ORDER BY dag_id").all()
    assert [tuple(row) for row in kinds] == [
        ("daily", "CronDataIntervalTimetable"),
        ("never", "NullTimetable"),
        ("strange", None),
    ]
