"""Charts that people keep, and events that they know of."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Insert, delete, insert, select, update

from venturi.core.clock import Instant
from venturi.core.errors import InvalidInput, NotFound
from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.schema.people import chart, known_event, known_event_type

#: Rows of a list; nobody keeps more by hand.
SHOWN = 1000


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """A statement and how its result is drawn."""

    id: int
    label: str
    conn_id: str
    sql: str
    chart_type: str
    height: int
    y_log_scale: bool
    last_modified: Instant | None


class KnownEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened outside and shows in the figures."""

    id: int
    label: str
    kind: str
    start_date: Instant
    end_date: Instant
    description: str


_CHART = chart.c


def _made(tx: Tx, statement: Insert) -> int:
    """The id of the row that a statement makes."""
    key = tx.execute(statement).inserted_primary_key
    assert key is not None
    return int(key[0])


def list_charts(tx: Tx) -> Sequence[Chart]:
    """The charts, by label."""
    rows = tx.execute(select(chart).order_by(_CHART.label, _CHART.id).limit(SHOWN))
    return [
        Chart(
            id=row.id,
            label=row.label or "",
            conn_id=row.conn_id,
            sql=row.sql or "",
            chart_type=row.chart_type or "line",
            height=row.height or 600,
            y_log_scale=bool(row.y_log_scale),
            last_modified=row.last_modified,
        )
        for row in rows
    ]


def put_chart(tx: Tx, made: Chart, who: Actor) -> int:
    """Keep a chart; one with the same label is replaced. Its id."""
    if not made.label.strip():
        raise InvalidInput("A chart needs a name.")
    values = {
        "label": made.label.strip(),
        "conn_id": made.conn_id,
        "sql": made.sql,
        "chart_type": made.chart_type,
        "height": made.height,
        "y_log_scale": made.y_log_scale,
        "last_modified": who.now,
    }
    found = tx.execute(select(_CHART.id).where(_CHART.label == values["label"])).scalar()
    if found is None:
        found = _made(tx, insert(chart).values(**values, iteration_no=0))
    else:
        again = _CHART.iteration_no + 1
        tx.execute(update(chart).where(_CHART.id == found).values(**values, iteration_no=again))
    note(tx, who, "chart_saved", extra={"label": made.label, "conn_id": made.conn_id})
    return int(found)


def delete_chart(tx: Tx, chart_id: int, who: Actor) -> None:
    """Forget a chart. Raises `NotFound`."""
    if not tx.execute(delete(chart).where(_CHART.id == chart_id)).rowcount:
        raise NotFound(f"There is no chart {chart_id}.")
    note(tx, who, "chart_deleted", extra={"id": chart_id})


def list_known_events(
    tx: Tx, start: Instant | None = None, end: Instant | None = None
) -> Sequence[KnownEvent]:
    """Events that touch a span of time, the newest first."""
    query = select(known_event, known_event_type.c.know_event_type.label("kind")).outerjoin(
        known_event_type, known_event_type.c.id == known_event.c.known_event_type_id
    )
    if start is not None:
        query = query.where(known_event.c.end_date >= start)
    if end is not None:
        query = query.where(known_event.c.start_date <= end)
    rows = tx.execute(query.order_by(known_event.c.start_date.desc()).limit(SHOWN))
    return [
        KnownEvent(
            id=row.id,
            label=row.label or "",
            kind=row.kind or "",
            start_date=row.start_date,
            end_date=row.end_date,
            description=row.description or "",
        )
        for row in rows
        if row.start_date is not None and row.end_date is not None
    ]


def add_known_event(tx: Tx, made: KnownEvent, who: Actor) -> int:
    """Keep an event, and its kind where that is new. Its id."""
    if not made.label.strip():
        raise InvalidInput("An event needs a name.")
    if made.end_date < made.start_date:
        raise InvalidInput("An event cannot end before it starts.")
    kind = None
    if made.kind.strip():
        name = known_event_type.c.know_event_type
        kind = tx.execute(select(known_event_type.c.id).where(name == made.kind.strip())).scalar()
        if kind is None:
            new = insert(known_event_type).values(know_event_type=made.kind.strip())
            kind = _made(tx, new)
    event_id = _made(
        tx,
        insert(known_event).values(
            label=made.label.strip(),
            start_date=made.start_date,
            end_date=made.end_date,
            known_event_type_id=kind,
            description=made.description,
        ),
    )
    note(tx, who, "known_event_added", extra={"label": made.label})
    return event_id


def delete_known_event(tx: Tx, event_id: int, who: Actor) -> None:
    """Forget an event. Raises `NotFound`."""
    if not tx.execute(delete(known_event).where(known_event.c.id == event_id)).rowcount:
        raise NotFound(f"There is no known event {event_id}.")
    note(tx, who, "known_event_deleted", extra={"id": event_id})
