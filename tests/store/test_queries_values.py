"""XComs, counts and the audit log."""

from typing import Any

import pytest
from sqlalchemy import insert

from tests import make
from tests.store import home
from tests.store.home import WHO, begun
from venturi.core.errors import NotFound
from venturi.core.states import TaskState
from venturi.store.commands.audit import note
from venturi.store.engine import Store, Tx
from venturi.store.queries.audit import get_audit, list_audit
from venturi.store.queries.counts import dag_counts, run_counts, runs_by_dag
from venturi.store.queries.instances import InstanceFilter, list_instances
from venturi.store.queries.paging import Paging
from venturi.store.queries.runs import Between
from venturi.store.queries.specs import list_versions, source_of, spec_of
from venturi.store.queries.values import XComFilter, get_xcom, list_xcoms
from venturi.store.schema.runs import xcom
from venturi.store.scope import EVERY_DAG

SPEC = make.dag(make.task("a"), make.task("b", "a"))


@pytest.fixture
def filled(store: Store) -> Store:
    home.put(store, SPEC)
    home.run(store, SPEC, "r1", instances={"a": begun()})
    home.run(
        store, SPEC, "r2", state="failed", days_ago=5, instances={"a": begun(TaskState.FAILED)}
    )
    for key, value in (("k", "1"), ("other", '"x"')):
        values = {"key": key, "value": value, "timestamp": make.NOW}
        names = {"task_id": "a", "dag_id": "d", "run_id": "r1"}
        home.execute(store, insert(xcom).values(**values, **names))
    return store


def keys(tx: Tx, **which: Any) -> list[str]:
    """The keys of the XComs that a filter lets through, asked for whole and by the page."""
    wanted = XComFilter(**which)
    found = [row.key for row in list_xcoms(tx, EVERY_DAG, of=wanted).rows]
    page = list_xcoms(tx, EVERY_DAG, of=wanted, paging=Paging(limit=9))
    assert [row.key for row in page.rows] == found
    assert page.total == len(found)
    return found


def test_xcoms_are_found_by_the_names_and_dates_they_show(filled: Store) -> None:
    spec = make.dag(make.task("late"), dag_id="e", label="Ünlabelled")
    home.put(filled, spec, path="/dags/e.py")
    home.run(filled, spec, "other_run", days_ago=5)
    of = {"dag_id": "e", "task_id": "late", "value": "1", "timestamp": make.NOW}
    for run_id, key in (("other_run", "far"), ("lost", "alone")):  # there is no run `lost`
        home.execute(filled, insert(xcom).values(**of, run_id=run_id, key=key))
    with filled.read() as tx:
        assert keys(tx, dag_pattern="label") == ["far", "alone"]
        assert keys(tx, dag_pattern="D%") == ["k", "other"]  # no other name: the id
        assert keys(tx, run_pattern="OTHER") == ["far"]
        assert keys(tx, run_pattern="r%") == ["k", "other"]
        assert keys(tx, task_pattern="at") == ["far", "alone"]
        then = make.later(-5 * 86400)
        for name in ("logical_date", "run_after"):
            assert keys(tx, **{name: Between(gte=then, lte=then)}) == ["far"]
            assert keys(tx, **{name: Between(gt=then)}) == ["k", "other"]
            assert keys(tx, **{name: Between(lt=then)}) == []


def test_xcoms_are_found_by_name_and_pattern(filled: Store) -> None:
    with filled.read() as tx:
        assert [row.key for row in list_xcoms(tx, EVERY_DAG, dag_id="d").rows] == ["k", "other"]
        others = XComFilter(key_pattern="oth")
        assert [row.key for row in list_xcoms(tx, EVERY_DAG, of=others).rows] == ["other"]
        assert list_xcoms(tx, EVERY_DAG, run_id="r2").total == 0
        assert get_xcom(tx, EVERY_DAG, "d", "r1", "a", "other").value == '"x"'
        with pytest.raises(NotFound, match="no XCom 'nope'"):
            get_xcom(tx, EVERY_DAG, "d", "r1", "a", "nope")


def test_a_list_of_xcoms_reads_no_values_unless_asked(filled: Store) -> None:
    with filled.read() as tx:
        assert {row.value for row in list_xcoms(tx, EVERY_DAG, dag_id="d").rows} == {None}
        page = list_xcoms(tx, EVERY_DAG, dag_id="d", paging=Paging(limit=1), with_values=True)
        assert page.rows[0].value


def test_counts_by_state(filled: Store) -> None:
    with filled.read() as tx:
        assert run_counts(tx, EVERY_DAG, dag_ids=["d"]) == {"running": 1, "failed": 1}
        assert runs_by_dag(tx, EVERY_DAG) == {("d", "running"): 1, ("d", "failed"): 1}
        assert dag_counts(tx, EVERY_DAG) == {"active": 1, "paused": 0, "import_errors": 0}


def test_instances_are_filtered_by_state_also_by_none(filled: Store) -> None:
    def found(**which: object) -> list[tuple[str, str]]:
        with filled.read() as tx:
            wanted = InstanceFilter(**which)  # type: ignore[arg-type]
            page = list_instances(tx, EVERY_DAG, wanted, Paging(order=("run_id", "id")))
        return [(row.run_id, row.task_id) for row in page.rows]

    assert found(states=("none",)) == [("r1", "b"), ("r2", "b")]
    assert found(states=("none", "failed")) == [("r1", "b"), ("r2", "a"), ("r2", "b")]
    assert found(run_ids=("r1",), task_pattern="a") == [("r1", "a")]
    assert found(run_after=Between(lt=make.later(-2 * 86400))) == [("r2", "a"), ("r2", "b")]


def test_the_audit_log_is_read_newest_first(filled: Store) -> None:
    filled.retrying(lambda tx: note(tx, WHO, "one", dag_id="d", extra={"a": 1}))
    filled.retrying(lambda tx: note(tx, WHO, "two"))
    with filled.read() as tx:
        assert [row.event for row in list_audit(tx, EVERY_DAG).rows] == ["two", "one"]
        (row,) = list_audit(tx, EVERY_DAG, dag_id="d", owner="tester").rows
        assert (row.when, row.extra) == (make.NOW, '{"a": 1}')
        assert get_audit(tx, EVERY_DAG, row.id).event == "one"
        assert list_audit(tx, EVERY_DAG, when=Between(gt=make.NOW)).total == 0
        with pytest.raises(NotFound):
            get_audit(tx, EVERY_DAG, 999)


def test_versions_and_their_descriptions_stay(filled: Store) -> None:
    home.put(filled, make.dag(make.task("a")), key="k2")
    with filled.read() as tx:
        assert [row.version_number for row in list_versions(tx, EVERY_DAG, "d")] == [2, 1]
        assert len(spec_of(tx, EVERY_DAG, "d").tasks) == 1
        assert len(spec_of(tx, EVERY_DAG, "d", 1).tasks) == 2
        with pytest.raises(NotFound, match="no version 9"):
            spec_of(tx, EVERY_DAG, "d", 9)
        with pytest.raises(NotFound, match="No source"):
            source_of(tx, EVERY_DAG, "d")
