"""Values inside SQL expressions, typed: a bare datetime in `coalesce` would lose its zone."""

from sqlalchemy import literal
from sqlalchemy.sql.elements import BindParameter

from venturi.core.clock import Instant
from venturi.store.schema.base import UtcDateTime


def instant(at: Instant) -> BindParameter[Instant]:
    """An instant as the columns of this database hold it."""
    return literal(at, UtcDateTime())
