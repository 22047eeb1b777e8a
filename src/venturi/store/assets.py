"""The assets that DAGs name, as rows: what they wait for, read and update."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Table, delete, insert, literal, select, union_all, update

from venturi.core.clock import Instant
from venturi.spec.model import DagSpec
from venturi.store.engine import Tx
from venturi.store.schema.later import (
    asset,
    asset_alias,
    asset_inlet,
    asset_outlet,
    asset_schedule,
)

#: By how a DAG names an asset: where that is written.
REFERENCES: Mapping[str, Table] = {
    "schedule": asset_schedule,
    "outlet": asset_outlet,
    "inlet": asset_inlet,
}


class Reference(NamedTuple):
    """One place in a DAG where an asset is named; `task_id` is empty for its schedule."""

    how: str
    task_id: str
    asset_id: int


def put_assets(tx: Tx, spec: DagSpec, now: Instant) -> None:
    """Write which assets a DAG names, where that differs from what is written."""
    records = list(_records(spec))
    known = _references(tx, spec.dag_id)
    if not records and not known:
        return
    ids = {(row["name"], row["uri"]): _asset_id(tx, row, now) for _, _, row in _assets(records)}
    _put_aliases(tx, records)
    wanted = {
        Reference(how, task_id, ids[row["name"], row["uri"]])
        for how, task_id, row in _assets(records)
    }
    for gone in sorted(known - wanted):
        table = REFERENCES[gone.how]
        which = [table.c.asset_id == gone.asset_id, table.c.dag_id == spec.dag_id]
        if "task_id" in table.c:
            which.append(table.c.task_id == gone.task_id)
        tx.execute(delete(table).where(*which))
    for new in sorted(wanted - known):
        table = REFERENCES[new.how]
        values: dict[str, Any] = {"asset_id": new.asset_id, "dag_id": spec.dag_id}
        if "task_id" in table.c:
            values["task_id"] = new.task_id
        tx.execute(insert(table).values(created_at=now, **values))
    touched = {reference.asset_id for reference in known ^ wanted}
    _note_activity(tx, touched)


def _records(spec: DagSpec) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for row in spec.recorded.get("schedule_assets", ()):
        yield "schedule", "", row
    for task in spec.tasks:
        for row in task.outlets:
            yield "outlet", task.task_id, row
        for row in task.inlets:
            yield "inlet", task.task_id, row


def _assets(
    records: list[tuple[str, str, Mapping[str, Any]]],
) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    return (each for each in records if each[2].get("type") == "asset")


def _references(tx: Tx, dag_id: str) -> set[Reference]:
    """What is written of a DAG, in one query."""
    parts = []
    for how, table in REFERENCES.items():
        task_id = table.c.task_id if "task_id" in table.c else literal("")
        parts.append(
            select(literal(how), task_id, table.c.asset_id).where(table.c.dag_id == dag_id)
        )
    return {Reference(*row) for row in tx.execute(union_all(*parts))}


def _asset_id(tx: Tx, row: Mapping[str, Any], now: Instant) -> int:
    """The row of an asset, made if it is not there, and changed if it is told of otherwise."""
    extra = json.dumps(row["extra"], sort_keys=True) if row.get("extra") else None
    found = tx.execute(
        select(asset.c.id, asset.c.group, asset.c.extra).where(
            asset.c.name == row["name"], asset.c.uri == row["uri"]
        )
    ).first()
    values = {"group": row.get("group") or "asset", "extra": extra}
    if found is None:
        inserted = tx.execute(
            insert(asset).values(
                name=row["name"], uri=row["uri"], created_at=now, updated_at=now, **values
            )
        )
        key = inserted.inserted_primary_key
        assert key is not None
        return int(key[0])
    if (found.group, found.extra) != (values["group"], extra):
        tx.execute(update(asset).where(asset.c.id == found.id).values(updated_at=now, **values))
    return int(found.id)


def _put_aliases(tx: Tx, records: list[tuple[str, str, Mapping[str, Any]]]) -> None:
    aliases = {
        row["name"]: row.get("group") or "asset"
        for _, _, row in records
        if row.get("type") == "asset_alias"
    }
    if not aliases:
        return
    query = select(asset_alias.c.name).where(asset_alias.c.name.in_(list(aliases)))
    known = set(tx.execute(query).scalars())
    new = [{"name": name, "group": group} for name, group in aliases.items() if name not in known]
    if new:
        tx.execute(insert(asset_alias), new)


def _note_activity(tx: Tx, ids: set[int]) -> None:
    """An asset is active while some DAG names it."""
    for number in sorted(ids):
        named = any(
            tx.execute(select(table.c.dag_id).where(table.c.asset_id == number).limit(1)).first()
            for table in REFERENCES.values()
        )
        tx.execute(
            update(asset)
            .where(asset.c.id == number, asset.c.is_active.is_not(named))
            .values(is_active=named)
        )
