"""Connections for coroutines."""

from typing import Any


async def get_async_connection(conn_id: str) -> Any:
    """The connection, asked for in a thread so that the event loop goes on."""
    import asyncio

    from venturi.sdk.hook import BaseHook

    return await asyncio.to_thread(BaseHook.get_connection, conn_id)
