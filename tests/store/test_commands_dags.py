"""Pausing and deleting DAGs."""

import pytest

from tests import make
from tests.store import home
from tests.store.home import WHO
from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.core.states import TaskState
from venturi.store.commands import dags
from venturi.store.engine import Store
from venturi.store.queries.dags import DagFilter, get_dag, list_dags, waiting_runs
from venturi.store.queries.specs import current_version
from venturi.store.schema.all import metadata
from venturi.store.schema.dags import dag as dag_table
from venturi.store.schema.people import log
from venturi.store.scope import EVERY_DAG

ONE = make.dag(make.task("a"), make.task("b", "a"), dag_id="one", tags=("x", "y"))
TWO = make.dag(make.task("a", owner="ann"), dag_id="two", tags=("y",))


def put_both(store: Store) -> None:
    home.put(store, ONE, path="/dags/one.py")
    home.put(store, TWO, path="/dags/two.py")


def listed(store: Store, **which: object) -> list[str]:
    with store.read() as tx:
        return [row.dag_id for row in list_dags(tx, EVERY_DAG, DagFilter(**which)).rows]  # type: ignore[arg-type]


def test_a_paused_dag_says_so_and_the_audit_log_who_did_it(store: Store) -> None:
    put_both(store)
    done = store.retrying(lambda tx: dags.set_paused(tx, "one", True, WHO))
    assert done == ("one", True, True)
    with store.read() as tx:
        assert get_dag(tx, EVERY_DAG, "one").is_paused
        assert not get_dag(tx, EVERY_DAG, "two").is_paused
    (entry,) = home.rows(store, log, dag_id="one")
    assert (entry.event, entry.owner, entry.dttm) == ("pause", "tester", make.NOW)


def test_pausing_again_changes_nothing(store: Store) -> None:
    put_both(store)
    assert not store.retrying(lambda tx: dags.set_paused(tx, "one", False, WHO)).changed


def test_an_unknown_dag_is_named_with_the_closest(store: Store) -> None:
    put_both(store)
    with pytest.raises(NotFound, match=r"no DAG 'ones'\. Did you mean 'one'"):
        store.retrying(lambda tx: dags.set_paused(tx, "ones", True, WHO))


def test_a_regular_expression_pauses_all_it_matches(store: Store) -> None:
    put_both(store)
    done = store.retrying(lambda tx: dags.set_paused_matching(tx, "^t", True, WHO))
    assert [change.dag_id for change in done] == ["two"]
    assert listed(store, paused=True) == ["two"]
    with pytest.raises(NotFound):
        store.retrying(lambda tx: dags.set_paused_matching(tx, "zzz", True, WHO))
    with pytest.raises(InvalidInput, match="regular expression"):
        store.retrying(lambda tx: dags.set_paused_matching(tx, "(", True, WHO))


def test_runs_that_wait_for_a_paused_dag_are_counted(store: Store) -> None:
    put_both(store)
    home.run(store, ONE, "r1", state="queued", days_ago=1)
    home.run(store, ONE, "r2", state="queued", days_ago=2)
    home.run(store, TWO, "r1", state="queued")
    store.retrying(lambda tx: dags.set_paused(tx, "one", True, WHO))
    with store.read() as tx:
        assert waiting_runs(tx, EVERY_DAG) == {"one": 2}


def test_deleting_takes_every_row_and_hides_the_dag_until_its_file_changes(store: Store) -> None:
    put_both(store)
    home.run(store, ONE, state="success", instances={"a": home.begun()})
    home.run(store, TWO, state="success")
    done = store.retrying(lambda tx: dags.delete_dag(tx, "one", WHO))
    assert done.hidden and done.rows > 3
    for table in metadata.sorted_tables:
        if "dag_id" in table.c and table.name not in {"dag", "log"}:
            assert home.rows(store, table, dag_id="one") == [], table.name
    assert listed(store) == ["two"]
    with pytest.raises(NotFound), store.read() as tx:
        get_dag(tx, EVERY_DAG, "one")
    home.put(store, ONE, path="/dags/one.py", key="k1")
    assert listed(store) == ["two"]
    home.put(store, ONE, path="/dags/one.py", key="k2")
    assert listed(store) == ["one", "two"]


def test_a_deleted_dag_that_comes_back_begins_anew(store: Store) -> None:
    put_both(store)
    store.retrying(lambda tx: dags.set_paused(tx, "one", True, WHO))
    store.retrying(lambda tx: dags.delete_dag(tx, "one", WHO))
    with pytest.raises(NotFound):
        store.retrying(lambda tx: dags.set_paused(tx, "one", True, WHO))
    with pytest.raises(NotFound):
        store.retrying(lambda tx: dags.delete_dag(tx, "one", WHO))
    home.put(store, ONE, path="/dags/one.py", key="k2")
    with store.read() as tx:
        assert not get_dag(tx, EVERY_DAG, "one").is_paused
        assert current_version(tx, EVERY_DAG, "one").number == 1


def test_a_dag_whose_file_is_gone_is_deleted_for_good(store: Store) -> None:
    from venturi.store.dags import deactivate, forget_file

    put_both(store)
    with store.write() as tx:
        deactivate(tx, ["one"])
        forget_file(tx, "/dags/one.py")
    assert not store.retrying(lambda tx: dags.delete_dag(tx, "one", WHO)).hidden
    assert home.rows(store, dag_table, dag_id="one") == []


@pytest.mark.parametrize("state", [TaskState.RUNNING, TaskState.QUEUED])
def test_a_dag_at_work_is_not_deleted(store: Store, state: TaskState) -> None:
    put_both(store)
    home.run(store, ONE, instances={"a": home.begun(state)})
    with pytest.raises(Conflict, match="1 queued or running"):
        store.retrying(lambda tx: dags.delete_dag(tx, "one", WHO))
    assert len(home.rows(store, dag_table, dag_id="one", hidden_key=None)) == 1


def test_lists_are_filtered_by_tag_owner_and_pattern(store: Store) -> None:
    put_both(store)
    assert listed(store, tags=("x", "y")) == ["one", "two"]
    assert listed(store, tags=("x", "y"), all_tags=True) == ["one"]
    assert listed(store, owners=("ann",)) == ["two"]
    assert listed(store, id_pattern="wo") == ["two"]
    assert listed(store, id_pattern="o%") == ["one"]
    assert listed(store, id_pattern="_") == []  # no wildcard of SQL's


def test_the_state_of_the_last_run_filters(store: Store) -> None:
    put_both(store)
    home.run(store, ONE, "old", state="failed", days_ago=3)
    home.run(store, ONE, "new", state="success", days_ago=1)
    home.run(store, TWO, "old", state="failed", days_ago=3)
    assert listed(store, last_run_state="failed") == ["two"]
    assert listed(store, last_run_state="success") == ["one"]


def test_pages_say_how_many_there_are_in_all(store: Store) -> None:
    from venturi.store.queries.paging import Paging

    put_both(store)
    with store.read() as tx:
        page = list_dags(tx, EVERY_DAG, paging=Paging(limit=1, offset=1, order=("-dag_id",)))
        assert ([row.dag_id for row in page.rows], page.total) == (["one"], 2)
        with pytest.raises(InvalidInput, match="Cannot order by 'password'"):
            list_dags(tx, EVERY_DAG, paging=Paging(order=("password",)))
        with pytest.raises(InvalidInput):
            list_dags(tx, EVERY_DAG, paging=Paging(limit=-1))
