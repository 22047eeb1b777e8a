"""Pools, as deciding sees them."""

from sqlalchemy import select

from venturi.decide.views import PoolView
from venturi.store.engine import Tx
from venturi.store.schema.people import slot_pool


def load_pools(tx: Tx) -> dict[str, PoolView]:
    """All pools by name."""
    return {
        row.pool: PoolView(row.slots, bool(row.include_deferred))
        for row in tx.execute(select(slot_pool))
    }
