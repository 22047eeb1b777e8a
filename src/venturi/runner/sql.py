"""One SQL statement of a person, run in a process of its own that can be killed.

`python -m venturi.runner.sql` reads connection and statement as JSON from standard input and
prints one JSON object: columns and rows, or what the database said. Hooks and drivers are user
code, and a statement may take any time: neither belongs into the web server.
"""

import json
import math
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

from venturi.runner.sql_guard import GUARDS, Found, check, close, fetched

#: Characters of one cell; what is longer is cut.
CELL = 10_000
#: The largest whole number that JavaScript tells from its neighbours.
_EXACT = 2**53 - 1


def answer(about: Mapping[str, Any]) -> dict[str, Any]:
    """Columns, rows and whether there were more; or `error`, in the database's words."""
    from venturi.sdk.connection import PREFIX, Connection

    fields = dict(about["connection"])
    connection = Connection(conn_id="asked_connection", **fields)
    # Its hook looks the connection up by its id, and finds it here.
    os.environ[f"{PREFIX}ASKED_CONNECTION"] = json.dumps(
        {name: value for name, value in fields.items() if value is not None}
    )
    try:
        return _run(connection.get_hook().get_conn, str(connection.conn_type), about)
    except Exception as error:
        # Whatever a driver raises is an answer for the person who asked.
        return _refused(str(error) or type(error).__name__)


def _run(get_conn: Callable[[], Any], kind: str, about: Mapping[str, Any]) -> dict[str, Any]:
    from venturi.batteries.sql_text import statements

    texts = statements(about["sql"])
    if len(texts) != 1:
        return _refused(f"Write one statement; here are {len(texts)}.")
    guard = GUARDS.get(kind)
    if about["read_only"] and guard is None:
        return _refused(
            f"Nobody can promise that a connection of type {kind!r} only reads. "
            "Allow writing to run this."
        )
    if about["read_only"] and guard is not None:
        check(guard, texts[0])
    limit, conn = int(about["limit"]), get_conn()
    if not hasattr(conn, "cursor"):
        return _refused(f"A connection of type {kind!r} does not take SQL.")
    if guard is not None:
        # The server goes on with a statement whose client has been killed.
        guard.limit(conn, int(about["seconds"]))
    if about["read_only"] and guard is not None:
        found = guard.ask(conn, texts[0], limit)
        close(conn)
        return _answered(found, None)
    with closing(conn), closing(conn.cursor()) as cursor:
        cursor.execute(texts[0])
        found, affected = fetched(cursor, limit), cursor.rowcount
        has_rows = cursor.description is not None
        conn.commit()
    return _answered(found, affected if not has_rows and affected >= 0 else None)


def _answered(found: Found, affected: int | None) -> dict[str, Any]:
    columns, rows, more = found
    return {
        "columns": columns,
        "rows": [_row(row) for row in rows],
        "more": more,
        "affected": affected,
        "error": None,
    }


def _row(row: Sequence[Any]) -> list[Any]:
    return [cell(value) for value in row]


def cell(value: Any) -> Any:
    """A value as JSON carries it and a page can show it."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return "0x" + bytes(value)[: CELL // 2].hex()
    return str(value)[:CELL]


def _refused(error: str) -> dict[str, Any]:
    return {"columns": [], "rows": [], "more": False, "affected": None, "error": error}


def main() -> None:
    """Answer what stands in standard input."""
    found = answer(json.load(sys.stdin))
    sys.stdout.write("\n" + json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
