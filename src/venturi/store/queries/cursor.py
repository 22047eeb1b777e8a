"""Where a page of a list begins: a row's values of the columns that the list is ordered by.

A cursor is a place in an order, not a number of rows to skip: the page after it costs the same
wherever it is, and rows that come or go before it move nothing. What a client sends is the place
as URL-safe text. It is checked against the order asked for and the columns' types, and bound as
values of comparisons: whoever makes one up sees no row that the list would not show them anyway.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, false, or_, true
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator

from venturi.core.errors import InvalidInput

#: Characters of a cursor: addresses of requests have an end.
LONGEST = 4000
_INT = 2**63


class Term(NamedTuple):
    """One column of an order. Nothing (NULL) is less than anything, on every database."""

    name: str
    column: ColumnElement[Any]
    falling: bool

    @property
    def word(self) -> str:
        """The term as requests write it."""
        return f"-{self.name}" if self.falling else self.name

    @property
    def nullable(self) -> bool:
        """Whether the column may have nothing in it."""
        return bool(getattr(self.column, "nullable", True))

    def reversed(self) -> "Term":
        """The other way around."""
        return self._replace(falling=not self.falling)

    def ordering(self, dialect: str) -> ColumnElement[Any]:
        """The term of an ORDER BY."""
        order = self.column.desc() if self.falling else self.column.asc()
        if dialect == "postgresql" and self.nullable:
            # Elsewhere nothing is less than anything by itself.
            order = order.nulls_last() if self.falling else order.nulls_first()
        return order

    def same(self, value: Any) -> ColumnElement[bool]:
        """Rows with this value."""
        return self.column.is_(None) if value is None else self.column == value

    def beyond(self, value: Any) -> ColumnElement[bool]:
        """Rows that come later than this value."""
        if value is None:
            return false() if self.falling else self.column.is_not(None)
        if self.falling:
            return self._or_nothing(self.column < value)
        later: ColumnElement[bool] = self.column > value
        return later

    def from_here(self, value: Any) -> ColumnElement[bool]:
        """Rows that do not come earlier than this value: the range that an index can walk."""
        if value is None:
            return self.column.is_(None) if self.falling else true()
        if self.falling:
            return self._or_nothing(self.column <= value)
        later: ColumnElement[bool] = self.column >= value
        return later

    def _or_nothing(self, condition: ColumnElement[bool]) -> ColumnElement[bool]:
        return or_(condition, self.column.is_(None)) if self.nullable else condition


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """A place in an order, and which side of it is wanted."""

    #: the order, as requests write it
    order: tuple[str, ...]
    values: tuple[Any, ...]
    #: the page that ends before the place, rather than the one that begins after it
    back: bool = False


class _Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    back: bool
    order: list[str]
    values: list[str | int | float | bool | None]


_DECODER = msgspec.json.Decoder(_Wire)


def encode(cursor: Cursor) -> str:
    """The cursor as text. Raises `InvalidInput` for a place too long to be sent."""
    values = [each.isoformat() if isinstance(each, datetime) else each for each in cursor.values]
    raw = msgspec.json.encode(_Wire(cursor.back, list(cursor.order), values))
    text = urlsafe_b64encode(raw).decode().rstrip("=")
    if len(text) > LONGEST:
        names = ", ".join(cursor.order)
        raise InvalidInput(f"Values are too long to page by {names} with a cursor; use offset.")
    return text


def decode(text: str, terms: Sequence[Term]) -> Cursor:
    """The cursor that a client sent, for a list in this order.

    Raises `InvalidInput` for what is no cursor, or one of another order.
    """
    wire = _read(text)
    order = tuple(term.word for term in terms)
    if tuple(wire.order) != order:
        raise InvalidInput(
            f"This cursor is of a list ordered by {', '.join(wire.order)!r}, "
            f"not {', '.join(order)!r}: ask with the same order_by."
        )
    if len(wire.values) != len(terms):
        raise _not_one(text)
    values = [_value(text, term, each) for term, each in zip(terms, wire.values, strict=True)]
    return Cursor(order=order, values=tuple(values), back=wire.back)


def _read(text: str) -> _Wire:
    if len(text) > LONGEST or not text.isascii():
        raise _not_one(text)
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return _DECODER.decode(raw)
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _not_one(text) from error


def _value(text: str, term: Term, sent: Any) -> Any:
    """A value of the column's type."""
    of = term.column.type
    kind = (of.impl_instance if isinstance(of, TypeDecorator) else of).python_type
    if sent is None:
        if term.nullable:
            return None
    elif kind is datetime:
        if isinstance(sent, str):
            return _instant(text, sent)
    elif kind is float:
        if isinstance(sent, int | float) and not isinstance(sent, bool):
            return float(sent)
    elif type(sent) is kind and not (kind is int and not -_INT <= sent < _INT):
        return sent
    raise _not_one(text)


def _instant(text: str, sent: str) -> datetime:
    try:
        value = datetime.fromisoformat(sent)
    except ValueError as error:
        raise _not_one(text) from error
    if value.tzinfo is None:
        raise _not_one(text)
    return value


def _not_one(text: str) -> InvalidInput:
    return InvalidInput(
        f"{text[:40]!r} is no cursor: begin with an empty one, go on with `next_cursor`."
    )


def beyond(terms: Sequence[Term], values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come after a place in an order.

    Later in the first column, or the same there and later in the second, and so on. The range of
    the first column is said by itself as well: no database finds it in the alternatives.
    """
    some: list[ColumnElement[bool]] = []
    for at, (term, value) in enumerate(zip(terms, values, strict=True)):
        equal = [one.same(had) for one, had in zip(terms[:at], values[:at], strict=True)]
        some.append(and_(*equal, term.beyond(value)))
    if len(some) == 1:
        return some[0]
    return and_(terms[0].from_here(values[0]), or_(*some))
