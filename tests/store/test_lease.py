"""Who may schedule: one at a time, and nobody writes after their time, by the database's clock."""

import threading
from datetime import timedelta

import pytest

from venturi.store.engine import Store, Tx
from venturi.store.lease import Lease, LostLease, holder_of, prove, release, take_lease
from venturi.store.now import read_clock

SECONDS = 600.0
#: A lease that has run out when it is given.
OVER = -0.001


def take(store: Store, holder: str, seconds: float = SECONDS) -> Lease | None:
    return store.retrying(lambda tx: take_lease(tx, holder, seconds))


def test_the_first_gets_it_and_the_second_does_not(store: Store) -> None:
    first = take(store, "a")
    assert first is not None and first.term == 1
    assert take(store, "b") is None
    with store.read() as tx:
        known = holder_of(tx)
        now = read_clock(tx)
    assert known is not None and known[0] == "a" and known[1] is not None
    assert timedelta() < known[1] - now <= timedelta(seconds=SECONDS)


def test_one_that_has_run_out_is_taken_over_with_a_new_term(store: Store) -> None:
    first = take(store, "a", OVER)
    second = take(store, "b")
    assert first is not None and second is not None
    assert second.term == first.term + 1
    with pytest.raises(LostLease), store.write() as tx:
        prove(tx, first, SECONDS)
    with store.write() as tx:
        prove(tx, second, SECONDS)


def test_proving_extends_it(store: Store) -> None:
    lease = take(store, "a", OVER)
    assert lease is not None
    with store.write() as tx:
        prove(tx, lease, SECONDS)
    assert take(store, "b") is None


def test_one_given_back_is_free_at_once(store: Store) -> None:
    lease = take(store, "a")
    assert lease is not None
    with store.write() as tx:
        release(tx, lease)
    second = take(store, "b")
    assert second is not None and second.term == lease.term + 1


def test_giving_back_a_lost_one_changes_nothing(store: Store) -> None:
    first = take(store, "a", OVER)
    second = take(store, "b")
    assert first is not None and second is not None
    with store.write() as tx:
        release(tx, first)
    assert take(store, "c") is None


def test_nothing_is_written_by_who_has_lost_it(store: Store) -> None:
    first = take(store, "a", OVER)
    take(store, "b")
    assert first is not None
    lost = first

    def write(tx: Tx) -> None:
        tx.exec_driver_sql("UPDATE slot_pool SET slots = 1")
        prove(tx, lost, SECONDS)

    with pytest.raises(LostLease):
        store.retrying(write)
    with store.read() as tx:
        assert tx.exec_driver_sql("SELECT slots FROM slot_pool").scalar() == 128


def test_shards_have_leases_of_their_own(store: Store) -> None:
    assert take(store, "a") is not None
    other = store.retrying(lambda tx: take_lease(tx, "b", SECONDS, shard=1))
    assert other is not None and other.shard == 1


def test_of_many_who_want_it_at_once_one_gets_it(store: Store) -> None:
    gate = threading.Barrier(8)
    got: list[Lease] = []
    errors: list[BaseException] = []

    def want(name: str) -> None:
        try:
            gate.wait(30)
            lease = take(store, name)
            if lease is not None:
                got.append(lease)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=want, args=(f"s{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert [lease.term for lease in got] == [1]


def test_the_clock_of_the_one_who_asks_does_not_matter(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rule R6. Whoever holds it may be an hour ahead, and whoever wants it an hour behind."""
    import time_machine

    from tests.make import NOW

    if store.is_sqlite:
        pytest.skip("a file has no clock but that of its machine")
    with time_machine.travel(NOW + timedelta(hours=1)):
        assert take(store, "ahead", 60) is not None
    with time_machine.travel(NOW + timedelta(hours=3)):
        assert take(store, "later") is None
