"""Old history goes, in small batches; what is needed stays."""

from sqlalchemy import insert, update

from tests import make
from tests.store import history, home
from tests.store.history import days, ended
from tests.store.home import WHO
from venturi.core.attempts import FileRef
from venturi.core.messages import Loaded
from venturi.store.commands import dags, retention
from venturi.store.commands.retention import Keep
from venturi.store.commands.unused import delete_unused_code
from venturi.store.dags import put_file, put_import_error, put_source
from venturi.store.engine import Store
from venturi.store.queries.specs import current_version
from venturi.store.runs import last_scheduled
from venturi.store.schema.dags import bundle_file, dag_code, dag_version, import_error
from venturi.store.schema.engine import callback_request, job
from venturi.store.schema.later import asset_schedule, backfill
from venturi.store.schema.people import log, sla_miss
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.scope import EVERY_DAG

ONE = make.dag(make.task("a"), make.task("b", "a"), dag_id="one")
TWO = make.dag(make.task("a"), dag_id="two")
YEAR = Keep(days(365), 1)


def old_runs(store: Store, keep: Keep = YEAR, limit: int = 200, dag_id: str = "one") -> list[str]:
    return store.retrying(lambda tx: retention.delete_old_runs(tx, dag_id, keep, limit)).run_ids


def kept(store: Store, dag_id: str = "one") -> set[str]:
    return {row.run_id for row in home.rows(store, dag_run, dag_id=dag_id)}


def test_an_old_run_goes_with_its_rows_in_every_table(store: Store) -> None:
    home.put(store, ONE)
    home.put(store, TWO, path="/dags/two.py")
    for spec in (ONE, TWO):
        ended(store, spec, "old", 400)
        history.fill(store, spec, "old")
        ended(store, spec, "new", 1)
        history.fill(store, spec, "new")
    assert old_runs(store) == ["old"]
    assert kept(store) == {"new"}
    assert kept(store, "two") == {"new", "old"}
    new, *_ = home.rows(store, dag_run, dag_id="one", run_id="new")
    assert {row.dagrun_id for row in home.rows(store, task_instance, dag_id="one")} == {new.id}
    tables = list(history.tables_about_runs())
    assert {"xcom", "task_instance_history", "callback_request", "sla_miss"} <= {
        table.name for table in tables
    }
    for table in tables:
        by_dag = [row.dag_id for row in home.rows(store, table)] if "dag_id" in table.c else []
        if by_dag:
            assert sorted(by_dag) == ["one", "two", "two"], table.name
        else:
            assert len(home.rows(store, table)) == 3, table.name


def test_a_run_that_has_not_ended_stays_however_old_it_is(store: Store) -> None:
    home.put(store, ONE)
    for state in ("queued", "running"):
        ended(store, ONE, state, 900 + len(state), state=state)
    ended(store, ONE, "failed", 800, state="failed")
    ended(store, ONE, "new", 1)
    assert old_runs(store) == ["failed"]
    assert kept(store) == {"queued", "running", "new"}


def test_the_newest_runs_of_a_dag_stay_whatever_their_age(store: Store) -> None:
    home.put(store, ONE)
    for age in range(400, 425):
        ended(store, ONE, f"r{age}", age)
    assert old_runs(store, Keep(days(365), 20)) == ["r424", "r423", "r422", "r421", "r420"]
    assert len(kept(store)) == 20
    assert old_runs(store, Keep(days(365), 20)) == []


def test_the_run_that_the_schedule_goes_on_from_stays(store: Store) -> None:
    home.put(store, ONE)
    ended(store, ONE, "s1", 502, run_type="scheduled")
    ended(store, ONE, "s2", 501, run_type="scheduled")
    for number in range(3):
        ended(store, ONE, f"m{number}", number + 1)
    assert old_runs(store) == ["s1"]
    with store.read() as tx:
        last = last_scheduled(tx, "one")
    assert last is not None and last.run_after == days(501)


def test_a_replay_that_goes_leaves_what_belongs_to_the_run_it_replays(store: Store) -> None:
    home.put(store, ONE)
    ended(store, ONE, "new", 1)
    (new,) = home.rows(store, dag_run)
    history.add_row(store, sla_miss, dag_id="one", task_id="a", execution_date=new.execution_date)
    replay = ended(store, ONE, "replay", 400)
    home.execute(
        store,
        update(dag_run)
        .where(dag_run.c.id == replay)
        .values(logical_date=None, execution_date=new.execution_date),
    )
    assert old_runs(store) == ["replay"]
    assert len(home.rows(store, sla_miss)) == 1


def test_a_run_counts_from_its_end_and_not_from_its_beginning(store: Store) -> None:
    home.put(store, ONE)
    row_id = ended(store, ONE, "slow", 400)
    home.execute(store, update(dag_run).where(dag_run.c.id == row_id).values(end_date=days(364)))
    ended(store, ONE, "new", 1)
    assert old_runs(store) == []


def test_a_batch_is_small_and_takes_the_oldest_first(store: Store) -> None:
    home.put(store, ONE)
    for age in (401, 402, 403, 404):
        ended(store, ONE, f"r{age}", age)
    ended(store, ONE, "new", 1)
    assert old_runs(store, limit=2) == ["r404", "r403"]
    assert old_runs(store, limit=2) == ["r402", "r401"]
    assert old_runs(store, limit=2) == []


def test_a_batch_ends_where_its_task_instances_are_many(store: Store) -> None:
    wide = make.dag(*(make.task(f"t{i}") for i in range(900)), dag_id="one")
    home.put(store, wide)
    for age in range(401, 406):
        ended(store, wide, f"r{age}", age)
    ended(store, wide, "new", 1)
    assert old_runs(store) == ["r405", "r404"]


def test_dags_without_old_runs_are_not_looked_at(store: Store) -> None:
    home.put(store, ONE)
    home.put(store, TWO, path="/dags/two.py")
    ended(store, ONE, "old", 400)
    ended(store, ONE, "new", 1)
    ended(store, TWO, "old", 400)
    with store.read() as tx:
        assert retention.dags_with_old_runs(tx, YEAR) == ["one"]


def test_other_rows_go_by_age_and_only_when_nothing_needs_them(store: Store) -> None:
    home.put(store, ONE)
    for age in (1, 400):
        at = days(age)
        rows = {
            log: {"dttm": at, "event": "x"},
            job: {"latest_heartbeat": at, "state": "running"},
            callback_request: {
                "created_at": at,
                "dag_id": "one",
                "kind": "x",
                "callback_data": b"",
            },
        }
        for table, values in rows.items():
            home.execute(store, insert(table).values(**values))
    common = {
        "dag_id": "one",
        "from_date": days(500),
        "to_date": days(499),
        "reprocess_behavior": "none",
        "max_active_runs": 1,
        "updated_at": days(400),
    }
    for number, completed in enumerate((days(400), days(400), None)):
        home.execute(
            store,
            insert(backfill).values(
                id=number + 1, created_at=days(500 - number), completed_at=completed, **common
            ),
        )
    ended(store, ONE, "filled", 400)
    home.execute(store, update(dag_run).values(backfill_id=1))
    broken = Loaded(file=FileRef(path="/dags/there.py", key="k", root="/dags"), error="broken")
    with store.write() as tx:
        put_file(tx, broken, days(400))
        put_import_error(tx, "/dags/there.py", "broken", days(400))
        put_import_error(tx, "/dags/gone.py", "broken", days(400))
    before = YEAR.before
    assert store.retrying(lambda tx: retention.delete_old_rows(tx, before, 2)) == 2
    assert store.retrying(lambda tx: retention.delete_old_rows(tx, before)) == 3
    assert store.retrying(lambda tx: retention.delete_old_rows(tx, before)) == 0
    for table in (log, job, callback_request):
        assert len(home.rows(store, table)) == 1, table.name
    assert [row.id for row in home.rows(store, backfill)] == [1, 3]
    assert [row.filename for row in home.rows(store, import_error)] == ["/dags/there.py"]


def version_in(store: Store, number: int, age: int) -> int:
    """A further version of ONE, last used so many days ago."""
    with store.write() as tx:
        hashed = put_source(tx, "/dags/d.py", f"# {number}", days(age))
        tx.execute(
            insert(bundle_file).values(
                file_key=f"old{number}", path_hash="p", path="d.py", source_hash=hashed
            )
        )
        done = tx.execute(
            insert(dag_version).values(
                dag_id="one",
                version_number=number,
                structure_hash=f"h{number}",
                spec=b"",
                file_key=f"old{number}",
                source_hash=hashed,
                created_at=days(age),
                last_updated=days(age),
            )
        )
        key = done.inserted_primary_key
        assert key is not None
        return int(key[0])


def test_versions_and_code_go_when_no_run_and_no_dag_needs_them(store: Store) -> None:
    home.put(store, ONE)
    of_run, of_instance, unused, young = (
        version_in(store, number, age) for number, age in ((2, 400), (3, 400), (4, 400), (5, 10))
    )
    row_id = ended(store, ONE, "r", 400)
    home.execute(store, update(dag_run).values(version_id=of_run))
    home.execute(
        store,
        update(task_instance)
        .where(task_instance.c.dagrun_id == row_id, task_instance.c.task_id == "a")
        .values(dag_version_id=of_instance),
    )
    with store.read() as tx:
        present = current_version(tx, EVERY_DAG, "one").id
    home.execute(
        store, update(dag_version).values(last_updated=days(400)).where(dag_version.c.id == present)
    )
    done = store.retrying(lambda tx: retention.delete_old_code(tx, YEAR.before))
    assert done == 3  # the version, its one file, its text
    left = {row.id for row in home.rows(store, dag_version)}
    assert left == {present, of_run, of_instance, young}
    assert unused not in left
    assert {row.file_key for row in home.rows(store, bundle_file)} == {"old2", "old3", "old5"}
    assert {row.source_code for row in home.rows(store, dag_code)} == {"# 2", "# 3", "# 5"}
    assert store.retrying(lambda tx: delete_unused_code(tx, YEAR.before)) == 0


def test_deleting_a_dag_leaves_no_row_of_it_in_any_table(store: Store) -> None:
    home.put(store, ONE, path="/dags/d.py")
    home.put(store, TWO, path="/dags/two.py")
    for number, spec in enumerate((ONE, TWO)):
        ended(store, spec, "r", 3)
        for table in history.tables_of_dags():
            if not home.rows(store, table, dag_id=spec.dag_id):
                history.add_row(store, table, dag_id=spec.dag_id, task_instance_id=number)
    store.retrying(lambda tx: dags.delete_dag(tx, "one", WHO))
    assert home.rows(store, asset_schedule, dag_id="two")
    for table in history.tables_of_dags():
        assert home.rows(store, table, dag_id="one") == [], table.name
        assert home.rows(store, table, dag_id="two"), table.name


def test_deleting_a_dag_takes_its_code_unless_another_dag_has_it(store: Store) -> None:
    home.put(store, ONE, path="/dags/d.py")
    version_in(store, 2, 3)
    version_in(store, 3, 3)
    home.put(store, TWO, path="/dags/two.py")
    home.execute(
        store, update(dag_version).where(dag_version.c.dag_id == "two").values(file_key="old3")
    )
    store.retrying(lambda tx: dags.delete_dag(tx, "one", WHO))
    assert {row.file_key for row in home.rows(store, bundle_file)} == {"old3"}
    assert {row.source_code for row in home.rows(store, dag_code)} == {"# 3"}
