"""Files as lists show them: how they were read, and why they could not be."""

from typing import Any

import msgspec
from sqlalchemy import Row, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.spec.codec import decode
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
from venturi.store.schema.dags import dag, dag_file, dag_version, import_error
from venturi.store.scope import DagScope


class ImportErrorRow(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file could not be read."""

    id: int
    timestamp: Instant | None
    filename: str
    bundle_name: str | None
    text: str


class FileRow(msgspec.Struct, frozen=True, kw_only=True):
    """How a file was read the last time."""

    path: str
    dag_count: int
    task_count: int
    last_parsed: Instant
    parse_seconds: float | None
    open_because: str | None
    dag_ids: tuple[str, ...]


_ERROR_ORDERS: dict[str, ColumnElement[Any]] = {
    "id": import_error.c.id,
    "import_error_id": import_error.c.id,
    "timestamp": import_error.c.timestamp,
    "filename": import_error.c.filename,
    "bundle_name": import_error.c.bundle_name,
}


def list_import_errors(
    tx: Tx,
    scope: DagScope,
    filename_pattern: str | None = None,
    paging: Paging = ALL,
    *,
    filename: str | None = None,
    bundle_name: str | None = None,
) -> Page[ImportErrorRow]:
    """Files that could not be read, with the reason.

    Those that define DAGs of others too, or none that is known, are for who may see every DAG.
    """
    query = select(import_error).where(*scope.file_conditions(import_error.c.filename))
    if filename_pattern:
        query = query.where(like(import_error.c.filename, filename_pattern))
    for column, text in (
        (import_error.c.filename, filename),
        (import_error.c.bundle_name, bundle_name),
    ):
        if text is not None:
            query = query.where(column == text)
    page = fetch(tx, query, paging, _ERROR_ORDERS, ("filename",))
    return Page([_error(row) for row in page.rows], page.total)


def get_import_error(tx: Tx, scope: DagScope, error_id: int) -> ImportErrorRow:
    """One import error. Raises `NotFound`."""
    mine = scope.file_conditions(import_error.c.filename)
    row = tx.execute(select(import_error).where(import_error.c.id == error_id, *mine)).first()
    if row is None:
        raise NotFound(f"There is no import error {error_id}; the file may have been mended.")
    return _error(row)


def _error(row: Row[Any]) -> ImportErrorRow:
    return ImportErrorRow(
        id=row.id,
        timestamp=row.timestamp,
        filename=row.filename or "",
        bundle_name=row.bundle_name,
        text=row.stacktrace or "",
    )


def list_files(tx: Tx, scope: DagScope) -> list[FileRow]:
    """How each file was read the last time, slowest first."""
    dags: dict[str, list[tuple[str, int]]] = {}
    query = select(dag.c.fileloc, dag.c.dag_id, dag_version.c.spec).join(
        dag_version, dag_version.c.id == dag.c.version_id
    )
    for path, dag_id, spec in tx.execute(query.where(dag.c.is_active.is_(True))):
        dags.setdefault(path or "", []).append((dag_id, len(decode(spec).tasks)))
    files = select(dag_file).where(*scope.file_conditions(dag_file.c.path))
    rows = tx.execute(files.order_by(dag_file.c.parse_seconds.desc()))
    return [
        FileRow(
            path=row.path,
            dag_count=row.dag_count,
            task_count=sum(count for _, count in dags.get(row.path, ())),
            last_parsed=row.last_parsed,
            parse_seconds=row.parse_seconds,
            open_because=row.open_because,
            dag_ids=tuple(sorted(dag_id for dag_id, _ in dags.get(row.path, ()))),
        )
        for row in rows
    ]
