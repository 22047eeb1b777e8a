"""Files that could not be read, and reading one again."""

from datetime import datetime

import msgspec

from venturi.api.call import Call
from venturi.api.shapes.common import ListQuery, pattern
from venturi.store.bell import Ring, ring
from venturi.store.queries.facts import file_of
from venturi.store.queries.files import ImportErrorRow, list_import_errors
from venturi.store.queries.files import get_import_error as find_import_error


class ImportErrorsQuery(ListQuery, frozen=True, kw_only=True):
    """Which import errors to list."""

    filename_pattern: str | None = None
    filename_prefix_pattern: str | None = None
    #: the whole of it, as the answers have it
    filename: str | None = None
    bundle_name: str | None = None


class ImportErrorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Why a file could not be read."""

    import_error_id: int
    timestamp: datetime | None
    filename: str
    bundle_name: str | None
    stack_trace: str


class ImportErrors(msgspec.Struct, frozen=True, kw_only=True):
    """A page of import errors."""

    import_errors: list[ImportErrorAnswer]
    total_entries: int


def get_import_errors(call: Call, query: ImportErrorsQuery) -> ImportErrors:
    """A page of files that could not be read."""
    paging = call.paging(query.limit, query.offset, query.order_by or ["id"])
    wanted = pattern(query.filename_pattern, query.filename_prefix_pattern)
    with call.read() as tx:
        page = list_import_errors(
            tx,
            call.scope,
            wanted,
            paging,
            filename=query.filename,
            bundle_name=query.bundle_name,
        )
    return ImportErrors(import_errors=[_answer(row) for row in page.rows], total_entries=page.total)


def get_import_error(call: Call, import_error_id: int) -> ImportErrorAnswer:
    """One import error."""
    with call.read() as tx:
        return _answer(find_import_error(tx, call.scope, import_error_id))


def reparse_dag_file(call: Call, file_token: str) -> None:
    """Read a DAG file again now; the token is `file_token` of one of its DAGs."""
    with call.read() as tx:
        path = file_of(tx, call.scope, file_token)
    ring(call.api.run_dir, Ring(path=path))


def _answer(row: ImportErrorRow) -> ImportErrorAnswer:
    return ImportErrorAnswer(
        import_error_id=row.id,
        timestamp=row.timestamp,
        filename=row.filename,
        bundle_name=row.bundle_name,
        stack_trace=row.text,
    )
