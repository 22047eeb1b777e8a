"""Who may schedule: one at a time, and nobody writes after their time."""

from datetime import timedelta

import pytest

from tests.make import NOW, later
from venturi.core.clock import Instant
from venturi.store.engine import Store, Tx
from venturi.store.lease import Lease, LostLease, holder_of, prove, release, take_lease

SECONDS = 15.0


def take(store: Store, holder: str, now: Instant = NOW) -> Lease | None:
    return store.retrying(lambda tx: take_lease(tx, holder, now, SECONDS))


def test_the_first_gets_it_and_the_second_does_not(store: Store) -> None:
    first = take(store, "a")
    assert first is not None and first.term == 1
    assert take(store, "b") is None
    with store.read() as tx:
        assert holder_of(tx) == ("a", NOW + timedelta(seconds=SECONDS))


def test_one_that_has_run_out_is_taken_over_with_a_new_term(store: Store) -> None:
    first = take(store, "a")
    assert take(store, "b", later(SECONDS)) is None
    second = take(store, "b", later(SECONDS + 0.001))
    assert first is not None and second is not None
    assert second.term == first.term + 1
    with pytest.raises(LostLease), store.write() as tx:
        prove(tx, first, later(SECONDS + 1), SECONDS)
    with store.write() as tx:
        prove(tx, second, later(SECONDS + 1), SECONDS)


def test_proving_extends_it(store: Store) -> None:
    lease = take(store, "a")
    assert lease is not None
    with store.write() as tx:
        prove(tx, lease, later(10), SECONDS)
    assert take(store, "b", later(SECONDS + 1)) is None


def test_one_given_back_is_free_at_once(store: Store) -> None:
    lease = take(store, "a")
    assert lease is not None
    with store.write() as tx:
        release(tx, lease)
    second = take(store, "b")
    assert second is not None and second.term == lease.term + 1


def test_giving_back_a_lost_one_changes_nothing(store: Store) -> None:
    first = take(store, "a")
    second = take(store, "b", later(SECONDS + 1))
    assert first is not None and second is not None
    with store.write() as tx:
        release(tx, first)
    assert take(store, "c", later(SECONDS + 2)) is None


def test_nothing_is_written_by_who_has_lost_it(store: Store) -> None:
    first = take(store, "a")
    take(store, "b", later(SECONDS + 1))
    assert first is not None
    lost = first

    def write(tx: Tx) -> None:
        tx.exec_driver_sql("UPDATE slot_pool SET slots = 1")
        prove(tx, lost, later(SECONDS + 2), SECONDS)

    with pytest.raises(LostLease):
        store.retrying(write)
    with store.read() as tx:
        assert tx.exec_driver_sql("SELECT slots FROM slot_pool").scalar() == 128


def test_shards_have_leases_of_their_own(store: Store) -> None:
    assert take(store, "a") is not None
    other = store.retrying(lambda tx: take_lease(tx, "b", NOW, SECONDS, shard=1))
    assert other is not None and other.shard == 1
