"""The stream that says what changed; what it is, the pages ask for."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable

import msgspec
from starlette.responses import StreamingResponse

from venturi.api.call import Call
from venturi.api.ui.hub import Changed

#: Seconds of silence after which a line is sent, so that nobody in between hangs up.
SILENCE = 15.0
_HELLO = b"retry: 1000\nevent: hello\ndata: {}\n\n"
_STILL_HERE = b": still here\n\n"


def get_events(call: Call) -> StreamingResponse:
    """What changed, as it changes (server-sent events)."""

    def mine(changed: Changed) -> tuple[list[str], list[tuple[str, str]]] | None:
        scope = call.scope_now()
        if scope is None:  # signed out meanwhile
            return None
        if scope.every:
            return sorted(changed.dags), sorted(changed.runs)
        with call.read() as tx:
            seen = {dag_id for dag_id in changed.dags if scope.holds(tx, dag_id)}
        return sorted(seen), sorted(run for run in changed.runs if run[0] in seen)

    async def stream() -> AsyncIterator[bytes]:
        yield _HELLO
        async with contextlib.aclosing(call.api.hub.listen()) as changes:
            waiting: asyncio.Task[Changed | None] | None = None
            try:
                while True:
                    waiting = waiting or asyncio.ensure_future(anext(changes))
                    done, _ = await asyncio.wait({waiting}, timeout=SILENCE)
                    loop = asyncio.get_running_loop()
                    if not done:
                        if await loop.run_in_executor(call.api.pool, call.scope_now) is None:
                            return
                        yield _STILL_HERE
                        continue
                    changed, waiting = waiting.result(), None
                    if changed is None:
                        yield _HELLO  # some words were missed: ask for everything
                        continue
                    told = await loop.run_in_executor(call.api.pool, mine, changed)
                    if told is None:
                        return
                    if told[0]:
                        yield _event(*told)
            finally:
                if waiting is not None:
                    waiting.cancel()
                    with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                        await waiting

    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


def _event(dags: Iterable[str], runs: Iterable[tuple[str, str]]) -> bytes:
    data = msgspec.json.encode({"dags": list(dags), "runs": list(runs)})
    return b"event: changed\ndata: " + data + b"\n\n"
