"""Assets and their events. DAGs are not run by assets yet, so no event waits for a DAG."""

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.rest.runs import get_dag_run
from venturi.api.shapes.assets import (
    AliasesQuery,
    AssetAlias,
    AssetAliases,
    AssetAnswer,
    AssetEvent,
    AssetEventBody,
    AssetEvents,
    AssetEventsQuery,
    Assets,
    AssetsQuery,
    AssetState,
    AssetStates,
    BeforeQuery,
    MaterializeBody,
    PageQuery,
    QueuedEvent,
    QueuedEvents,
    StateBody,
    alias_answer,
    asset_answer,
    asset_event_answer,
    asset_filter,
    asset_state_answer,
    event_filter,
)
from venturi.api.shapes.common import page_facts, pattern
from venturi.api.shapes.runs import RunAnswer, TriggerBody, wanted_run
from venturi.core.errors import Conflict, NotFound
from venturi.core.states import RunType
from venturi.store.bell import Ring
from venturi.store.commands import remembered, runs
from venturi.store.commands.assets import create_asset_event as write_event
from venturi.store.engine import Tx
from venturi.store.queries import assets as queries
from venturi.store.queries.dags import get_dag
from venturi.store.queries.remembered import get_asset_state as find_state
from venturi.store.queries.remembered import list_asset_state
from venturi.store.queries.runs import get_run


def get_assets(call: Call, query: AssetsQuery) -> Assets:
    """A page of the assets that DAGs name."""
    paging = call.paging(query.limit, query.offset, query.order_by or ["id"])
    with call.read() as tx:
        page = queries.list_assets(tx, call.scope, asset_filter(query), paging)
    return Assets(assets=[asset_answer(row) for row in page.rows], total_entries=page.total)


def get_asset(call: Call, asset_id: int) -> AssetAnswer:
    """One asset."""
    with call.read() as tx:
        return asset_answer(queries.get_asset(tx, call.scope, asset_id))


def get_asset_aliases(call: Call, query: AliasesQuery) -> AssetAliases:
    """A page of aliases of assets."""
    paging = call.paging(query.limit, query.offset, query.order_by or ["id"])
    wanted = pattern(query.name_pattern, query.name_prefix_pattern)
    with call.read() as tx:
        page = queries.list_aliases(tx, call.scope, wanted, paging)
    return AssetAliases(
        asset_aliases=[alias_answer(row) for row in page.rows], total_entries=page.total
    )


def get_asset_alias(call: Call, asset_alias_id: int) -> AssetAlias:
    """One alias."""
    with call.read() as tx:
        return alias_answer(queries.get_alias(tx, call.scope, asset_alias_id))


def get_asset_events(call: Call, query: AssetEventsQuery) -> AssetEvents:
    """A page of events of assets."""
    order = query.order_by or ["timestamp", "id"]
    paging = call.paging(query.limit, query.offset, order, query.cursor)
    with call.read() as tx:
        page = queries.list_asset_events(tx, call.scope, event_filter(query), paging)
    events = [asset_event_answer(row) for row in page.rows]
    return AssetEvents(asset_events=events, **page_facts(page))


def create_asset_event(call: Call, body: AssetEventBody) -> AssetEvent:
    """Report that an asset was updated."""

    def change(tx: Tx) -> int:
        queries.get_asset(tx, call.scope, body.asset_id)
        extra = {**body.extra, "from_rest_api": True}
        return write_event(tx, body.asset_id, extra, body.partition_key, call.actor)

    number = call.change(change)
    with call.read() as tx:
        return asset_event_answer(queries.get_asset_event(tx, call.scope, number))


def materialize_asset(call: Call, asset_id: int, body: MaterializeBody | None) -> RunAnswer:
    """Make a run of the DAG that makes an asset."""
    with call.read() as tx:
        row = queries.get_asset(tx, call.scope, asset_id)
    makers = sorted({by.dag_id for by in row.named_by if by.how == "outlet"})
    if not makers:
        raise NotFound(f"No DAG makes asset {row.name!r}: no task has it among its outlets.")
    if len(makers) > 1:
        names = ", ".join(makers)
        raise Refused(400, f"Several DAGs make asset {row.name!r}: {names}. Trigger one of them.")
    asked = body or MaterializeBody()
    fields = {name: getattr(asked, name) for name in TriggerBody.__struct_fields__}
    wanted = wanted_run(makers[0], TriggerBody(**fields), RunType.ASSET_MATERIALIZATION)
    try:
        made = call.change(
            lambda tx: runs.trigger(tx, wanted, call.actor),
            lambda made: Ring(dag_ids=(made.dag_id,), run_ids=(made.id,)),
        )
    except runs.RunAlreadyExists:
        raise
    except Conflict as error:
        raise Refused(400, str(error)) from error
    return get_dag_run(call, made.dag_id, made.run_id)


def get_upstream_asset_events(call: Call, dag_id: str, dag_run_id: str) -> AssetEvents:
    """The events that caused a run: none, while no run is caused by events."""
    with call.read() as tx:
        get_run(tx, call.scope, dag_id, dag_run_id)
    return AssetEvents(asset_events=[], total_entries=0)


# --- events that wait for a DAG: none, until DAGs are run by assets -----------------------------


def get_asset_queued_events(call: Call, asset_id: int, query: BeforeQuery) -> QueuedEvents:
    """Events of an asset that a DAG has not yet had a run for."""
    del query
    with call.read() as tx:
        queries.get_asset(tx, call.scope, asset_id)
    return QueuedEvents(queued_events=[], total_entries=0)


def delete_asset_queued_events(call: Call, asset_id: int, query: BeforeQuery) -> None:
    """Take away the events of an asset that wait."""
    del query
    with call.read() as tx:
        queries.get_asset(tx, call.scope, asset_id)
    raise NotFound(f"No event of asset {asset_id} waits for a DAG.")


def get_dag_asset_queued_events(call: Call, dag_id: str, query: BeforeQuery) -> QueuedEvents:
    """Events that a DAG has not yet had a run for."""
    del query
    with call.read() as tx:
        get_dag(tx, call.scope, dag_id)
    return QueuedEvents(queued_events=[], total_entries=0)


def delete_dag_asset_queued_events(call: Call, dag_id: str, query: BeforeQuery) -> None:
    """Take away the events that wait for a DAG."""
    del query
    with call.read() as tx:
        get_dag(tx, call.scope, dag_id)
    raise NotFound(f"No event waits for DAG {dag_id!r}.")


def get_dag_asset_queued_event(
    call: Call, dag_id: str, asset_id: int, query: BeforeQuery
) -> QueuedEvent:
    """The event of an asset that waits for a DAG."""
    del query
    with call.read() as tx:
        get_dag(tx, call.scope, dag_id)
    raise NotFound(f"No event of asset {asset_id} waits for DAG {dag_id!r}.")


def delete_dag_asset_queued_event(
    call: Call, dag_id: str, asset_id: int, query: BeforeQuery
) -> None:
    """Take away the event of an asset that waits for a DAG."""
    get_dag_asset_queued_event(call, dag_id, asset_id, query)


# --- what is remembered of an asset -------------------------------------------------------------


def list_asset_state_store(call: Call, asset_id: int, query: PageQuery) -> AssetStates:
    """What is remembered of an asset."""
    with call.read() as tx:
        queries.get_asset(tx, call.scope, asset_id)
        paging = call.paging(query.limit, query.offset, [])
        page = list_asset_state(tx, call.scope, asset_id, paging)
    return AssetStates(
        asset_state_store=[asset_state_answer(row) for row in page.rows], total_entries=page.total
    )


def get_asset_state_store(call: Call, asset_id: int, key: str) -> AssetState:
    """One value."""
    with call.read() as tx:
        queries.get_asset(tx, call.scope, asset_id)
        return asset_state_answer(find_state(tx, call.scope, asset_id, key))


def set_asset_state_store(call: Call, asset_id: int, key: str, body: StateBody) -> None:
    """Remember a value of an asset."""

    def change(tx: Tx) -> None:
        queries.get_asset(tx, call.scope, asset_id)
        remembered.set_asset_state(tx, asset_id, key, body.value, call.actor)

    call.change(change)


def delete_asset_state_store(call: Call, asset_id: int, key: str) -> None:
    """Forget a value of an asset."""

    def change(tx: Tx) -> None:
        queries.get_asset(tx, call.scope, asset_id)
        remembered.forget_asset_state(tx, asset_id, key, call.actor)

    call.change(change)


def clear_asset_state_store(call: Call, asset_id: int) -> None:
    """Forget all that is remembered of an asset."""

    def change(tx: Tx) -> None:
        queries.get_asset(tx, call.scope, asset_id)
        remembered.forget_asset_state(tx, asset_id, None, call.actor)

    call.change(change)
