"""Nobody is told of DAGs outside of their scope, and no query can be asked without one."""

import importlib
import inspect
import pkgutil
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert, update

from tests import make
from tests.store.home import begun, execute, put, run
from venturi.core.errors import NotFound
from venturi.spec.model import DagSpec
from venturi.spec.timetable.model import AssetTriggered
from venturi.store import queries
from venturi.store.access import grants
from venturi.store.engine import Store
from venturi.store.queries import (
    audit,
    backfills,
    counts,
    dags,
    facts,
    files,
    health,
    instances,
    pulse,
    recent,
    runs,
    specs,
    values,
)
from venturi.store.schema.dags import dag_access, dag_owner, import_error
from venturi.store.schema.people import log
from venturi.store.schema.runs import dag_run, xcom
from venturi.store.scope import EVERY_DAG, DagScope

ADA = DagScope(owner="admin")
NOBODY = DagScope()
READERS = DagScope(roles=frozenset({"readers"}), actions=frozenset({"read"}))


def owned(dag_id: str, owner: str, **values: Any) -> DagSpec:
    return make.dag(make.task("a", owner=owner), dag_id=dag_id, **values)


@pytest.fixture
def filled(store: Store) -> Store:
    """DAGs of two people whose names and ids contain each other."""
    grant = {"access_control": {"readers": ["can_read"]}}
    for spec in (
        owned("dag_a", "admin"),
        owned("dag_ab", "notanadmin", **grant),
        owned("_dag", "Admin"),
        owned("dag_a2", "admin2"),
    ):
        path = f"/dags/{spec.dag_id}.py"
        put(store, spec, path=path)
        run(store, spec, instances={"a": begun()})
        execute(store, insert(import_error).values(filename=path, stacktrace=spec.dag_id))
        execute(store, insert(log).values(event="x", dag_id=spec.dag_id, dttm=make.NOW))
        execute(
            store,
            insert(xcom).values(
                dag_id=spec.dag_id,
                run_id="r1",
                task_id="a",
                map_index=-1,
                key="k",
                value="1",
                timestamp=make.NOW,
            ),
        )
    execute(store, insert(log).values(event="cli", dttm=make.NOW))
    execute(store, insert(import_error).values(filename="/dags/broken.py", stacktrace="nobody's"))
    return store


#: Each list of DAGs, runs, values: what it names.
LISTS: dict[str, Any] = {
    "dags": lambda tx, scope: {row.dag_id for row in dags.list_dags(tx, scope).rows},
    "runs": lambda tx, scope: {row.dag_id for row in runs.list_runs(tx, scope).rows},
    "instances": lambda tx, scope: {row.dag_id for row in instances.list_instances(tx, scope).rows},
    "xcoms": lambda tx, scope: {row.dag_id for row in values.list_xcoms(tx, scope).rows},
    "stats": lambda tx, scope: {dag_id for dag_id, _ in counts.runs_by_dag(tx, scope)},
    "errors": lambda tx, scope: {row.text for row in files.list_import_errors(tx, scope).rows},
    "audit": lambda tx, scope: {row.dag_id for row in audit.list_audit(tx, scope).rows},
    "files": lambda tx, scope: {
        dag_id for row in files.list_files(tx, scope) for dag_id in row.dag_ids
    },
}
ALL_IDS = {"dag_a", "dag_ab", "_dag", "dag_a2"}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_what_the_scope_holds_and_no_more(filled: Store, name: str) -> None:
    with filled.read() as tx:
        assert LISTS[name](tx, ADA) == {"dag_a"}
        assert LISTS[name](tx, READERS) == {"dag_ab"}
        both = msgspec.structs.replace(READERS, owner="admin")
        assert LISTS[name](tx, both) == {"dag_a", "dag_ab"}
        assert LISTS[name](tx, NOBODY) == set()
        assert LISTS[name](tx, EVERY_DAG) >= ALL_IDS


@pytest.mark.parametrize("owner", ["ADMIN", "admin ", "adm%", "a_min", "", "admin, notanadmin"])
def test_a_name_that_is_only_like_the_owners_holds_nothing(filled: Store, owner: str) -> None:
    with filled.read() as tx:
        assert LISTS["dags"](tx, DagScope(owner=owner)) == set()


def test_a_filter_by_runs_or_assets_finds_none_outside_of_the_scope(filled: Store) -> None:
    waits = {"schedule_assets": [{"type": "asset", "name": "orders", "uri": "s3://o"}]}
    when = AssetTriggered(condition=None)
    for spec in (
        owned("dag_a", "admin", timetable=when, recorded=waits),
        owned("dag_ab", "notanadmin", timetable=when, recorded=waits),
    ):
        put(filled, spec, path=f"/dags/{spec.dag_id}.py", key="k2")

    def found(scope: DagScope, **which: Any) -> set[str]:
        with filled.read() as tx:
            return {row.dag_id for row in dags.list_dags(tx, scope, dags.DagFilter(**which)).rows}

    day = timedelta(days=1)
    execute(filled, update(dag_run).values(start_date=make.NOW, end_date=make.NOW + day))
    since = runs.Between(gte=make.NOW)
    had = dags.HadRun(states=("running", "failed"), start_date=since, end_date=since)
    assert found(EVERY_DAG, had_run=had) == ALL_IDS
    assert found(ADA, had_run=had) == {"dag_a"}
    never = dags.HadRun(states=("running",), end_date=runs.Between(lt=make.NOW + day))
    assert found(EVERY_DAG, had_run=never) == set()
    for which in ({"asset_pattern": "ORDERS"}, {"asset_pattern": "s3://"}, {"by_assets": True}):
        assert found(EVERY_DAG, **which) == {"dag_a", "dag_ab"}
        assert found(ADA, **which) == {"dag_a"}
    assert found(EVERY_DAG, by_assets=False) == {"_dag", "dag_a2"}
    assert found(ADA, by_assets=False) == set()
    assert found(EVERY_DAG, timetable_types=("NullTimetable",)) == {"_dag", "dag_a2"}
    assert found(ADA, bundle_name="dags-folder") == {"dag_a"}
    assert found(EVERY_DAG, bundle_name="DAGS-folder") == set()
    assert found(EVERY_DAG, bundle_version="1") == set()


def test_import_errors_by_file_and_bundle_are_of_the_scope(filled: Store) -> None:
    def found(scope: DagScope, **which: Any) -> set[str]:
        with filled.read() as tx:
            return {row.text for row in files.list_import_errors(tx, scope, **which).rows}

    assert found(ADA, filename="/dags/dag_a.py") == {"dag_a"}
    assert found(ADA, filename="/dags/dag_ab.py") == set()
    assert found(EVERY_DAG, filename="/dags/DAG_A.py") == set()
    execute(filled, update(import_error).values(bundle_name="dags-folder"))
    assert found(ADA, bundle_name="dags-folder") == {"dag_a"}
    assert found(EVERY_DAG, bundle_name="dags") == set()


def test_counts_are_of_the_scope(filled: Store) -> None:
    with filled.read() as tx:
        assert counts.run_counts(tx, ADA) == {"running": 1}
        assert counts.dag_counts(tx, ADA) == {"active": 1, "paused": 0, "import_errors": 1}
        assert dags.list_owners(tx, ADA) == ["admin"]


#: Each question about one DAG.
ONES: dict[str, Any] = {
    "dag": dags.get_dag,
    "run": lambda tx, scope, dag_id: runs.get_run(tx, scope, dag_id, "r1"),
    "find": lambda tx, scope, dag_id: runs.find_run(tx, scope, dag_id, "r1", None),
    "instance": lambda tx, scope, dag_id: instances.get_instance(tx, scope, dag_id, "r1", "a"),
    "tries": lambda tx, scope, dag_id: instances.list_tries(tx, scope, dag_id, "r1", "a"),
    "spec": specs.spec_of,
    "version": lambda tx, scope, dag_id: specs.spec_of(tx, scope, dag_id, 1),
    "xcom": lambda tx, scope, dag_id: values.get_xcom(tx, scope, dag_id, "r1", "a", "k"),
}


@pytest.mark.parametrize("name", ONES)
def test_one_outside_of_the_scope_is_not_there(filled: Store, name: str) -> None:
    with filled.read() as tx:
        assert ONES[name](tx, ADA, "dag_a")
        for foreign in ("dag_ab", "_dag", "dag_a2"):
            with pytest.raises(NotFound) as told:
                ONES[name](tx, ADA, foreign)
            hint = str(told.value).replace(repr(foreign), "")
            assert not any(repr(other) in hint for other in ALL_IDS - {"dag_a", foreign})


def test_a_file_with_dags_of_several_people_is_shown_to_none_of_them(filled: Store) -> None:
    put(filled, owned("dag_b", "notanadmin"), path="/dags/dag_a.py")
    with filled.read() as tx:
        assert LISTS["errors"](tx, ADA) == set()
        with pytest.raises(NotFound):
            specs.source_of(tx, ADA, "dag_a")


def test_the_rows_follow_the_file(store: Store) -> None:
    grant = {"access_control": {"readers": {"DAGs": ["can_edit"], "DAG Runs": ["can_create"]}}}
    put(store, owned("d", "one", **grant))
    put(store, owned("d", "two"))
    with store.read() as tx:
        assert [row.owner for row in tx.execute(dag_owner.select())] == ["two"]
        assert tx.execute(dag_access.select()).all() == []
        assert EVERY_DAG.holds(tx, "d")
        assert DagScope(owner="two").holds(tx, "d")
        assert not DagScope(owner="one").holds(tx, "d")


def test_what_a_dag_grants_is_read_in_the_words_of_every_era() -> None:
    assert grants({"r": ["can_dag_read", "can_dag_edit"]}) == {("r", "read"), ("r", "edit")}
    assert grants({"r": {"DAG Runs": "can_create"}}) == {("r", "trigger")}
    assert grants({"r": ["can_fly"], "s": 7, "t": {"Pools": ["can_read"]}}) == set()


#: Questions about rows that a scope has let through before, by their own ids, or about no DAG.
_UNSCOPED = {
    *(getattr(facts, name) for name in ("version_rows", "update_times", "specs_by_version")),
    facts.rendered_by_instance,
    backfills.run_counts,
    *(getattr(recent, name) for name in ("last_runs", "usual_seconds", "display_names")),
    # One look for all streams of a process, each of which is told only of its own DAGs.
    *(getattr(pulse, name) for name in ("feel", "new_runs", "touched_dags")),
    # Of processes, which belong to no DAG.
    *(getattr(health, name) for name in ("heartbeat_of", "living_scheduler")),
}


def test_no_query_about_dags_can_be_asked_without_a_scope() -> None:
    for module in pkgutil.iter_modules(queries.__path__, queries.__name__ + "."):
        if module.name.endswith((".paging", ".keyed", ".schema", ".users")):
            continue
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ != module.name or name.startswith("_"):
                continue
            taken = inspect.signature(function).parameters
            # A row has been let through by the scope of who asked for it.
            of_rows = any("Row" in str(each.annotation) for each in taken.values())
            if "tx" not in taken or function in _UNSCOPED or of_rows:
                continue
            assert "scope" in taken, f"{module.name}.{name} takes no scope"
            assert taken["scope"].default is inspect.Parameter.empty
