"""Pages of rows: limit and offset, or from a key on, and an order by known columns only."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.errors import InvalidInput
from venturi.store.engine import Tx
from venturi.store.queries.cursor import Term

R = TypeVar("R")


class Page(NamedTuple, Generic[R]):
    """Some rows, and how many there are in all."""

    rows: list[R]
    #: with a cursor no more than `counted_to`: that many, or more
    total: int
    next_cursor: str | None = None
    previous_cursor: str | None = None
    counted_to: int | None = None


class Paging(NamedTuple):
    """Which part of a list: `limit` None is all. `order` names columns, `-name` descending.

    With a `cursor` (see `venturi.store.queries.cursor`) the offset does not count.
    """

    limit: int | None = None
    offset: int = 0
    order: tuple[str, ...] = ()
    cursor: str | None = None


ALL = Paging()


def check_bounds(paging: Paging) -> None:
    """Raise `InvalidInput` for a negative limit or offset."""
    if paging.offset < 0 or (paging.limit is not None and paging.limit < 0):
        raise InvalidInput("limit and offset must be 0 or more.")


def known_column(name: str, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """The column that an order names. Raises `InvalidInput`."""
    column = columns.get(name.removeprefix("-"))
    if column is None:
        known = ", ".join(sorted(columns))
        raise InvalidInput(f"Cannot order by {name.removeprefix('-')!r}; one of: {known}.")
    return column


def fetch(
    tx: Tx,
    query: Select[Any],
    paging: Paging,
    columns: Mapping[str, ColumnElement[Any]],
    default: Sequence[str],
) -> Page[Any]:
    """The page of `query`; `columns` are what may be ordered by, `default` the order if unnamed.

    For lists that are never long; see `venturi.store.queries.keyed` for those that are.
    Raises `InvalidInput` for an order by anything else, or a negative limit or offset.
    """
    check_bounds(paging)
    names = paging.order or default
    ordered = query.order_by(*(_order(tx, name, columns) for name in names))
    if paging.limit is None and not paging.offset:
        rows = list(tx.execute(ordered).all())
        return Page(rows, len(rows))
    # A database that knows OFFSET but not without LIMIT gets one nobody reaches.
    ordered = ordered.limit(paging.limit if paging.limit is not None else 2**62)
    rows = list(tx.execute(ordered.offset(paging.offset)).all())
    count = select(func.count()).select_from(query.order_by(None).subquery())
    return Page(rows, tx.execute(count).scalar_one())


def _order(tx: Tx, name: str, columns: Mapping[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    term = Term(name.removeprefix("-"), known_column(name, columns), name.startswith("-"))
    return term.ordering(tx.dialect.name)


def like(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Whether a column matches a pattern in which `%` is anything; without `%`: contains it.

    Upper and lower case are the same in it, on every database.
    """
    if "%" in pattern:
        return column.ilike(pattern.replace("/", "//"), escape="/")
    return column.icontains(pattern, autoescape=True)


def shown(name: ColumnElement[Any], otherwise: ColumnElement[Any]) -> ColumnElement[Any]:
    """A name for people, or else the id."""
    return func.coalesce(func.nullif(name, ""), otherwise)
