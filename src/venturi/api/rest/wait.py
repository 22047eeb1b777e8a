"""Waiting for a run to end: one JSON object a line, the last with the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from starlette.responses import StreamingResponse

from venturi.api.auth.admit import NotSignedIn
from venturi.api.call import Call
from venturi.api.shapes.runs import WaitLine
from venturi.core.errors import NotFound
from venturi.core.states import RUN_TERMINAL
from venturi.store.queries.runs import RunRow, get_run
from venturi.store.queries.values import list_xcoms


class WaitQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds between two looks, and the tasks whose results are wanted at the end."""

    interval: Annotated[float, msgspec.Meta(gt=0)]
    result: list[str] = []


def wait_dag_run_until_finished(
    call: Call, dag_id: str, dag_run_id: str, query: WaitQuery
) -> StreamingResponse:
    """A line with the run's state at each look until it has ended."""

    def look() -> RunRow:
        scope = call.scope_now()
        if scope is None:  # signed out meanwhile
            raise NotSignedIn
        with call.read() as tx:
            return get_run(tx, scope, dag_id, dag_run_id)

    first = look()

    async def lines() -> AsyncIterator[bytes]:
        loop, run = asyncio.get_running_loop(), first
        while run.state not in RUN_TERMINAL:
            yield msgspec.json.encode(WaitLine(state=run.state)) + b"\n"
            await asyncio.sleep(query.interval)
            try:
                run = await loop.run_in_executor(call.api.pool, look)
            except (NotFound, NotSignedIn):  # somebody deleted it, or sees it no more
                return
        ended = WaitLine(state=run.state)
        if query.result:
            results = await loop.run_in_executor(
                call.api.pool, _results, call, run, tuple(query.result)
            )
            ended = WaitLine(state=run.state, results=results)
        yield msgspec.json.encode(ended) + b"\n"

    return StreamingResponse(lines(), media_type="application/x-ndjson")


def _results(call: Call, run: RunRow, task_ids: tuple[str, ...]) -> dict[str, Any]:
    """What these tasks returned; of a mapped task a list."""
    found: dict[str, Any] = {}
    with call.read() as tx:
        for task_id in task_ids:
            page = list_xcoms(
                tx,
                call.scope,
                dag_id=run.dag_id,
                run_id=run.run_id,
                task_id=task_id,
                key="return_value",
                with_values=True,
            )
            rows = sorted(page.rows, key=lambda row: row.map_index)
            values = [json.loads(row.value) if row.value is not None else None for row in rows]
            one = len(rows) == 1 and rows[0].map_index < 0
            found[task_id] = values[0] if one else values or None
    return found
