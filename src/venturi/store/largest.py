"""The largest value that a database takes: MySQL bounds a statement with all that is in it."""

from sqlalchemy import text

from venturi.core.errors import InvalidInput
from venturi.store.engine import Tx

#: What a statement has beside its largest value.
_REST = 64 * 1024
#: Values below this many characters fit everywhere.
_SMALL = 100_000


def largest_value(tx: Tx) -> int | None:
    """Bytes of the largest value, as it stands in a statement; None: there is no bound to heed."""
    if tx.dialect.name != "mysql":
        return None
    most = tx.execute(text("SELECT @@max_allowed_packet")).scalar_one()
    return max(0, int(most) - _REST)


def fits(value: str, most: int | None) -> bool:
    """Whether a value goes into a statement; quotes and backslashes count twice in one."""
    if most is None or len(value) < _SMALL:
        return True
    twice = sum(value.count(character) for character in "\"'\\\n\r\0\x1a")
    return len(value.encode()) + twice <= most


def require_fit(tx: Tx, key: str, value: str | None) -> None:
    """Raise `InvalidInput` for an XCom that the database would not take."""
    if value is None or len(value) < _SMALL:
        return
    most = largest_value(tx)
    if not fits(value, most):
        raise InvalidInput(too_large(key, value, most))


def too_large(key: str, value: str, most: int | None) -> str:
    """What is wrong with a value, and the way out."""
    return (
        f"XCom {key!r} has {len(value):,} characters; the database takes {most or 0:,} bytes "
        "(max_allowed_packet). Raise that on the server, or hand on a path or an address instead."
    )
