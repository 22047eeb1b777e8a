"""How many seconds lie between two columns: each database has words of its own for that."""

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
    # A Julian day is a floating number: rounded to the milliseconds that it can tell.
    return f"ROUND((JULIANDAY({end}) - JULIANDAY({start})) * 86400.0, 3)"


@compiles(seconds_between, "mysql")
@compiles(seconds_between, "mariadb")
def _on_mariadb(element: seconds_between, compiler: Any, **words: Any) -> str:
    start, end = _both(element, compiler, **words)
    return f"(TIMESTAMPDIFF(MICROSECOND, {start}, {end}) / 1000000.0)"


@compiles(seconds_between, "postgresql")
def _on_postgresql(element: seconds_between, compiler: Any, **words: Any) -> str:
    start, end = _both(element, compiler, **words)
    return f"EXTRACT(EPOCH FROM ({end} - {start}))"
