"""Pages of big tables: the keys of a page are found first, then its rows by their keys.

To order and to skip, a database then looks at keys and the columns of the order only, mostly in
an index, and joins what a row shows for the rows of the page alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Column, Row, Select, Table, func, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.core.errors import InvalidInput
from venturi.store.engine import Tx
from venturi.store.queries.cursor import Cursor, Term, beyond, decode, encode
from venturi.store.queries.paging import Page, Paging, check_bounds, known_column

#: With a cursor, rows are counted up to here: a count of all costs more than any page.
COUNTED = 10_000
#: Keys named in one statement.
_AT_ONCE = 500


class Listing(NamedTuple):
    """A list of a big table."""

    #: all that a row shows
    wide: Select[Any]
    #: the same rows: their keys only, with no table that neither filter nor order needs
    narrow: Select[Any]
    #: unique, never nothing; the last word in every order
    key: Column[Any]
    #: what it may be ordered by
    orders: Mapping[str, ColumnElement[Any]]
    #: the order if none is named
    default: Sequence[str]
    #: a row shows nothing of another table
    is_flat: bool = False


def listing_of(
    table: Table,
    conditions: Sequence[ColumnElement[bool]],
    orders: Mapping[str, ColumnElement[Any]],
    default: Sequence[str],
) -> Listing:
    """A list of the rows of one table that needs no other."""
    (key,) = table.primary_key.columns
    wide, narrow = select(table).where(*conditions), select(key).where(*conditions)
    return Listing(wide, narrow, key, orders, default, is_flat=True)


def ordered_by(
    names: Iterable[str], key: Column[Any], orders: Mapping[str, ColumnElement[Any]]
) -> list[Term]:
    """The terms of an order, made total by the key. Raises `InvalidInput`."""
    terms: list[Term] = []
    for name in names:
        column = known_column(name, orders)
        terms.append(Term(name.removeprefix("-"), column, name.startswith("-")))
        if column is key:
            return terms
    # In the direction of the last term, so that one index can serve both.
    return [*terms, Term(str(key.key), key, bool(terms) and terms[-1].falling)]


def fetch_keyed(tx: Tx, listing: Listing, paging: Paging) -> Page[Any]:
    """A page of a list, by offset or from a cursor on (an empty one is the beginning).

    Raises `InvalidInput` for an order, bound or cursor that cannot be.
    """
    check_bounds(paging)
    terms = ordered_by(paging.order or listing.default, listing.key, listing.orders)
    if paging.cursor is not None:
        if paging.limit is None:
            raise InvalidInput("A cursor needs a limit.")
        return _from_cursor(tx, listing, terms, paging.cursor, paging.limit)
    orderings = [term.ordering(tx.dialect.name) for term in terms]
    if paging.limit is None and not paging.offset:
        rows = list(tx.execute(listing.wide.order_by(*orderings)).all())
        return Page(rows, len(rows))
    # A database that knows OFFSET but not without LIMIT gets one nobody reaches.
    limit = 2**62 if paging.limit is None else paging.limit
    keys: list[Any] | None = None
    if listing.is_flat and not paging.offset:  # nothing to join, nothing to skip
        rows = list(tx.execute(listing.wide.order_by(*orderings).limit(limit)).all())
    else:
        found = listing.narrow.order_by(*orderings).limit(limit).offset(paging.offset)
        keys = list(tx.execute(found).scalars())
        rows = _rows(tx, listing, keys)
    seen = len(rows) if keys is None else len(keys)
    if 0 < seen < limit or (not seen and limit and not paging.offset):
        return Page(rows, paging.offset + seen)  # the last page tells how many there are
    return Page(rows, _count(tx, listing))


def _from_cursor(tx: Tx, listing: Listing, terms: list[Term], text: str, limit: int) -> Page[Any]:
    at = decode(text, terms) if text else None
    back = at is not None and at.back
    ways = [term.reversed() for term in terms] if back else terms
    narrow = listing.narrow
    if at is not None:
        narrow = narrow.where(beyond(ways, at.values))
    narrow = narrow.add_columns(*(term.column.label(f"at_{n}") for n, term in enumerate(terms)))
    found = narrow.order_by(*(way.ordering(tx.dialect.name) for way in ways)).limit(limit + 1)
    places = list(tx.execute(found).all())
    goes_on = len(places) > limit
    places = places[:limit]
    if back:
        places.reverse()
    known = len(places) if at is None and not goes_on else None
    before, after = _neighbours(terms, at, places, goes_on=goes_on)
    return Page(
        _rows(tx, listing, [place[0] for place in places]),
        known if known is not None else _count(tx, listing, COUNTED),
        next_cursor=after,
        previous_cursor=before,
        counted_to=COUNTED,
    )


def _neighbours(
    terms: Sequence[Term], at: Cursor | None, places: Sequence[Row[Any]], *, goes_on: bool
) -> tuple[str | None, str | None]:
    """The cursors of the pages before and after; None where the list begins or ends."""
    order = tuple(term.word for term in terms)

    def cursor(values: Sequence[Any], *, back: bool) -> str:
        return encode(Cursor(order=order, values=tuple(values), back=back))

    if not places:  # what was there has gone: only back to where one came from
        if at is None:
            return None, None
        turned = cursor(at.values, back=not at.back)
        return (None, turned) if at.back else (turned, None)
    has_before = at is not None and (goes_on if at.back else True)
    has_after = True if at is not None and at.back else goes_on
    return (
        cursor(places[0][1:], back=True) if has_before else None,
        cursor(places[-1][1:], back=False) if has_after else None,
    )


def _count(tx: Tx, listing: Listing, most: int | None = None) -> int:
    counted = listing.narrow
    if most is None:
        return int(
            tx.execute(
                counted.with_only_columns(func.count(), maintain_column_froms=True)
            ).scalar_one()
        )
    some = counted.limit(most).subquery()
    return int(tx.execute(select(func.count()).select_from(some)).scalar_one())


def _rows(tx: Tx, listing: Listing, keys: Sequence[Any]) -> list[Row[Any]]:
    """The rows with these keys, in the same order. One that has gone meanwhile is left out."""
    found: dict[Any, Row[Any]] = {}
    wide = listing.wide.add_columns(listing.key.label("row_key"))
    left = iter(keys)
    while some := list(islice(left, _AT_ONCE)):
        rows = tx.execute(wide.where(listing.key.in_(some))).all()
        found |= {row[-1]: row for row in rows}
    return [found[key] for key in keys if key in found]
