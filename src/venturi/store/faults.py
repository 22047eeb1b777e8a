"""What a database's error means: whether to try again, and what to tell a person."""

from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

#: MySQL and MariaDB: lock wait and deadlock, a row that changed meanwhile, a connection that was
#: lost, killed, refused for lack of places or not to be had while the server starts.
_AGAIN_CODES = frozenset(
    {1020, 1040, 1053, 1205, 1213, 1927, 2002, 2003, 2006, 2013, 2055, 4031},
)
#: PostgreSQL: serialisation failure, deadlock, lock wait; a server that ends, crashes or starts, or
#: has no place; connections that break.
_AGAIN_STATES = frozenset(
    {"40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300"},
)
#: SQLite: SQLITE_BUSY, SQLITE_LOCKED.
_AGAIN_SQLITE = frozenset({5, 6})

_DUPLICATE_CODES = frozenset({1062, 1586})
_DUPLICATE_STATE = "23505"

_MISSING_TABLE_CODE, _MISSING_TABLE_STATE = 1146, "42P01"

#: What PostgreSQL says when it lets nobody in: such errors carry no code.
_REFUSALS = (
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("Peer authentication failed", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ('role "', "28P01"),
    ('database "', "3D000"),
    ("too many clients", "53300"),
    ("starting up", "57P03"),
    ("shutting down", "57P03"),
)


def code_of(error: DBAPIError) -> int | None:
    """MySQL's number of an error; None on other databases."""
    first, _ = _parts(error)
    return first if isinstance(first, int) else None


def _parts(error: DBAPIError) -> tuple[Any, Any]:
    """The first two arguments of the driver's exception."""
    arguments: tuple[Any, ...] = getattr(error.orig, "args", ())
    return (*arguments, None, None)[:2]


def state_of(error: DBAPIError) -> str | None:
    """PostgreSQL's SQLSTATE of an error, also of one that kept us out; None elsewhere."""
    origin: Any = error.orig
    if not type(origin).__module__.startswith("psycopg"):
        return None
    if origin.sqlstate is not None:
        return str(origin.sqlstate)
    said = str(origin)
    for words, state in _REFUSALS:
        if words in said:
            return state
    # Without a code it did not come from the server: there was no connection.
    return "08001" if type(origin).__name__ in {"OperationalError", "ConnectionTimeout"} else None


def is_transient(error: DBAPIError) -> bool:
    """Whether repeating the transaction may succeed: a deadlock, a lock, a lost connection."""
    if error.connection_invalidated or code_of(error) in _AGAIN_CODES:
        return True
    state = state_of(error) or ""
    if state in _AGAIN_STATES or state.startswith("08"):
        return True
    busy = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _AGAIN_SQLITE
    return busy or "database is locked" in str(error.orig)


def is_duplicate(error: DBAPIError) -> bool:
    """Whether a row could not be inserted because somebody else has just inserted one like it."""
    sqlite = getattr(error.orig, "sqlite_errorname", "")
    return (
        code_of(error) in _DUPLICATE_CODES
        or state_of(error) == _DUPLICATE_STATE
        or sqlite in {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
    )


def is_missing_table(error: DBAPIError) -> bool:
    """Whether a statement named a table that is not there."""
    return (
        code_of(error) == _MISSING_TABLE_CODE
        or state_of(error) == _MISSING_TABLE_STATE
        or "no such table" in str(error.orig)
    )


def sentence(error: DBAPIError, url: URL) -> str:
    """What is wrong with a database and what would help, in one line."""
    shown = url.render_as_string(hide_password=True)
    said = " ".join(_words(error).split()).rstrip(".")
    what = _remedy(error, url)
    return what if what is not None else f"The database {shown} does not answer: {said}."


def _words(error: DBAPIError) -> str:
    """What the server said, without what drivers wrap around it."""
    code, words = _parts(error)
    return f"{words} ({code})" if isinstance(code, int) else str(error.orig)


def _remedy(error: DBAPIError, url: URL) -> str | None:
    mysql = url.get_backend_name() == "mysql"
    user, database = url.username or "", url.database or ""
    place = f"{url.host or 'localhost'}:{url.port or (3306 if mysql else 5432)}"
    code = code_of(error) if mysql else state_of(error)
    kind = "MySQL or MariaDB" if mysql else "PostgreSQL"
    said = " ".join(_words(error).split()).rstrip(".")
    match code:
        case 1045 | 1698 | "28P01":
            how = (
                f"CREATE USER '{user}'@'localhost' IDENTIFIED BY '...'"
                if mysql
                else f"CREATE ROLE {user} LOGIN PASSWORD '...'"
            )
            return (
                f"The database server at {place} refuses the user {user!r} with this password. "
                f"Correct [database] sql_alchemy_conn, or as the server's administrator: {how}"
            )
        case 1049 | "3D000":
            how = (
                f"CREATE DATABASE {database} CHARACTER SET utf8mb4"
                if mysql
                else f"CREATE DATABASE {database} OWNER {user or 'me'} ENCODING 'UTF8'"
            )
            return (
                f"The server at {place} has no database {database!r}. As its administrator: {how}"
            )
        case 1044 | 1142:
            return (
                f"The user {user!r} may not do that in the database {database!r} at {place}. As "
                f"the server's administrator: "
                f"GRANT ALL PRIVILEGES ON {database}.* TO '{user}'@'localhost'"
            )
        case "42501":
            return (
                f"The user {user!r} may not do that in the database {database!r} at {place} "
                f"({said}). As the server's administrator: ALTER DATABASE {database} OWNER TO "
                f"{user or 'me'}, and in that database: GRANT ALL ON SCHEMA public TO "
                f"{user or 'me'}"
            )
        case 2002 | 2003 | 2005 | "08001" | "08006":
            return (
                f"No {kind} server answers at {place} ({said}). Start it, or correct "
                "[database] sql_alchemy_conn."
            )
        case 1130 | "28000":
            return f"The server at {place} lets nobody in from this machine: {said}."
        case 1040 | 1203 | "53300":
            return (
                f"The server at {place} has no place for another connection. Raise its "
                "max_connections, or lower [database] sql_alchemy_pool_size."
            )
        case 1665:
            return (
                f"The server at {place} logs changes as statements, which it does not allow at "
                "READ COMMITTED. As its administrator: SET GLOBAL binlog_format = ROW"
            )
        case _:
            return None
