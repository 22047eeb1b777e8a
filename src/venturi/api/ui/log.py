"""The log of a try for the viewer: lines by their numbers, search, growth, and the whole file.

The path of a file follows from the ids of a row that exists, and is looked at once more: what lies
outside the log folder is not read.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import msgspec
from starlette.responses import StreamingResponse

from venturi.api.call import Call
from venturi.api.rest.instances import find_try
from venturi.api.rest.logs import missing_log
from venturi.api.ui import loglines
from venturi.api.ui.hub import Changed
from venturi.core.states import ACTIVE
from venturi.store.queries.instances import InstanceRow, get_instance

MOST_LINES = 1000
#: Seconds between two looks at a file that somebody follows, and until a stream says something.
LOOK = 0.4
SILENCE = 15.0
CHUNK = 1 << 18

_Number = Annotated[int, msgspec.Meta(ge=0)]
Level = Literal["", "info", "warning", "error"]


class LinesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines: from one on, or some by their numbers, which count from 0."""

    try_number: Annotated[int, msgspec.Meta(ge=1)]
    first: _Number = 0
    count: Annotated[int, msgspec.Meta(ge=0, le=MOST_LINES)] = 200
    pick: list[int] = []


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Lines, and what is known of the whole file by now."""

    first: int
    texts: list[str]
    total: int
    size: int
    first_error: int | None
    goes_on: bool
    #: why there is no log
    missing: str | None = None


class FindQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Words, whatever their case, and the least level."""

    try_number: Annotated[int, msgspec.Meta(ge=1)]
    q: Annotated[str, msgspec.Meta(max_length=500)] = ""
    level: Level = ""


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    """How many lines fit, and the numbers of the first ones; `upto` lines were looked at."""

    count: int
    lines: list[int]
    upto: int


class FileQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Of which try."""

    try_number: Annotated[int, msgspec.Meta(ge=1)]


class _Try(msgspec.Struct, frozen=True, kw_only=True):
    row: InstanceRow
    goes_on: bool


def get_lines(
    call: Call, dag_id: str, run_id: str, task_id: str, map_index: int, query: LinesQuery
) -> Lines:
    """Some lines of a try's log."""
    found = _find_try(call, dag_id, run_id, task_id, map_index, query.try_number)
    with _opened(call, found.row) as file:
        if file is None:
            return _nothing(call, found)
        marks = call.api.logs.marks(file)
        with marks.lock:
            marks.grow(file, ended=not found.goes_on)
            if query.pick:
                texts = marks.pick(file, [max(0, each) for each in query.pick[:MOST_LINES]])
            else:
                texts = marks.read(file, query.first, query.count)
            return Lines(
                first=query.first,
                texts=texts,
                total=marks.lines,
                size=loglines.size_of(file),
                first_error=marks.first_error,
                goes_on=found.goes_on,
            )


def find_lines(
    call: Call, dag_id: str, run_id: str, task_id: str, map_index: int, query: FindQuery
) -> Hits:
    """The lines of a try's log that hold some words, or have a level."""
    found = _find_try(call, dag_id, run_id, task_id, map_index, query.try_number)
    with _opened(call, found.row) as file:
        if file is None or not (query.q or query.level):
            return Hits(count=0, lines=[], upto=0)
        marks = call.api.logs.marks(file)
        with marks.lock:
            marks.grow(file, ended=not found.goes_on)
            upto, total = marks.scanned, marks.lines
        hits = loglines.find(file, upto, query.q, query.level or None)
    return Hits(count=hits.total, lines=hits.lines, upto=total)


def get_file(
    call: Call, dag_id: str, run_id: str, task_id: str, map_index: int, query: FileQuery
) -> StreamingResponse:
    """The whole log, to keep: as many bytes as there are now."""
    found = _find_try(call, dag_id, run_id, task_id, map_index, query.try_number)
    relative = found.row.log_path
    folder = call.api.conf.getpath("logging", "base_log_folder")
    file = None if relative is None else loglines.open_below(folder, relative)
    missing = (missing_log(found.row, folder)).encode()

    def chunks() -> Iterator[bytes]:
        if file is None:
            yield missing
            return
        try:
            place, size = 0, loglines.size_of(file)
            while place < size and (data := os.pread(file, min(CHUNK, size - place), place)):
                place += len(data)
                yield data
        finally:
            os.close(file)

    return StreamingResponse(chunks(), media_type="text/plain")


def follow(
    call: Call, dag_id: str, run_id: str, task_id: str, map_index: int, query: FileQuery
) -> StreamingResponse:
    """How long a log is, as it grows, until its try has ended (server-sent events)."""
    first = _find_try(call, dag_id, run_id, task_id, map_index, query.try_number)

    def look(found: _Try) -> Lines:
        with _opened(call, found.row) as file:
            if file is None:
                return _nothing(call, found)
            marks = call.api.logs.marks(file)
            with marks.lock:
                marks.grow(file, ended=not found.goes_on)
                return Lines(
                    first=0,
                    texts=[],
                    total=marks.lines,
                    size=loglines.size_of(file),
                    first_error=marks.first_error,
                    goes_on=found.goes_on,
                )

    def again() -> _Try | None:
        scope = call.scope_now()
        if scope is None:
            return None
        with call.read() as tx:
            if not scope.holds(tx, dag_id):
                return None
        return _find_try(call, dag_id, run_id, task_id, map_index, query.try_number)

    async def stream() -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        found: _Try | None = first
        told: Lines | None = None
        silent = 0.0
        async with contextlib.aclosing(call.api.hub.listen()) as changes:
            waiting: asyncio.Task[Changed | None] | None = None
            try:
                while found is not None:
                    now = await loop.run_in_executor(call.api.pool, look, found)
                    if now != told:
                        told, silent = now, 0.0
                        yield b"event: grown\ndata: " + msgspec.json.encode(now) + b"\n\n"
                    if not found.goes_on:
                        return
                    waiting = waiting or asyncio.ensure_future(anext(changes))
                    done, _ = await asyncio.wait({waiting}, timeout=LOOK)
                    silent += LOOK
                    if done:
                        changed, waiting = waiting.result(), None
                        if changed is None or (dag_id, run_id) in changed.runs:
                            found = await loop.run_in_executor(call.api.pool, again)
                    elif silent >= SILENCE:
                        silent = 0.0
                        found = await loop.run_in_executor(call.api.pool, again)
                        yield b": still here\n\n"
            finally:
                if waiting is not None:
                    waiting.cancel()
                    with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                        await waiting

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


def _find_try(
    call: Call, dag_id: str, run_id: str, task_id: str, map_index: int, number: int
) -> _Try:
    with call.read() as tx:
        now = get_instance(tx, call.scope, dag_id, run_id, task_id, map_index)
        row = find_try(tx, call.scope, dag_id, run_id, task_id, map_index, number)
    return _Try(row=row, goes_on=row.try_number == now.try_number and now.state in ACTIVE)


@contextmanager
def _opened(call: Call, row: InstanceRow) -> Iterator[int | None]:
    folder = call.api.conf.getpath("logging", "base_log_folder")
    file = None if row.log_path is None else loglines.open_below(folder, row.log_path)
    try:
        yield file
    finally:
        if file is not None:
            os.close(file)


def _nothing(call: Call, found: _Try) -> Lines:
    folder = call.api.conf.getpath("logging", "base_log_folder")
    return Lines(
        first=0,
        texts=[],
        total=0,
        size=0,
        first_error=None,
        goes_on=found.goes_on,
        missing=None if found.goes_on else missing_log(found.row, folder).strip(),
    )
