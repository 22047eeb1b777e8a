"""Many write at once: nothing is lost, nothing is done twice, nobody locks anybody out."""

import threading

import pytest
from sqlalchemy import insert, select, update

from tests import make
from tests.make import NOW
from tests.store import home
from tests.store.many import together
from venturi.core.states import RunState, TaskState
from venturi.store.commands.instances import Selection, clear, select_instances
from venturi.store.commands.marks import mark
from venturi.store.commands.runs import set_run_state
from venturi.store.engine import Store, Tx
from venturi.store.ids import take_ids
from venturi.store.schema.people import slot_pool, variable
from venturi.store.schema.runs import dag_run, task_instance, task_instance_history

SERVERS = pytest.mark.parametrize("kind", ["mariadb", "postgresql"])


def test_the_first_ids_of_a_table_are_given_out_once(store: Store) -> None:
    taken: list[int] = []
    errors = together(6, lambda _: taken.extend(store.retrying(lambda tx: take_ids(tx, "new", 3))))
    assert errors == []
    assert sorted(taken) == list(range(1, 19))


def test_a_row_that_somebody_else_inserted_is_found_at_the_second_look(store: Store) -> None:
    made: list[str] = []

    def put(tx: Tx) -> str:
        known = tx.execute(select(variable.c.id).where(variable.c.key == "k")).first()
        if known is not None:
            return "found"
        tx.execute(insert(variable).values(key="k", val="v"))
        return "made"

    assert together(6, lambda _: made.append(store.retrying(put))) == []
    assert sorted(made) == ["found"] * 5 + ["made"]


def test_transactions_that_lock_each_other_out_all_end_well(store: Store) -> None:
    """Two orders of locking, on purpose: the database ends one of each pair, and it is repeated."""
    with store.write() as tx:
        tx.execute(insert(slot_pool), [{"pool": "a", "slots": 0}, {"pool": "b", "slots": 0}])

    def both(number: int) -> None:
        first, second = ("a", "b") if number % 2 else ("b", "a")

        def body(tx: Tx) -> None:
            for name in (first, second):
                one = update(slot_pool).where(slot_pool.c.pool == name)
                tx.execute(one.values(slots=slot_pool.c.slots + 1))

        for _ in range(3):
            store.retrying(body, attempts=30)

    assert together(2, both) == []
    assert {row.slots for row in home.rows(store, slot_pool) if row.pool != "default_pool"} == {6}


@SERVERS
def test_a_mark_waits_for_whoever_holds_the_run(store: Store) -> None:
    """The scheduler holds a run by its revision before it touches instances; so do people."""
    spec = make.dag(make.task("a"), dag_id="d")
    home.put(store, spec)
    run_id = home.run(store, spec, instances={"a": {"state": "queued"}})
    begun, done = threading.Event(), threading.Event()

    def by_hand() -> None:
        def body(tx: Tx) -> None:
            chosen = select_instances(tx, Selection(dag_id="d"))
            begun.set()
            mark(tx, chosen, TaskState.SUCCESS, home.WHO)

        store.retrying(body)
        done.set()

    with store.write() as tx:
        bump = update(dag_run).where(dag_run.c.id == run_id)
        tx.execute(bump.values(revision=dag_run.c.revision + 1))
        thread = threading.Thread(target=by_hand)
        thread.start()
        assert begun.wait(30)
        # It started meanwhile: the mark must see that, and keep what it takes away.
        tx.execute(update(task_instance).values(state="running", start_date=NOW, try_number=1))
        assert not done.is_set()
    thread.join(60)
    assert done.is_set()
    assert home.task_row(store, "a").state == "success"
    assert [row.try_number for row in home.rows(store, task_instance_history)] == [1]


def test_people_and_the_scheduler_never_lock_each_other_out(store: Store) -> None:
    """One order of locking: with one attempt each, a deadlock would show."""
    spec = make.dag(make.task("a"), make.task("b", "a"), make.task("c", "b"), dag_id="d")
    home.put(store, spec)
    state = {name: {"state": "running", "start_date": NOW} for name in "abc"}
    runs = [home.run(store, spec, f"r{n}", days_ago=n, instances=state) for n in range(1, 7)]

    def schedule(tx: Tx) -> None:
        for run_id in sorted(runs):
            bump = update(dag_run).where(dag_run.c.id == run_id)
            tx.execute(bump.values(revision=dag_run.c.revision + 1))
        tx.execute(update(task_instance).values(epoch=task_instance.c.epoch + 1))

    def mark_all(tx: Tx) -> None:
        chosen = select_instances(tx, Selection(dag_id="d", only_with_state=False))
        mark(tx, chosen[::-1], TaskState.FAILED, home.WHO)

    def clear_all(tx: Tx) -> None:
        clear(tx, select_instances(tx, Selection(dag_id="d"))[::-1], home.WHO)

    def end_one(tx: Tx) -> None:
        set_run_state(tx, "d", "r6", RunState.FAILED, home.WHO)
        set_run_state(tx, "d", "r6", RunState.QUEUED, home.WHO)

    bodies = (schedule, mark_all, clear_all, end_one)

    def work(number: int) -> None:
        for _ in range(4):
            store.retrying(bodies[number], attempts=1)

    assert together(len(bodies), work) == []
