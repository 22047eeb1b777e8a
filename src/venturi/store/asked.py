"""What task processes may ask of the database: one function per request of `core.requests`."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from venturi.core.clock import Clock
from venturi.core.errors import Conflict
from venturi.core.requests import (
    CountInstances,
    DeleteVariable,
    DeleteXCom,
    GetConnection,
    GetDagState,
    GetRun,
    GetStates,
    GetVariable,
    GetXCom,
    SetVariable,
    SetXCom,
    TriggerRun,
)
from venturi.core.states import RunType
from venturi.store.apply import put_xcoms
from venturi.store.bell import Ring, ring_here
from venturi.store.commands import runs as run_commands
from venturi.store.commands.audit import Actor
from venturi.store.commands.instances import Selection, clear, select_instances
from venturi.store.crypto import decrypt, encrypt
from venturi.store.engine import Tx
from venturi.store.largest import require_fit
from venturi.store.schema.dags import dag, dag_version
from venturi.store.schema.people import connection, variable
from venturi.store.schema.runs import dag_run, task_instance, xcom
from venturi.store.versions import Versions


def get_variable(tx: Tx, request: GetVariable, _clock: Clock) -> str | None:
    """The variable's text, None when there is none."""
    row = tx.execute(select(variable).where(variable.c.key == request.key)).first()
    if row is None:
        return None
    return decrypt(row.val) if row.is_encrypted else row.val


def set_variable(tx: Tx, request: SetVariable, _clock: Clock) -> None:
    """Create or change a variable."""
    text, encrypted = encrypt(request.value)
    values: dict[str, Any] = {"val": text, "is_encrypted": encrypted}
    if request.description is not None:
        values["description"] = request.description
    changed = tx.execute(update(variable).where(variable.c.key == request.key).values(**values))
    if changed.rowcount == 0:
        tx.execute(insert(variable).values(key=request.key, **values))


def delete_variable(tx: Tx, request: DeleteVariable, _clock: Clock) -> int:
    """How many variables were deleted: 1 or 0."""
    return tx.execute(delete(variable).where(variable.c.key == request.key)).rowcount


def get_connection(tx: Tx, request: GetConnection, _clock: Clock) -> dict[str, Any] | None:
    """The connection's fields, secrets in the clear: only tasks may ask."""
    row = tx.execute(select(connection).where(connection.c.conn_id == request.conn_id)).first()
    if row is None:
        return None
    password = decrypt(row.password) if row.is_encrypted and row.password else row.password
    extra = decrypt(row.extra) if row.is_extra_encrypted and row.extra else row.extra
    return {
        "conn_id": row.conn_id,
        "conn_type": row.conn_type,
        "description": row.description,
        "host": row.host,
        "schema": row.schema,
        "login": row.login,
        "password": password,
        "port": row.port,
        "extra": extra,
    }


# --- XComs -------------------------------------------------------------------------------------


def get_xcom(tx: Tx, request: GetXCom, _clock: Clock) -> list[dict[str, Any]]:
    """Matching XComs, newest run first, then by task and map index."""
    table = xcom
    where: list[ColumnElement[bool]] = [table.c.dag_id == request.dag_id]
    if request.task_ids:
        where.append(table.c.task_id.in_(request.task_ids))
    if request.key is not None:
        where.append(table.c.key == request.key)
    if request.map_indexes is not None:
        where.append(table.c.map_index.in_(request.map_indexes))
    if request.include_prior_dates:
        where.append(_not_after(request))
    elif request.run_id is not None:
        where.append(table.c.run_id == request.run_id)
    query = (
        select(table.c.task_id, table.c.map_index, table.c.run_id, table.c.key, table.c.value)
        .where(*where)
        .order_by(
            table.c.execution_date.is_(None),  # where databases differ: runs without a date go last
            table.c.execution_date.desc(),
            table.c.timestamp.desc(),
            table.c.map_index,
        )
    )
    if request.limit is not None:
        query = query.limit(request.limit)
    return [dict(row._mapping) for row in tx.execute(query)]


def _not_after(request: GetXCom) -> ColumnElement[bool]:
    own = (
        select(func.coalesce(dag_run.c.execution_date, dag_run.c.run_after))
        .where(dag_run.c.dag_id == request.dag_id, dag_run.c.run_id == request.run_id)
        .scalar_subquery()
    )
    return xcom.c.execution_date <= own


def set_xcom(tx: Tx, request: SetXCom, clock: Clock) -> None:
    """Store an XCom in place of the one with the same key. `InvalidInput`: it is too large."""
    require_fit(tx, request.key, request.value)
    logical_date = tx.execute(
        select(dag_run.c.execution_date).where(
            dag_run.c.dag_id == request.dag_id, dag_run.c.run_id == request.run_id
        )
    ).scalar()
    put_xcoms(
        tx,
        [
            {
                "dag_id": request.dag_id,
                "run_id": request.run_id,
                "task_id": request.task_id,
                "map_index": request.map_index,
                "key": request.key,
                "value": request.value,
                "timestamp": clock.now(),
                "execution_date": logical_date,
                "length": request.length,
            }
        ],
    )


def delete_xcom(tx: Tx, request: DeleteXCom, _clock: Clock) -> int:
    """How many XComs were deleted."""
    table = xcom
    return tx.execute(
        delete(table).where(
            table.c.dag_id == request.dag_id,
            table.c.run_id == request.run_id,
            table.c.task_id == request.task_id,
            table.c.map_index == request.map_index,
            table.c.key == request.key,
        )
    ).rowcount


# --- runs --------------------------------------------------------------------------------------


def trigger_run(tx: Tx, request: TriggerRun, clock: Clock) -> dict[str, Any]:
    """Trigger a run of another DAG, or with `reset` clear the one that is there."""
    state = get_dag_state(tx, GetDagState(dag_id=request.dag_id), clock)
    if request.fail_when_paused and state["is_paused"]:
        raise Conflict(f"DAG {request.dag_id!r} is paused: the run would wait.")
    wanted = run_commands.Wanted(
        dag_id=request.dag_id,
        run_id=request.run_id,
        logical_date=request.logical_date,
        conf=run_commands.parse_conf(request.conf),
        note=request.note,
        run_type=RunType.OPERATOR_TRIGGERED if request.run_id is None else RunType.MANUAL,
    )
    who = Actor("task", clock.now(), "operator")
    try:
        made = run_commands.trigger(tx, wanted, who)
    except run_commands.RunAlreadyExists as taken:
        if not request.reset:
            raise
        row = _existing(tx, request)
        if row is None:
            raise Conflict(str(taken)) from taken
        whole = Selection(dag_id=row.dag_id, run_ids=(row.run_id,))
        clear(tx, select_instances(tx, whole), who, newest=True)
        ring_here(Ring(run_ids=(row.id,)))
        return {"run_id": row.run_id, "reset": True}
    ring_here(Ring(run_ids=(made.id,)))
    return {"run_id": made.run_id, "reset": False}


def _existing(tx: Tx, request: TriggerRun) -> Any:
    table = dag_run
    same = (
        table.c.run_id == request.run_id
        if request.run_id is not None
        else table.c.logical_date == request.logical_date
    )
    return tx.execute(select(table).where(table.c.dag_id == request.dag_id, same)).first()


def get_run(tx: Tx, request: GetRun, _clock: Clock) -> dict[str, Any] | None:
    """One run: by id, by logical date, or the newest before a date (in a state, if given)."""
    table = dag_run
    where: list[ColumnElement[bool]] = [table.c.dag_id == request.dag_id]
    if request.run_id is not None:
        where.append(table.c.run_id == request.run_id)
    if request.logical_date is not None:
        where.append(table.c.logical_date == request.logical_date)
    if request.before is not None:
        where.append(func.coalesce(table.c.logical_date, table.c.run_after) < request.before)
    if request.state is not None:
        where.append(table.c.state == request.state)
    row = tx.execute(
        select(table)
        .where(*where)
        .order_by(func.coalesce(table.c.logical_date, table.c.run_after).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    names = (
        *("dag_id", "run_id", "run_type", "run_after", "logical_date", "data_interval_start"),
        *("data_interval_end", "start_date", "end_date", "queued_at", "state", "note"),
    )
    found = {name: _plain(row._mapping[name]) for name in names}
    return found | {"conf": json.loads(row.conf or "{}")}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def count_instances(tx: Tx, request: CountInstances, _clock: Clock) -> int:
    """How many task instances match; without `task_ids` and group: how many runs."""
    if request.task_ids is None and request.group_id is None:
        table = dag_run
        where: list[ColumnElement[bool]] = [table.c.dag_id == request.dag_id]
        if request.logical_dates is not None:
            where.append(table.c.logical_date.in_(request.logical_dates))
        if request.run_ids is not None:
            where.append(table.c.run_id.in_(request.run_ids))
        if request.states is not None:
            where.append(table.c.state.in_(request.states))
        return tx.execute(select(func.count()).select_from(table).where(*where)).scalar_one()
    names = _task_ids(tx, request.dag_id, request.task_ids, request.group_id)
    where = _instances_where(request.dag_id, names, request.logical_dates, request.run_ids)
    if request.states is not None:
        where.append(task_instance.c.state.in_(request.states))
    if request.map_index is not None:
        where.append(task_instance.c.map_index == request.map_index)
    return tx.execute(select(func.count()).select_from(task_instance).where(*where)).scalar_one()


def get_states(tx: Tx, request: GetStates, _clock: Clock) -> dict[str, dict[str, str | None]]:
    """States by run id, then by task id (with `_<index>` for mapped instances)."""
    names = _task_ids(tx, request.dag_id, request.task_ids, request.group_id)
    where = _instances_where(request.dag_id, names, request.logical_dates, request.run_ids)
    table = task_instance
    states: dict[str, dict[str, str | None]] = {}
    for row in tx.execute(
        select(table.c.run_id, table.c.task_id, table.c.map_index, table.c.state).where(*where)
    ):
        name = row.task_id if row.map_index < 0 else f"{row.task_id}_{row.map_index}"
        states.setdefault(row.run_id, {})[name] = row.state
    return states


def _instances_where(
    dag_id: str,
    task_ids: Sequence[str] | None,
    logical_dates: Sequence[Any] | None,
    run_ids: Sequence[str] | None,
) -> list[ColumnElement[bool]]:
    table = task_instance
    where: list[ColumnElement[bool]] = [table.c.dag_id == dag_id]
    if task_ids:
        where.append(table.c.task_id.in_(task_ids))
    if logical_dates is not None:
        where.append(table.c.execution_date.in_(logical_dates))
    if run_ids is not None:
        where.append(table.c.run_id.in_(run_ids))
    return where


def _task_ids(
    tx: Tx, dag_id: str, task_ids: Sequence[str] | None, group_id: str | None
) -> Sequence[str] | None:
    """The tasks asked for: those named, or all of a group of the DAG's newest version."""
    if group_id is None:
        return task_ids
    version = tx.execute(
        select(dag_version.c.id)
        .where(dag_version.c.dag_id == dag_id)
        .order_by(dag_version.c.version_number.desc())
        .limit(1)
    ).scalar()
    if version is None:
        return ("",)
    spec = Versions().get(tx, version).graph.spec
    prefix = f"{group_id}."
    found = [
        task.task_id
        for task in spec.tasks
        if task.group == group_id or (task.group or "").startswith(prefix)
    ]
    return found or ("",)


def get_dag_state(tx: Tx, request: GetDagState, _clock: Clock) -> dict[str, Any]:
    """Whether a DAG is there, whether it is paused, and where its file is."""
    row = tx.execute(
        select(dag.c.is_paused, dag.c.fileloc, dag.c.is_active).where(
            dag.c.dag_id == request.dag_id
        )
    ).first()
    return {
        "exists": row is not None and bool(row.is_active),
        "is_paused": row is not None and bool(row.is_paused),
        "fileloc": row.fileloc if row is not None else None,
    }
