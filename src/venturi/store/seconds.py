"""How many seconds lie between two columns: each database has words of its own for that.

Whole microseconds are divided, once: so it is the number that Python makes of the same instants,
and equal is equal.
"""

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement


class seconds_between(FunctionElement[float]):  # noqa: N801 - written like a function of SQL
    """Seconds from the first instant to the second; NULL where one of them is."""

    type = Float()
    inherit_cache = True
    name = "seconds_between"

    def __init__(self, start: ColumnElement[Any], end: ColumnElement[Any]) -> None:
        super().__init__(start, end)


def _both(element: seconds_between, compiler: Any, **words: Any) -> tuple[str, str]:
    start, end = (compiler.process(each, **words) for each in element.clauses)
    return start, end


@compiles(seconds_between, "sqlite")
def _on_sqlite(element: seconds_between, compiler: Any, **words: Any) -> str:
    start, end = _both(element, compiler, **words)
    # An instant is text with six digits behind the second. SQLite's dates know milliseconds only,
    # and round: whole seconds and these digits are counted apart.
    whole = (
        f"CAST(strftime('%s', substr({end}, 1, 19)) AS INTEGER)"
        f" - CAST(strftime('%s', substr({start}, 1, 19)) AS INTEGER)"
    )
    digits = f"CAST(substr({end}, 21, 6) AS INTEGER) - CAST(substr({start}, 21, 6) AS INTEGER)"
    return f"((({whole}) * 1000000 + {digits}) / 1e6)"


@compiles(seconds_between, "mysql")
@compiles(seconds_between, "mariadb")
def _on_mariadb(element: seconds_between, compiler: Any, **words: Any) -> str:
    start, end = _both(element, compiler, **words)
    return f"(TIMESTAMPDIFF(MICROSECOND, {start}, {end}) / 1e6)"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: seconds_between, compiler: Any, **words: Any) -> str:
    start, end = _both(element, compiler, **words)
    return f"EXTRACT(EPOCH FROM ({end} - {start}))"
