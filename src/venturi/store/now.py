"""The database's own clock, inside statements: one clock for all who share the database."""

from typing import Any

from sqlalchemy import ColumnElement, Float, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.functions import FunctionElement

from venturi.core.clock import Instant
from venturi.store.engine import Tx
from venturi.store.schema.base import UtcDateTime


class _Now(FunctionElement[Instant]):
    """The present instant, some seconds on."""

    name = "database_now"
    type = UtcDateTime()
    inherit_cache = True


def database_now(seconds: float | BindParameter[Any] = 0.0) -> ColumnElement[Instant]:
    """The instant at which the database carries out the statement, and this many seconds on."""
    shift = seconds if isinstance(seconds, BindParameter) else literal(seconds, Float())
    return _Now(shift)


def read_clock(tx: Tx) -> Instant:
    """What the database's clock says."""
    found: Instant = tx.execute(select(database_now())).scalar_one()
    return found


@compiles(_Now, "sqlite")
def _sqlite(element: _Now, compiler: Any, **named: Any) -> str:
    # To the millisecond, written with as many digits as all other instants.
    shift = compiler.process(element.clauses, **named)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', {shift} || ' seconds')"


@compiles(_Now, "mysql")
@compiles(_Now, "mariadb")
def _mysql(element: _Now, compiler: Any, **named: Any) -> str:
    shift = compiler.process(element.clauses, **named)
    return f"TIMESTAMPADD(MICROSECOND, 1000000 * {shift}, UTC_TIMESTAMP(6))"


@compiles(_Now, "postgresql")
def _postgresql(element: _Now, compiler: Any, **named: Any) -> str:
    # Not now(): that is the instant at which the transaction began.
    shift = compiler.process(element.clauses, **named)
    return f"(timezone('UTC', clock_timestamp()) + {shift} * interval '1 second')"
