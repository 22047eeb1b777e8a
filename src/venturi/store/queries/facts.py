"""Many at once by id: versions, their descriptions, rendered fields.

The ids are those of rows that a scope has let through; nobody can name one from outside.
"""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.spec.codec import decode
from venturi.spec.model import DagSpec
from venturi.store.engine import Tx
from venturi.store.queries.specs import VersionRow
from venturi.store.schema.dags import dag_file, dag_version
from venturi.store.schema.runs import rendered_fields
from venturi.store.scope import DagScope


def version_rows(tx: Tx, ids: Iterable[int | None]) -> dict[int, VersionRow]:
    """The rows of these versions, without their descriptions."""
    wanted = {number for number in ids if number is not None}
    if not wanted:
        return {}
    table = dag_version
    query = select(
        table.c.id, table.c.dag_id, table.c.version_number, table.c.bundle_name, table.c.created_at
    ).where(table.c.id.in_(wanted))
    return {row.id: VersionRow(*row) for row in tx.execute(query)}


def update_times(tx: Tx, ids: Iterable[int | None]) -> dict[int, Instant]:
    """When each of these versions was last written: a cache of what it says ends with that."""
    wanted = {number for number in ids if number is not None}
    if not wanted:
        return {}
    table = dag_version
    query = select(table.c.id, table.c.last_updated).where(table.c.id.in_(wanted))
    return {row.id: row.last_updated for row in tx.execute(query)}


def specs_by_version(tx: Tx, ids: Iterable[int]) -> dict[int, DagSpec]:
    """The descriptions of these versions."""
    wanted = set(ids)
    if not wanted:
        return {}
    table = dag_version
    query = select(table.c.id, table.c.spec).where(table.c.id.in_(wanted))
    return {row.id: decode(row.spec) for row in tx.execute(query)}


def rendered_by_instance(tx: Tx, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The rendered template fields of these task instances, of those that have any."""
    table = rendered_fields
    query = select(table.c.task_instance_id, table.c.rendered_fields).where(
        table.c.task_instance_id.in_(set(ids))
    )
    return {number: dict(json.loads(text)) for number, text in tx.execute(query)}


def file_of(tx: Tx, scope: DagScope, path_hash: str) -> str:
    """The path of a DAG file by its token. Raises `NotFound`."""
    which = dag_file.c.path_hash == path_hash, *scope.file_conditions(dag_file.c.path)
    path = tx.execute(select(dag_file.c.path).where(*which)).scalar()
    if path is None:
        raise NotFound("There is no DAG file with this token.")
    return str(path)
