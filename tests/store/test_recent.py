"""The last runs of many DAGs, in one statement on every database."""

from tests import make
from tests.store.home import put, run
from venturi.store.engine import Store
from venturi.store.queries.recent import AT_ONCE, last_runs


def test_last_runs_of_many_dags_are_theirs_and_stand_oldest_first(store: Store) -> None:
    names = [f"d{number:02}" for number in range(AT_ONCE + 3)]
    for name in names:
        put(store, make.dag(make.task("a"), dag_id=name), path=f"/dags/{name}.py")
    for days_ago in (2, 4, 1, 3):
        run(store, make.dag(make.task("a"), dag_id=names[-1]), f"r{days_ago}", days_ago=days_ago)
    with store.read() as tx:
        found = last_runs(tx, [*names, "nobody"], 3)
    assert found.keys() == {*names, "nobody"}
    last = found.pop(names[-1])
    assert [bar.run_id for bar in last] == ["r3", "r2", "r1"]
    assert [bar.run_after for bar in last] == sorted(bar.run_after for bar in last)
    assert last[0].run_after.tzinfo is not None
    assert not any(found.values())
