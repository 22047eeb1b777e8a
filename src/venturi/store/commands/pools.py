"""Pools: slots that tasks share."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Row, delete, func, insert, select, update

from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.core.states import OCCUPYING, TaskState
from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
from venturi.store.schema.people import slot_pool
from venturi.store.schema.runs import task_instance

DEFAULT = "default_pool"


class Pool(msgspec.Struct, frozen=True, kw_only=True):
    """A pool with what is taken of it at present; `slots` -1 is no limit."""

    name: str
    slots: int
    description: str
    include_deferred: bool
    running_slots: int
    queued_slots: int
    scheduled_slots: int
    deferred_slots: int

    @property
    def occupied_slots(self) -> int:
        """Slots that are taken."""
        deferred = self.deferred_slots if self.include_deferred else 0
        return self.running_slots + self.queued_slots + deferred

    @property
    def open_slots(self) -> int | None:
        """Slots that are free; None: no limit."""
        return None if self.slots < 0 else max(0, self.slots - self.occupied_slots)


_ORDERS = {"id": slot_pool.c.id, "name": slot_pool.c.pool, "pool": slot_pool.c.pool}


def list_pools(tx: Tx, pattern: str | None = None, paging: Paging = ALL) -> Page[Pool]:
    """The pools, by name."""
    query = select(slot_pool)
    if pattern:
        query = query.where(like(slot_pool.c.pool, pattern))
    page = fetch(tx, query, paging, _ORDERS, ("name",))
    used = _used(tx)
    return Page([_pool(row, used) for row in page.rows], page.total)


def get_pool(tx: Tx, name: str) -> Pool:
    """One pool. Raises `NotFound`."""
    row = tx.execute(select(slot_pool).where(slot_pool.c.pool == name)).first()
    if row is None:
        raise NotFound(f"There is no pool {name!r}. See: airflow pools list")
    return _pool(row, _used(tx))


def _used(tx: Tx) -> Mapping[tuple[str, str], int]:
    table = task_instance
    states = [*OCCUPYING, TaskState.SCHEDULED, TaskState.DEFERRED]
    query = (
        select(table.c.pool, table.c.state, func.sum(table.c.pool_slots))
        .where(table.c.state.in_(states))
        .group_by(table.c.pool, table.c.state)
    )
    return {(pool, state): int(count) for pool, state, count in tx.execute(query)}


def _pool(row: Row[Any], used: Mapping[tuple[str, str], int]) -> Pool:
    name = row.pool
    running = used.get((name, TaskState.RUNNING), 0) + used.get((name, TaskState.RESTARTING), 0)
    return Pool(
        name=name,
        slots=row.slots,
        description=row.description or "",
        include_deferred=bool(row.include_deferred),
        running_slots=running,
        queued_slots=used.get((name, TaskState.QUEUED), 0),
        scheduled_slots=used.get((name, TaskState.SCHEDULED), 0),
        deferred_slots=used.get((name, TaskState.DEFERRED), 0),
    )


def set_pool(
    tx: Tx,
    name: str,
    slots: int,
    description: str,
    who: Actor,
    *,
    include_deferred: bool = False,
    only_new: bool = False,
) -> bool:
    """Make a pool or change it; whether it is new.

    Raises `InvalidInput` for a name or a number that cannot be, `Conflict` with `only_new` for a
    pool that is there.
    """
    if not 1 <= len(name) <= 256 or name.strip() != name:
        raise InvalidInput("The name of a pool has 1 to 256 characters and no spaces around it.")
    if slots < -1:
        raise InvalidInput(f"A pool has 0 or more slots, or -1 for no limit, not {slots}.")
    values = {"slots": slots, "description": description, "include_deferred": include_deferred}
    known = tx.execute(select(slot_pool.c.id).where(slot_pool.c.pool == name)).first()
    if known is not None and only_new:
        raise Conflict(f"There is already a pool {name!r}.")
    if known is not None:
        tx.execute(update(slot_pool).where(slot_pool.c.pool == name).values(**values))
    else:
        tx.execute(insert(slot_pool).values(pool=name, **values))
    note(tx, who, "set_pool", extra={"pool": name, "slots": slots})
    return known is None


def delete_pool(tx: Tx, name: str, who: Actor) -> None:
    """Delete a pool. Raises `NotFound`, `Conflict` for the default pool."""
    if name == DEFAULT:
        raise Conflict(f"{DEFAULT} cannot be deleted: tasks without a pool are in it.")
    get_pool(tx, name)
    tx.execute(delete(slot_pool).where(slot_pool.c.pool == name))
    note(tx, who, "delete_pool", extra={"pool": name})


def has_pool(tx: Tx, name: str) -> bool:
    """Whether there is a pool of that name."""
    return tx.execute(select(slot_pool.c.id).where(slot_pool.c.pool == name)).first() is not None


def import_pools(tx: Tx, pools: Any, who: Actor) -> int:
    """Make or change the pools of an exported object; how many.

    Each value has `slots` and may have `description` and `include_deferred`. Raises `InvalidInput`
    naming the pool that cannot be; nothing is imported then.
    """
    if not isinstance(pools, Mapping):
        raise InvalidInput('Pools are imported from a JSON object: {"name": {"slots": 5}, ...}.')
    for name, values in pools.items():
        slots = values.get("slots") if isinstance(values, Mapping) else None
        if not isinstance(slots, int) or isinstance(slots, bool):
            raise InvalidInput(f"Pool {name!r} needs a whole number of slots.")
        description = str(values.get("description") or "")
        deferred = bool(values.get("include_deferred", False))
        set_pool(tx, str(name), slots, description, who, include_deferred=deferred)
    return len(pools)


def export_pools(tx: Tx) -> dict[str, dict[str, Any]]:
    """All pools, as `import_pools` takes them."""
    return {
        pool.name: {
            "slots": pool.slots,
            "description": pool.description,
            "include_deferred": pool.include_deferred,
        }
        for pool in list_pools(tx).rows
    }
