"""XComs."""

from venturi.api.call import Call
from venturi.api.shapes.common import page_facts
from venturi.api.shapes.instances import IndexQuery
from venturi.api.shapes.runs import ALL
from venturi.api.shapes.xcoms import (
    XComBody,
    XComPatch,
    XComQuery,
    XComs,
    XComsQuery,
    XComValue,
    xcom_answer,
    xcom_filter,
    xcom_value,
)
from venturi.store.bell import Ring
from venturi.store.commands import xcoms as commands
from venturi.store.engine import Tx
from venturi.store.queries.instances import (
    InstanceFilter,
    InstanceRow,
    get_instance,
    list_instances,
)
from venturi.store.queries.values import XComRow, get_xcom, list_xcoms


def get_xcom_entries(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, query: XComsQuery
) -> XComs:
    """A page of XComs of a task instance; `~` for all."""
    index = query.map_index if query.map_index is not None else query.map_index_filter
    with call.read() as tx:
        page = list_xcoms(
            tx,
            call.scope,
            dag_id=_one(dag_id),
            run_id=_one(dag_run_id),
            task_id=_one(task_id),
            map_index=index,
            key=query.xcom_key,
            of=xcom_filter(query),
            paging=call.paging(query.limit, query.offset, query.order_by, query.cursor),
        )
        instances = _instances(tx, call, page.rows)
    entries = [xcom_answer(row, instances.get(_key(row))) for row in page.rows]
    return XComs(xcom_entries=entries, **page_facts(page))


def get_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, xcom_key: str, query: XComQuery
) -> XComValue:
    """One XCom with its value."""
    with call.read() as tx:
        row = get_xcom(tx, call.scope, dag_id, dag_run_id, task_id, xcom_key, query.map_index)
        instance = _instances(tx, call, [row]).get(_key(row))
    return xcom_value(row, instance, as_text=query.stringify)


def create_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, body: XComBody
) -> XComValue:
    """Write an XCom."""

    def change(tx: Tx) -> None:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, body.map_index)
        commands.create_xcom(tx, of, body.key, body.value, call.actor)

    call.change(change, Ring(dag_ids=(dag_id,)))
    shown = XComQuery(map_index=body.map_index)
    return get_xcom_entry(call, dag_id, dag_run_id, task_id, body.key, shown)


def update_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, xcom_key: str, body: XComPatch
) -> XComValue:
    """Change an XCom."""

    def change(tx: Tx) -> None:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, body.map_index)
        commands.update_xcom(tx, of, xcom_key, body.value, call.actor)

    call.change(change, Ring(dag_ids=(dag_id,)))
    shown = XComQuery(map_index=body.map_index)
    return get_xcom_entry(call, dag_id, dag_run_id, task_id, xcom_key, shown)


def delete_xcom_entry(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, xcom_key: str, query: IndexQuery
) -> None:
    """Delete an XCom."""

    def change(tx: Tx) -> None:
        of = get_instance(tx, call.scope, dag_id, dag_run_id, task_id, query.map_index)
        commands.delete_xcom(tx, of, xcom_key, call.actor)

    call.change(change, Ring(dag_ids=(dag_id,)))


def _one(name: str) -> str | None:
    return None if name == ALL else name


def _key(row: XComRow | InstanceRow) -> tuple[str, str, str, int]:
    return row.dag_id, row.run_id, row.task_id, row.map_index


def _instances(
    tx: Tx, call: Call, rows: list[XComRow]
) -> dict[tuple[str, str, str, int], InstanceRow]:
    """The task instances that these XComs are of."""
    if not rows:
        return {}
    which = InstanceFilter(keys=tuple({_key(row) for row in rows}))
    return {_key(row): row for row in list_instances(tx, call.scope, which).rows}
