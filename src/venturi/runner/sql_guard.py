"""How each kind of database is kept from writing, and from answering without end.

Four walls, because each alone has a hole: the statement must begin as a question; it goes out in
a way in which the server itself takes only one; it runs in a transaction that only reads and is
taken back; the server ends it after a time, also when nobody waits any more. What a *function*
does outside of the tables (files of the server, other servers) no transaction knows: that is for
the rights of the account that the connection signs in with.
"""

import re
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

#: Columns, at most so many rows, and whether there were more.
Found = tuple[list[str], list[Sequence[Any]], bool]


class Refused(Exception):
    """The statement is not run; says why."""


class Guard(NamedTuple):
    """How a kind of database is asked."""

    #: words that a question begins with
    words: frozenset[str]
    #: what no question has in it, not even in a comment or a text
    never: re.Pattern[str] | None
    #: tell the server when to end a statement, whatever it is: connection, seconds
    limit: Callable[[Any, int], None]
    #: ask in a way that cannot write: connection, statement, rows at most
    ask: Callable[[Any, str, int], Found]


_BEGINNING = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|$)|\#[^\n]*(?:\n|$)|/\*.*?\*/)*(\w+)", re.DOTALL)
_QUESTIONS = frozenset({"select", "with", "values", "table", "explain", "show"})
#: MySQL carries out what stands in such a comment, and writes files from a SELECT.
_MYSQL_NEVER = re.compile(r"/\*M?!|\boutfile\b|\bdumpfile\b", re.IGNORECASE)
#: Of SQLite's PRAGMAs, those that take the name of a table.
_ABOUT_A_TABLE = frozenset(
    {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "foreign_key_list"}
)


def check(guard: Guard, text: str) -> None:
    """Raise `Refused` for what is no question."""
    begins = _BEGINNING.match(text)
    word = begins[1].lower() if begins else ""
    if word not in guard.words:
        known = ", ".join(sorted(guard.words)).upper()
        raise Refused(
            f"{word.upper() or 'This'} is not run where only reading is allowed; "
            f"a question begins with one of {known}. Allow writing to run this."
        )
    if guard.never is not None and (found := guard.never.search(text)):
        raise Refused(f"{found[0]!r} may write a file on the server. Allow writing to run this.")


def driver_of(conn: Any) -> str:
    """The package that a connection is of."""
    return type(conn).__module__.partition(".")[0]


def fetched(cursor: Any, limit: int) -> Found:
    """The rows that a cursor has, at most `limit`."""
    if cursor.description is None:
        return [], [], False
    rows = list(cursor.fetchmany(limit + 1))
    return [str(column[0]) for column in cursor.description], rows[:limit], len(rows) > limit


# --- SQLite ------------------------------------------------------------------------------------


def _sqlite_limit(_conn: Any, _seconds: int) -> None:
    """The statement ends with its process."""


def _sqlite_ask(conn: Any, text: str, limit: int) -> Found:
    conn.execute("PRAGMA query_only = ON")
    conn.set_authorizer(_allowed)
    return fetched(conn.execute(text), limit)


def _allowed(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    match action:
        case sqlite3.SQLITE_SELECT | sqlite3.SQLITE_READ | sqlite3.SQLITE_RECURSIVE:
            return sqlite3.SQLITE_OK
        case sqlite3.SQLITE_FUNCTION if (second or "").lower() != "load_extension":
            return sqlite3.SQLITE_OK
        case sqlite3.SQLITE_PRAGMA if second is None or (first or "").lower() in _ABOUT_A_TABLE:
            return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


# --- PostgreSQL --------------------------------------------------------------------------------


def _postgres_limit(conn: Any, seconds: int) -> None:
    # Behind a pool of connections only what is said in the transaction holds for it.
    local = "" if conn.autocommit else "LOCAL "
    conn.cursor().execute(f"SET {local}statement_timeout = {seconds * 1000}")


def _postgres_ask(conn: Any, text: str, limit: int) -> Found:
    if conn.autocommit:
        conn.autocommit = False
    cursor = conn.cursor()
    # Before anything that has a snapshot: from then on the server lets nobody take it back.
    cursor.execute("SET TRANSACTION READ ONLY")
    if driver_of(conn) != "psycopg":
        if ";" in text:
            raise Refused("With this driver a statement that only reads may have no semicolon.")
        cursor.execute(text)
        return fetched(cursor, limit)
    # In binary form psycopg speaks the protocol in which the server takes one statement only.
    if str(_BEGINNING.match(text)[1]).lower() in {"explain", "show"}:  # type: ignore[index]
        cursor.execute(text, binary=True)
    else:  # in pieces: the driver would read every row there is
        cursor.execute(f"DECLARE asked NO SCROLL CURSOR FOR {text}", binary=True)
        cursor.execute(f"FETCH {limit + 1} FROM asked")
    return fetched(cursor, limit)


# --- MySQL and MariaDB -------------------------------------------------------------------------


def _mysql_limit(conn: Any, seconds: int) -> None:
    cursor = conn.cursor()
    try:
        cursor.execute(f"SET SESSION max_statement_time = {seconds}")
    except Exception:  # MySQL: another name, in milliseconds
        cursor.execute(f"SET SESSION max_execution_time = {seconds * 1000}")


def _mysql_ask(conn: Any, text: str, limit: int) -> Found:
    cursor = conn.cursor()
    # What is prepared is one statement, whatever the connection would take.
    cursor.execute("SET @asked = %s", (text,))
    cursor.execute("PREPARE asked FROM @asked")
    cursor.execute("SET SESSION TRANSACTION READ ONLY")
    cursor.execute("START TRANSACTION READ ONLY")
    # In pieces: the driver would read every row there is.
    cursors = sys.modules.get(f"{driver_of(conn)}.cursors")
    piecewise = getattr(cursors, "SSCursor", None)
    in_pieces = cursor if piecewise is None else conn.cursor(piecewise)
    in_pieces.execute("EXECUTE asked")
    return fetched(in_pieces, limit)


GUARDS: Mapping[str, Guard] = {
    "sqlite": Guard(_QUESTIONS - {"show"} | {"pragma"}, None, _sqlite_limit, _sqlite_ask),
    "postgres": Guard(_QUESTIONS, None, _postgres_limit, _postgres_ask),
    "mysql": Guard(_QUESTIONS | {"describe", "desc"}, _MYSQL_NEVER, _mysql_limit, _mysql_ask),
}


def close(conn: Any) -> None:
    """Leave without reading what is left; nothing of a question is kept."""
    with suppress(Exception):
        conn.close()
