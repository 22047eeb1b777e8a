"""The time between two instants, inside statements: exact, and the same on every database."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _Elapsed(FunctionElement[int]):
    """Microseconds from one instant to another; nothing where one of them is."""

    name = "elapsed"
    type = BigInteger()
    inherit_cache = True


def elapsed(start: ColumnElement[Any], end: ColumnElement[Any]) -> ColumnElement[int]:
    """Microseconds from `start` to `end`: whole numbers, so that equal is equal."""
    return _Elapsed(start, end)


def _sides(element: _Elapsed, compiler: Any, named: Any) -> tuple[str, str]:
    start, end = (compiler.process(each, **named) for each in element.clauses)
    return start, end


@compiles(_Elapsed, "sqlite")
def _sqlite(element: _Elapsed, compiler: Any, **named: Any) -> str:
    # An instant is text with six digits behind the second. Dates of SQLite know milliseconds
    # only, and round: seconds and digits are counted apart.
    start, end = _sides(element, compiler, named)
    seconds = (
        f"CAST(strftime('%s', substr({end}, 1, 19)) AS INTEGER)"
        f" - CAST(strftime('%s', substr({start}, 1, 19)) AS INTEGER)"
    )
    digits = f"CAST(substr({end}, 21, 6) AS INTEGER) - CAST(substr({start}, 21, 6) AS INTEGER)"
    return f"(({seconds}) * 1000000 + ({digits}))"


@compiles(_Elapsed, "mysql")
@compiles(_Elapsed, "mariadb")
def _mysql(element: _Elapsed, compiler: Any, **named: Any) -> str:
    start, end = _sides(element, compiler, named)
    return f"TIMESTAMPDIFF(MICROSECOND, {start}, {end})"


@compiles(_Elapsed, "postgresql")
def _postgresql(element: _Elapsed, compiler: Any, **named: Any) -> str:
    start, end = _sides(element, compiler, named)
    return f"CAST(ROUND(EXTRACT(EPOCH FROM ({end} - {start})) * 1000000) AS BIGINT)"
