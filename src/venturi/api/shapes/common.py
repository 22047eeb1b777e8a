"""What many shapes share."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from venturi.core.clock import Instant
from venturi.store.queries.paging import Page
from venturi.store.queries.runs import Between

#: A date in a body: it must say its time zone.
Aware = Annotated[datetime, msgspec.Meta(tz=True)]
Note = Annotated[str, msgspec.Meta(max_length=1000)]
Count = Annotated[int, msgspec.Meta(ge=0)]

_UUID8 = (8 << 76) | (2 << 62)


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a list and its order."""

    limit: Count | None = None
    offset: Count = 0
    order_by: list[str] = []


class CursorQuery(ListQuery, frozen=True, kw_only=True):
    """A list that can also be read from a place in its order on.

    An empty cursor is the beginning; the answer names those of its neighbours.
    """

    cursor: str | None = None


class CursorPage(msgspec.Struct, frozen=True, kw_only=True):
    """What a page says of the list: how long it is, and with a cursor where it goes on."""

    #: with a cursor counted no further than `total_entries_limit`
    total_entries: int
    total_entries_limit: int | None = None
    next_cursor: str | None = None
    previous_cursor: str | None = None


class OurCursorPage(msgspec.Struct, frozen=True, kw_only=True):
    """The same where the contract knows no cursor: nothing more is said to who asks for none."""

    total_entries: int
    total_entries_limit: int | msgspec.UnsetType | None = msgspec.UNSET
    next_cursor: str | msgspec.UnsetType | None = msgspec.UNSET
    previous_cursor: str | msgspec.UnsetType | None = msgspec.UNSET


def page_facts(page: Page[Any]) -> dict[str, Any]:
    """What a page says of its list, for both."""
    if page.counted_to is None:
        return {"total_entries": page.total}
    return {
        "total_entries": page.total,
        "total_entries_limit": page.counted_to,
        "next_cursor": page.next_cursor,
        "previous_cursor": page.previous_cursor,
    }


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body that refuses what it does not know."""


def row_uuid(row_id: int, kind: int = 0) -> UUID:
    """A row's id in the form of a UUID, as the contract has it: always the same for a row."""
    return UUID(int=(kind << 96) | _UUID8 | row_id)


def between(
    gte: Instant | None, gt: Instant | None, lte: Instant | None, lt: Instant | None
) -> Between | None:
    """A range, or None where nothing restricts it."""
    if gte is None and gt is None and lte is None and lt is None:
        return None
    return Between(gte=gte, gt=gt, lte=lte, lt=lt)


def bounds(query: object, name: str) -> Between | None:
    """The range that the four parameters of `name` make."""
    return between(*(getattr(query, f"{name}_{bound}") for bound in ("gte", "gt", "lte", "lt")))


def pattern(anywhere: str | None, prefix: str | None) -> str | None:
    """A search in the store's notation: `%` is anything, `~` (all) is no search."""
    if prefix:
        return prefix.replace("%", "") + "%"
    return None if anywhere in {None, "", "~"} else anywhere
