"""Data profiling: SQL on a connection, charts that are kept, events that people know of."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from starlette.responses import StreamingResponse

from venturi.api.call import Call
from venturi.api.shapes.common import Body
from venturi.store.commands import profiling as commands
from venturi.store.commands.audit import note
from venturi.store.commands.connections import get_connection, list_connections

ROWS, ROWS_MAX = 1000, 10_000
SECONDS, SECONDS_MAX = 30, 300
_FIELDS = (*("conn_type", "description", "host", "login", "password", "schema", "port", "extra"),)
#: Characters of a statement in the audit log.
_NOTED = 2000


class QueryBody(Body, frozen=True, kw_only=True):
    """A statement to run."""

    conn_id: str
    sql: Annotated[str, msgspec.Meta(max_length=100_000)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=ROWS_MAX)] = ROWS
    seconds: Annotated[int, msgspec.Meta(ge=1, le=SECONDS_MAX)] = SECONDS
    read_only: bool = True


class ChartBody(Body, frozen=True, kw_only=True):
    """A chart to keep."""

    label: Annotated[str, msgspec.Meta(max_length=200)]
    conn_id: Annotated[str, msgspec.Meta(max_length=250)]
    sql: Annotated[str, msgspec.Meta(max_length=100_000)]
    chart_type: Annotated[str, msgspec.Meta(pattern="^(line|bar|area|scatter|table)$")] = "line"
    height: Annotated[int, msgspec.Meta(ge=100, le=4000)] = 600
    y_log_scale: bool = False


class EventBody(Body, frozen=True, kw_only=True):
    """An event to keep."""

    label: Annotated[str, msgspec.Meta(max_length=200)]
    kind: Annotated[str, msgspec.Meta(max_length=200)] = ""
    start_date: Annotated[datetime, msgspec.Meta(tz=True)]
    end_date: Annotated[datetime, msgspec.Meta(tz=True)]
    description: str = ""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A connection that may be asked."""

    conn_id: str
    conn_type: str


class Profiling(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to begin with."""

    connections: list[Source]
    charts: list[commands.Chart]
    events: list[commands.KnownEvent]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The id of what was kept."""

    id: int


def get_profiling(call: Call) -> Profiling:
    """Connections to choose from, charts and events."""
    with call.read() as tx:
        return Profiling(
            connections=[
                Source(conn_id=row.conn_id, conn_type=row.conn_type)
                for row in list_connections(tx).rows
            ],
            charts=list(commands.list_charts(tx)),
            events=list(commands.list_known_events(tx)),
        )


def run_query(call: Call, body: QueryBody) -> StreamingResponse:
    """The result of a statement; who leaves ends it."""
    extra = {"conn_id": body.conn_id, "read_only": body.read_only, "sql": body.sql[:_NOTED]}

    def begin(tx: Any) -> dict[str, Any]:
        row = get_connection(tx, body.conn_id)
        note(tx, call.actor, "profiling_query", extra=extra)
        return {name: getattr(row, name) for name in _FIELDS}

    about = {
        "connection": call.change(begin),
        "sql": body.sql,
        "limit": body.limit,
        "seconds": body.seconds,
        "read_only": body.read_only,
    }
    question = msgspec.json.encode(about)

    async def result() -> AsyncIterator[bytes]:
        yield await _ask(question, body.seconds)

    return StreamingResponse(result(), media_type="application/json")


async def _ask(question: bytes, seconds: int) -> bytes:
    """What the process of the statement prints; it never outlives this."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "venturi.runner.sql"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            said, _ = await process.communicate(question)
    except TimeoutError:
        return _problem(f"The statement was ended after {seconds} s. Narrow it, or allow more.")
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    # A driver may print; the answer is the last line.
    lines = said.splitlines()
    if not lines:
        return _problem(f"The process of the statement ended with code {process.returncode}.")
    return lines[-1]


def _problem(error: str) -> bytes:
    none: dict[str, Any] = {"columns": [], "rows": [], "more": False, "affected": None}
    return msgspec.json.encode({**none, "error": error})


def put_chart(call: Call, body: ChartBody) -> Made:
    """Keep a chart; one with the same name is replaced."""
    made = commands.Chart(id=0, last_modified=None, **msgspec.structs.asdict(body))
    return Made(id=call.change(lambda tx: commands.put_chart(tx, made, call.actor)))


def delete_chart(call: Call, chart_id: int) -> None:
    """Forget a chart."""
    call.change(lambda tx: commands.delete_chart(tx, chart_id, call.actor))


def add_event(call: Call, body: EventBody) -> Made:
    """Keep an event."""
    made = commands.KnownEvent(
        id=0,
        label=body.label,
        kind=body.kind,
        start_date=body.start_date.astimezone(UTC),
        end_date=body.end_date.astimezone(UTC),
        description=body.description,
    )
    return Made(id=call.change(lambda tx: commands.add_known_event(tx, made, call.actor)))


def delete_event(call: Call, event_id: int) -> None:
    """Forget an event."""
    call.change(lambda tx: commands.delete_known_event(tx, event_id, call.actor))
