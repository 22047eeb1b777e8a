"""Answers that have not changed are not sent again: ETag and If-None-Match.

The tag is of the bytes of the answer, so it can never be stale. It spares the network and the
client's reading, not the question to the database.
"""

from hashlib import blake2b

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Shorter answers are sent sooner than they are compared.
LEAST = 256


class Tagged:
    """Gives whole JSON answers to GET a tag, and answers 304 to who has them already."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        had = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None

        async def tagging(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_have_tag(message):
                start = message
                return
            if start is not None:
                begun, start = start, None
                body = message.get("body", b"")
                if not message.get("more_body") and len(body) >= LEAST:
                    message = _tagged(begun, message, body, had)
                await send(begun)
            await send(message)

        await self.app(scope, receive, tagging)


def _may_have_tag(message: Message) -> bool:
    kind = Headers(raw=message["headers"]).get("content-type", "")
    return message["status"] == 200 and kind.startswith("application/json")


def _tagged(start: Message, message: Message, body: bytes, had: str) -> Message:
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = MutableHeaders(raw=start["headers"])
    headers["etag"] = tag
    known = {each.strip().removeprefix("W/") for each in had.split(",")}
    if tag not in known and "*" not in known:
        return message
    start["status"] = 304
    del headers["content-length"]
    return {**message, "body": b""}
