"""Who may schedule: a lease with a term that every write of a scheduler proves.

Its time is the database's (rule R6): schedulers whose clocks differ agree on when it ends.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, func, insert, or_, select, update

from venturi.core.clock import Instant
from venturi.core.errors import VenturiError
from venturi.store.engine import Tx
from venturi.store.now import database_now
from venturi.store.schema.engine import scheduler_lease


class LostLease(VenturiError):
    """Another scheduler has taken over; nothing of this one's may be written any more."""


class Lease(NamedTuple):
    """A scheduler's right to write. `shard` is 0 until DAGs are spread over schedulers."""

    term: int
    holder: str
    shard: int = 0


def take_lease(
    tx: Tx,
    holder: str,
    seconds: float,
    shard: int = 0,
    dead: str | None = None,
) -> Lease | None:
    """Become the scheduler, unless another one's lease has not run out. None: it has not.

    A holder whose name begins with `dead` is known to have died: its lease is not waited for.
    """
    table = scheduler_lease
    until = database_now(seconds)
    free = or_(table.c.until.is_(None), table.c.until < database_now(), table.c.holder == holder)
    if dead is not None:
        free = or_(free, func.substr(table.c.holder, 1, len(dead)) == dead)
    changed = tx.execute(
        update(table)
        .where(table.c.shard == shard, free)
        .values(term=table.c.term + 1, holder=holder, until=until)
    )
    if changed.rowcount == 0:
        row = tx.execute(select(table.c.term).where(table.c.shard == shard)).first()
        if row is not None:
            return None
        tx.execute(insert(table).values(shard=shard, term=1, holder=holder, until=until))
    term = tx.execute(select(table.c.term).where(table.c.shard == shard)).scalar_one()
    return Lease(term, holder, shard)


_PROVE = (
    update(scheduler_lease)
    .where(
        scheduler_lease.c.shard == bindparam("b_shard"),
        scheduler_lease.c.term == bindparam("b_term"),
    )
    .values(until=database_now(bindparam("b_seconds")))
)


def prove(tx: Tx, lease: Lease, seconds: float) -> None:
    """Extend the lease inside a write. Raises `LostLease` when its term is over."""
    values = {"b_shard": lease.shard, "b_term": lease.term, "b_seconds": seconds}
    if tx.execute(_PROVE, values).rowcount == 0:
        raise LostLease("Another scheduler has taken over; this one stops.")


def release(tx: Tx, lease: Lease) -> None:
    """Give the lease back, so that the next scheduler need not wait for its end."""
    table = scheduler_lease
    tx.execute(
        update(table)
        .where(table.c.shard == lease.shard, table.c.term == lease.term)
        .values(until=None)
    )


def holder_of(tx: Tx, shard: int = 0) -> tuple[str, Instant | None] | None:
    """Who holds the lease and until when: for people, and for a standby."""
    table = scheduler_lease
    row = tx.execute(select(table.c.holder, table.c.until).where(table.c.shard == shard)).first()
    return None if row is None else (row.holder, row.until)
