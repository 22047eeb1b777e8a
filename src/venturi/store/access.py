"""Who owns a DAG and what it grants to roles, as rows that scopes ask for."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Table, delete, insert, select

from venturi.spec.model import DagSpec
from venturi.store.engine import Tx
from venturi.store.schema.dags import dag_access, dag_owner

#: What `access_control` says of a resource, in any era's words -> the action that rows have.
ACTIONS: Mapping[tuple[str, str], str] = {
    ("DAGs", "can_read"): "read",
    ("DAGs", "can_edit"): "edit",
    ("DAGs", "can_delete"): "delete",
    ("DAGs", "can_dag_read"): "read",
    ("DAGs", "can_dag_edit"): "edit",
    ("DAG Runs", "can_read"): "read_runs",
    ("DAG Runs", "can_create"): "trigger",
    ("DAG Runs", "can_edit"): "edit_runs",
    ("DAG Runs", "can_delete"): "delete_runs",
}


def grants(access_control: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The (role, action) pairs of a DAG's `access_control`; what nobody knows grants nothing."""
    return {
        (role, ACTIONS[resource, action])
        for role, granted in access_control.items()
        for resource, action in _actions(granted)
        if (resource, action) in ACTIONS
    }


def _actions(granted: Any) -> Iterator[tuple[str, str]]:
    """A set of actions is about the DAG; a mapping names resources."""
    for resource, names in (granted if isinstance(granted, dict) else {"DAGs": granted}).items():
        listed = [names] if isinstance(names, str) else names
        for name in listed if isinstance(listed, list | tuple | set) else ():
            yield resource, str(name)


def grants_anything(tx: Tx, roles: Collection[str], actions: Collection[str]) -> bool:
    """Whether any DAG grants one of these actions to one of these roles."""
    query = select(dag_access.c.dag_id).where(
        dag_access.c.role.in_(list(roles)), dag_access.c.action.in_(list(actions))
    )
    return tx.execute(query.limit(1)).first() is not None


def put_access(tx: Tx, spec: DagSpec) -> None:
    """Write the rows of a DAG, where they differ."""
    _put(tx, dag_owner, spec.dag_id, ("owner",), {(task.owner,) for task in spec.tasks})
    _put(tx, dag_access, spec.dag_id, ("role", "action"), grants(spec.access_control))


def _put(tx: Tx, table: Table, dag_id: str, names: tuple[str, ...], wanted: set[Any]) -> None:
    columns = [table.c[name] for name in names]
    known = {tuple(row) for row in tx.execute(select(*columns).where(table.c.dag_id == dag_id))}
    if known == wanted:
        return
    tx.execute(delete(table).where(table.c.dag_id == dag_id))
    if wanted:
        rows = [dict(zip(names, row, strict=True), dag_id=dag_id) for row in sorted(wanted)]
        tx.execute(insert(table), rows)
