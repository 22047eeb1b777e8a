"""One worker has an attempt, whoever asks and however often (rule R2)."""

import pytest
from sqlalchemy import update

from tests import make
from tests.store import home
from venturi.store.claims import ClaimRow, claim, claims_of
from venturi.store.engine import Store
from venturi.store.schema.runs import task_instance


@pytest.fixture
def ti_id(store: Store) -> int:
    """A queued task instance whose epoch is 3."""
    dag = make.dag(make.task("t"))
    home.put(store, dag)
    home.run(store, dag)
    values = {"state": "queued", "epoch": 3}
    home.execute(store, update(task_instance).values(**values))
    with store.read() as tx:
        return int(tx.execute(task_instance.select()).one().id)


def asked(store: Store, *rows: ClaimRow) -> list[ClaimRow]:
    return store.retrying(lambda tx: claim(tx, list(rows)))


def test_the_first_that_asks_has_it_and_may_ask_again(store: Store, ti_id: int) -> None:
    mine, theirs = ClaimRow(ti_id, 3, "celery@a-1"), ClaimRow(ti_id, 3, "celery@b-2")
    assert asked(store, mine, theirs) == [mine]
    assert asked(store, theirs) == []
    assert asked(store, mine) == [mine]  # its first answer may have got lost
    with store.read() as tx:
        assert claims_of(tx, [ti_id, 999]) == {ti_id: mine}


def test_an_attempt_of_another_epoch_or_state_cannot_be_had(store: Store, ti_id: int) -> None:
    assert asked(store, ClaimRow(ti_id, 2, "a"), ClaimRow(ti_id, 4, "a")) == []
    home.execute(store, update(task_instance).values(state="running"))
    assert asked(store, ClaimRow(ti_id, 3, "a")) == []


def test_the_claim_of_an_earlier_attempt_is_none_of_the_next(store: Store, ti_id: int) -> None:
    assert asked(store, ClaimRow(ti_id, 3, "a"))
    home.execute(store, update(task_instance).values(epoch=4))
    with store.read() as tx:
        assert claims_of(tx, [ti_id]) == {}
    mine = ClaimRow(ti_id, 4, "b")
    assert asked(store, mine) == [mine]
