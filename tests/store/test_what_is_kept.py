"""What goes in comes out, on every kind of database."""

from sqlalchemy import insert, update

from tests import make
from tests.make import NOW
from tests.store import home
from venturi.store.apply import put_xcoms
from venturi.store.engine import Store
from venturi.store.schema.people import log, slot_pool, variable
from venturi.store.schema.runs import task_instance, xcom


def test_an_instant_comes_back_to_the_microsecond(store: Store) -> None:
    at = NOW.replace(microsecond=123_457)
    with store.write() as tx:
        tx.execute(insert(log).values(dttm=at, event="x"))
    assert home.rows(store, log)[0].dttm == at


def test_names_that_differ_by_case_or_accent_are_different(store: Store) -> None:
    names = ["Load", "load", "LOAD", "lóad"]
    with store.write() as tx:
        tx.execute(insert(variable), [{"key": name, "val": name} for name in names])
        tx.execute(insert(slot_pool), [{"pool": name, "slots": 1} for name in names])
    for name in names:
        assert [row.val for row in home.rows(store, variable, key=name)] == [name]
        assert len(home.rows(store, slot_pool, pool=name)) == 1


def test_any_character_can_be_kept(store: Store) -> None:
    value = "naïve 🦆 \u4e2d\u6587 \\ ' \" % _ \u2028"
    with store.write() as tx:
        tx.execute(insert(variable).values(key="x", val=value))
    assert home.rows(store, variable)[0].val == value


def test_a_result_of_megabytes_comes_back_whole(store: Store) -> None:
    value = '"' + "0123456789abcdef" * 200_000 + '"'
    names = {"dag_id": "d", "run_id": "r", "task_id": "t", "map_index": -1, "key": "k"}
    rest = {"timestamp": NOW, "execution_date": None, "length": None}
    store.retrying(lambda tx: put_xcoms(tx, [{**names, **rest, "value": value}]))
    assert home.rows(store, xcom)[0].value == value


def test_what_is_for_reading_never_keeps_a_row_from_being_written(store: Store) -> None:
    """A result must get in, whatever its task printed, was called, or wished to be."""
    home.put(store, make.dag(make.task("a"), dag_id="d"))
    home.run(store, make.dag(make.task("a"), dag_id="d"), instances={"a": {"state": "success"}})
    with store.write() as tx:
        tx.execute(
            update(task_instance).values(
                reason="line\0line",
                hostname="h" * 3000,
                rendered_map_index="x" * 999,
                priority_weight=10**12,
                pool_slots=-(10**12),
            )
        )
    row = home.task_row(store, "a")
    assert row.reason.startswith("line") and row.hostname.startswith("hhh")
    assert row.priority_weight > 10**9 and row.pool_slots < -(10**9)


def test_an_update_that_changes_nothing_still_counts(store: Store) -> None:
    """Guarded updates are told by the number of rows that matched."""
    with store.write() as tx:
        same = update(slot_pool).where(slot_pool.c.pool == "default_pool")
        assert tx.execute(same.values(slots=128)).rowcount == 1
        assert tx.execute(same.values(slots=128)).rowcount == 1
