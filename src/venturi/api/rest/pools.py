"""Pools."""

from typing import Annotated

import msgspec

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.rest.bulk import Kind, carry_out
from venturi.api.shapes.bulk import BulkAnswer, Create, Delete, Update
from venturi.api.shapes.common import Body, ListQuery, pattern
from venturi.api.shapes.dags import MaskQuery
from venturi.core.errors import Conflict
from venturi.store.bell import Ring
from venturi.store.commands import pools as commands
from venturi.store.commands.pools import Pool
from venturi.store.engine import Tx

Slots = Annotated[int, msgspec.Meta(ge=-1)]
_RING = Ring(pools=True)


class PoolsQuery(ListQuery, frozen=True, kw_only=True):
    """Which pools to list."""

    pool_name_pattern: str | None = None
    pool_name_prefix_pattern: str | None = None


class PoolBody(Body, frozen=True, kw_only=True):
    """A pool to make."""

    name: Annotated[str, msgspec.Meta(max_length=256)]
    slots: Slots
    description: str | None = None
    include_deferred: bool = False
    team_name: str | None = None


class PoolPatch(Body, frozen=True, kw_only=True):
    """What may be changed of a pool; its name stays."""

    pool: str | None = None
    slots: Slots | None = None
    description: str | None = None
    include_deferred: bool | None = None
    team_name: str | None = None


class PoolAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A pool with what is taken of it."""

    name: str
    slots: int
    description: str | None
    include_deferred: bool
    occupied_slots: int
    running_slots: int
    queued_slots: int
    scheduled_slots: int
    open_slots: int
    deferred_slots: int
    team_name: str | None = None


class Pools(msgspec.Struct, frozen=True, kw_only=True):
    """A page of pools."""

    pools: list[PoolAnswer]
    total_entries: int


class PoolsBulk(Body, frozen=True, kw_only=True):
    """Changes of pools, one after the other."""

    actions: list[Create[PoolBody] | Update[PoolBody] | Delete[PoolBody]]


def get_pools(call: Call, query: PoolsQuery) -> Pools:
    """A page of pools."""
    paging = call.paging(query.limit, query.offset, query.order_by or ["id"])
    wanted = pattern(query.pool_name_pattern, query.pool_name_prefix_pattern)
    with call.read() as tx:
        page = commands.list_pools(tx, wanted, paging)
    return Pools(pools=[_answer(row) for row in page.rows], total_entries=page.total)


def get_pool(call: Call, pool_name: str) -> PoolAnswer:
    """One pool."""
    with call.read() as tx:
        return _answer(commands.get_pool(tx, pool_name))


def post_pool(call: Call, body: PoolBody) -> PoolAnswer:
    """Make a pool."""
    call.change(lambda tx: _create(tx, call, body), _RING)
    return get_pool(call, body.name)


def _create(tx: Tx, call: Call, body: PoolBody) -> None:
    commands.set_pool(
        tx,
        body.name,
        body.slots,
        body.description or "",
        call.actor,
        include_deferred=body.include_deferred,
        only_new=True,
    )


def patch_pool(call: Call, pool_name: str, query: MaskQuery, body: PoolPatch) -> PoolAnswer:
    """Change a pool."""
    if body.pool not in {None, pool_name}:
        raise Refused(400, "The name of a pool cannot be changed: tasks name it in their files.")
    call.change(lambda tx: _patch(tx, call, pool_name, body, query.update_mask), _RING)
    return get_pool(call, pool_name)


def _patch(tx: Tx, call: Call, pool_name: str, body: PoolPatch | PoolBody, mask: list[str]) -> None:
    fields = mask or ["slots", "description", "include_deferred"]
    now = commands.get_pool(tx, pool_name)
    slots = body.slots if "slots" in fields else None
    description = body.description if "description" in fields else None
    deferred = body.include_deferred if "include_deferred" in fields else None
    if pool_name == commands.DEFAULT and description not in {None, now.description}:
        raise Refused(400, "Only slots and include_deferred of the default pool can change.")
    commands.set_pool(
        tx,
        pool_name,
        now.slots if slots is None else slots,
        now.description if description is None else description,
        call.actor,
        include_deferred=now.include_deferred if deferred is None else deferred,
    )


def bulk_pools(call: Call, body: PoolsBulk) -> BulkAnswer:
    """Make, change and delete pools."""

    def key(entity: str | PoolBody) -> str:
        return entity if isinstance(entity, str) else entity.name

    def exists(tx: Tx, entity: str | PoolBody) -> bool:
        return commands.has_pool(tx, key(entity))

    kind = Kind[PoolBody](
        noun="pool",
        key=key,
        exists=exists,
        create=lambda tx, each: _create(tx, call, each),
        update=lambda tx, each, mask: _patch(tx, call, each.name, each, mask),
        delete=lambda tx, each: commands.delete_pool(tx, key(each), call.actor),
    )
    return carry_out(call, kind, body.actions, _RING)


def delete_pool(call: Call, pool_name: str) -> None:
    """Delete a pool; not the default one."""
    try:
        call.change(lambda tx: commands.delete_pool(tx, pool_name, call.actor), _RING)
    except Conflict as error:
        raise Refused(400, str(error)) from error


def _answer(row: Pool) -> PoolAnswer:
    free = row.open_slots
    return PoolAnswer(
        name=row.name,
        slots=row.slots,
        description=row.description or None,
        include_deferred=row.include_deferred,
        occupied_slots=row.occupied_slots,
        running_slots=row.running_slots,
        queued_slots=row.queued_slots,
        scheduled_slots=row.scheduled_slots,
        open_slots=-1 if free is None else free,
        deferred_slots=row.deferred_slots,
    )
