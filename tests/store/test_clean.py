"""`db clean`: old rows go into archive tables, what is needed stays."""

import pytest
from sqlalchemy import insert, select, update

from tests import make
from tests.store import history, home
from tests.store.history import days, ended
from venturi.core.errors import InvalidInput
from venturi.store.commands.archives import (
    archived_rows,
    drop_archives,
    drop_empty,
    list_archives,
    make_archives,
)
from venturi.store.commands.clean import (
    Wish,
    choose_rules,
    clean_batch,
    count_rows,
    rules,
    tables_to_archive,
)
from venturi.store.dags import deactivate, forget_file, put_import_error
from venturi.store.engine import Store
from venturi.store.schema.all import metadata
from venturi.store.schema.dags import dag, dag_tag, dag_version, import_error
from venturi.store.schema.engine import job
from venturi.store.schema.later import trigger
from venturi.store.schema.people import log, sla_miss, task_fail
from venturi.store.schema.runs import dag_run, task_instance, xcom

ONE = make.dag(make.task("a"), dag_id="one", tags=("x",))
TWO = make.dag(make.task("a"), dag_id="two")
WISH = Wish(days(365))


def put(store: Store) -> None:
    for spec in (ONE, TWO):
        home.put(store, spec, path=f"/dags/{spec.dag_id}.py")


def started(store: Store, spec: object, run_id: str, age: int, **how: str) -> None:
    """A run with a row in every table, as old as it is."""
    row_id = ended(store, spec, run_id, age, **how)  # type: ignore[arg-type]
    history.fill(store, spec, run_id)  # type: ignore[arg-type]
    at = days(age)
    home.execute(store, update(dag_run).where(dag_run.c.id == row_id).values(start_date=at))
    home.execute(
        store,
        update(task_instance).where(task_instance.c.dagrun_id == row_id).values(start_date=at),
    )


def clean(store: Store, *tables: str, wish: Wish = WISH, archive: bool = True) -> dict[str, int]:
    """Clean these tables as the command does; the rows deleted by table."""
    chosen, _ = choose_rules(tables, wish)
    archives = make_archives(store, tables_to_archive(chosen) if archive else (), make.NOW)
    done = {}
    for rule in chosen:
        total = 0
        while count := clean_batch(store, rule, wish, archives, 3):
            total += count
        done[rule.table.name] = total
    drop_empty(store, archives.values())
    return {name: count for name, count in done.items() if count}


def archived(store: Store, table: str) -> list[dict[str, object]]:
    (found,) = list_archives(store, {table})
    with archived_rows(store, found.name) as (columns, rows):
        return [dict(zip(columns, row, strict=True)) for row in rows]


def runs(store: Store) -> set[tuple[str, str]]:
    return {(row.dag_id, row.run_id) for row in home.rows(store, dag_run)}


def test_an_old_run_and_all_that_belongs_to_it_move_to_the_archive(store: Store) -> None:
    put(store)
    started(store, ONE, "old", 400)
    started(store, ONE, "new", 1)
    assert clean(store, "dag_run") == {"dag_run": 1}
    assert runs(store) == {("one", "new")}
    (row,) = archived(store, "dag_run")
    assert (row["dag_id"], row["run_id"]) == ("one", "old")
    for table in history.tables_about_runs():
        assert len(home.rows(store, table)) == 1, table.name
        assert len(archived(store, table.name)) == 1, table.name
    assert [row["run_id"] for row in archived(store, "task_instance")] == ["old"]
    assert list_archives(store, {"dag"}) == []


def test_without_archive_the_rows_are_gone(store: Store) -> None:
    put(store)
    started(store, ONE, "old", 400)
    assert clean(store, archive=False)["dag_run"] == 1
    assert runs(store) == set()
    assert list_archives(store) == []


@pytest.mark.parametrize("state", ["queued", "running"])
def test_nothing_of_a_run_that_has_not_ended_goes(store: Store, state: str) -> None:
    put(store)
    started(store, ONE, "old", 400, state=state)
    home.execute(store, update(xcom).values(timestamp=days(400)))
    home.execute(store, update(task_fail).values(start_date=days(400)))
    home.execute(store, update(sla_miss).values(timestamp=days(400)))
    clean(store)
    assert runs(store) == {("one", "old")}
    for table in history.tables_about_runs():
        assert len(home.rows(store, table)) == 1, table.name


def test_the_latest_scheduled_run_of_each_dag_stays(store: Store) -> None:
    put(store)
    for run_id, age in (("s1", 402), ("s2", 401)):
        started(store, ONE, run_id, age, run_type="scheduled")
    started(store, ONE, "m", 400)
    started(store, TWO, "s", 500, run_type="scheduled")
    assert clean(store)["dag_run"] == 2
    assert runs(store) == {("one", "s2"), ("two", "s")}
    assert len(home.rows(store, task_instance)) == 2


def test_a_table_alone_is_cleaned_by_the_age_of_its_rows(store: Store) -> None:
    put(store)
    started(store, ONE, "old", 400)
    started(store, ONE, "new", 1)
    home.execute(store, update(xcom).where(xcom.c.run_id == "new").values(timestamp=make.NOW))
    assert clean(store, "xcom") == {"xcom": 1}
    assert [row.run_id for row in home.rows(store, xcom)] == ["new"]
    assert len(runs(store)) == 2


def test_dags_are_chosen_and_left_out(store: Store) -> None:
    put(store)
    for spec in (ONE, TWO):
        started(store, spec, "old", 400)
        home.execute(store, insert(log).values(dttm=days(400), event="x", dag_id=spec.dag_id))
    home.execute(store, insert(log).values(dttm=days(400), event="no dag"))
    only = Wish(days(365), dag_ids=frozenset({"one"}))
    assert clean(store, "log", wish=only) == {"log": 1}
    assert clean(store, "dag_run", wish=only) == {"dag_run": 1}
    assert runs(store) == {("two", "old")}
    but = Wish(days(365), exclude_dag_ids=frozenset({"two"}))
    assert clean(store, "log", "dag_run", wish=but, archive=False) == {"log": 1}
    assert [row.dag_id for row in home.rows(store, log)] == ["two"]


def test_tables_of_no_dag_are_left_out_when_dags_are_chosen() -> None:
    only = Wish(days(365), dag_ids=frozenset({"one"}))
    chosen, remarks = choose_rules(["trigger", "log"], only)
    assert [rule.table.name for rule in chosen] == ["log"]
    assert remarks == ["Rows of table trigger belong to no DAG: skipped."]
    assert {"trigger", "import_error"}.isdisjoint(
        rule.table.name for rule in choose_rules([], only)[0]
    )


def test_a_table_that_only_airflow_has_is_skipped_and_a_strange_one_refused() -> None:
    chosen, remarks = choose_rules(["session", "log"], WISH)
    assert [rule.table.name for rule in chosen] == ["log"]
    assert remarks == ["Table session does not exist here: skipped."]
    with pytest.raises(InvalidInput, match=r"no table 'logs' to clean\. Choose from: asset_event"):
        choose_rules(["logs"], WISH)


def test_only_what_nothing_needs_goes(store: Store) -> None:
    put(store)
    for state in ("running", "success"):
        home.execute(store, insert(job).values(state=state, latest_heartbeat=days(400)))
    for number in (1, 2):
        home.execute(
            store,
            insert(trigger).values(id=number, classpath="x", kwargs="{}", created_date=days(400)),
        )
    ended(store, ONE, "waits", 1, state="running")
    home.execute(store, update(task_instance).values(trigger_id=1))
    with store.write() as tx:
        put_import_error(tx, "/dags/one.py", "broken", days(400))
        put_import_error(tx, "/dags/gone.py", "broken", days(400))
    home.execute(store, update(dag_version).values(last_updated=days(400)))
    home.execute(store, update(dag).values(last_parsed_time=days(400)))
    assert clean(store) == {"job": 1, "trigger": 1, "import_error": 1}
    assert [row.state for row in home.rows(store, job)] == ["running"]
    assert [row.id for row in home.rows(store, trigger)] == [1]
    assert [row.filename for row in home.rows(store, import_error)] == ["/dags/one.py"]


def test_a_dag_that_is_in_no_file_any_more_goes_with_its_versions(store: Store) -> None:
    put(store)
    with store.write() as tx:
        deactivate(tx, ["one"])
        forget_file(tx, "/dags/one.py")
    home.execute(store, update(dag).values(last_parsed_time=days(400)))
    home.execute(store, update(dag_version).values(last_updated=days(400)))
    ended(store, ONE, "r", 1)
    assert clean(store) == {}, "it has a run yet"
    home.execute(store, dag_run.delete())
    home.execute(store, task_instance.delete())
    assert clean(store) == {"dag": 1, "dag_version": 1}
    for table in (dag, dag_version, dag_tag):
        assert home.rows(store, table, dag_id="one") == []


def test_every_row_that_is_counted_is_deleted(store: Store) -> None:
    put(store)
    for number in range(5):
        started(store, ONE, f"r{number}", 400 + number)
    for rule in rules().values():
        with store.read() as tx:
            count = count_rows(tx, rule, WISH)
        gone = 0
        while done := clean_batch(store, rule, WISH, {}, 2):
            assert done <= 2
            gone += done
        assert gone == count, rule.table.name


def test_archives_have_a_name_of_their_own_each_and_can_be_dropped(store: Store) -> None:
    wanted = [metadata.tables["log"], metadata.tables["rendered_task_instance_fields"]]
    first = make_archives(store, wanted, make.NOW)
    second = make_archives(store, wanted[:1], make.NOW)
    assert first["log"].name == "_airflow_deleted__log__20261122120000"
    assert second["log"].name == "_airflow_deleted__log__20261122120001"
    assert all(len(found.name) <= 63 for found in list_archives(store))
    assert [found.table for found in list_archives(store)] == [
        "log",
        "log",
        "rendered_task_instance_fields",
    ]
    drop_archives(store, [found.name for found in list_archives(store, {"log"})])
    assert [found.table for found in list_archives(store)] == ["rendered_task_instance_fields"]
    drop_empty(store, [first["rendered_task_instance_fields"]])
    assert list_archives(store) == []
    with store.read() as tx:
        assert tx.execute(select(log)).all() == []
