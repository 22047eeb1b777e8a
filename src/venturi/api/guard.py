"""Who may connect while there is no sign-in, and the headers of every answer.

A browser will send requests to this machine's own addresses for any page it shows. So as long as
there is no sign-in, a request must be addressed to a name that is ours, and one that changes
something must not come from another site's page.
"""

from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from venturi.api.errors import json_response
from venturi.config import Config
from venturi.core.clock import Clock
from venturi.core.errors import VenturiError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class OpenToTheNetwork(VenturiError):
    """The server was told to listen where strangers can reach it, without sign-in."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host in LOOPBACK or host.startswith("127.")


def check_address(host: str, conf: Config) -> None:
    """Raise `OpenToTheNetwork` for an address that others can reach, unless that is allowed."""
    if is_loopback(host) or conf.getboolean(
        "venturi", "allow_unauthenticated_network", fallback=False
    ):
        return
    raise OpenToTheNetwork(
        f"The web server has no sign-in yet, so it will not listen on {host}, where others can "
        "reach it: whoever can would run what they like. Listen on 127.0.0.1 and reach it through "
        "an SSH tunnel (ssh -L 8080:127.0.0.1:8080 HOST), or set [venturi] "
        "allow_unauthenticated_network = True if everybody on that network may do everything."
    )


class Names(msgspec.Struct, frozen=True):
    """The names this server answers to; empty: to any."""

    hosts: frozenset[str]


def known_names(conf: Config) -> Names:
    """Loopback and the host of `[api] base_url`; any where the network is allowed in."""
    if conf.getboolean("venturi", "allow_unauthenticated_network", fallback=False):
        return Names(frozenset())
    base = urlsplit(conf.get("api", "base_url", fallback="") or "").hostname
    return Names(LOOPBACK | ({base} if base else set()))


class Guard:
    """The outermost layer: refuses foreign requests, adds headers to every answer."""

    def __init__(self, app: ASGIApp, names: Names, clock: Clock) -> None:
        self.app = app
        self.names = names
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def decorated(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("date", formatdate(self.clock.now().timestamp(), usegmt=True))
            await send(message)

        reason = refusal(self.names, scope["method"], dict(scope["headers"]))
        if reason is not None:
            answer = json_response({"detail": reason}, 403)
            await answer(scope, receive, decorated)
            return
        await self.app(scope, receive, decorated)


def refusal(names: Names, method: str, headers: Mapping[bytes, bytes]) -> str | None:
    """Why a request is refused, None if it is not."""
    host = headers.get(b"host", b"").decode("latin-1")
    name = urlsplit(f"//{host}").hostname or ""
    if names.hosts and name not in names.hosts and not is_loopback(name):
        return (
            f"This server does not answer to the name {name!r}. Put the address that people use "
            "into [api] base_url."
        )
    if method in _SAFE:
        return None
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin and urlsplit(origin).netloc != host:
        return "A page of another site may not change anything here."
    if headers.get(b"sec-fetch-site", b"none") not in {b"none", b"same-origin"}:
        return "A page of another site may not change anything here."
    return None
