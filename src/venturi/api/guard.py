"""Which requests are looked at at all, and the headers of every answer.

A browser will send requests to this machine's own addresses for any page it shows. So where nobody
signs in, a request must be addressed to a name that is ours; and always, one that changes something
must not come from another site's page.
"""

from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from venturi.api.auth.way import SignIn
from venturi.api.errors import json_response
from venturi.api.place import HOST
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


def check_address(host: str, conf: Config, way: SignIn) -> None:
    """Raise `OpenToTheNetwork` where others could come in without signing in, unless allowed."""
    if (
        way.required
        or is_loopback(host)
        or conf.getboolean("venturi", "allow_unauthenticated_network", fallback=False)
    ):
        return
    raise OpenToTheNetwork(
        f"Nobody signs in here, so the web server will not listen on {host}, where others can "
        "reach it: whoever can would run what they like. Set [webserver] authenticate = True (and "
        "[core] simple_auth_manager_all_admins = False), or listen on 127.0.0.1, or set [venturi] "
        "allow_unauthenticated_network = True if everybody on that network may do everything."
    )


class Names(msgspec.Struct, frozen=True):
    """The names this server answers to; empty: to any."""

    hosts: frozenset[str]
    #: the origin of `[api] base_url`, whose pages are ours also where a proxy changes the name
    origin: str = ""


def known_names(conf: Config, way: SignIn) -> Names:
    """Loopback and the host of `[api] base_url`; any where people sign in, or all may come."""
    base = urlsplit(conf.get("api", "base_url", fallback="") or "")
    origin = f"{base.scheme}://{base.netloc}" if base.netloc else ""
    if way.required or conf.getboolean("venturi", "allow_unauthenticated_network", fallback=False):
        return Names(frozenset(), origin)
    return Names(LOOPBACK | ({base.hostname} if base.hostname else set()), origin)


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

        reason = refusal(self.names, scope["method"], dict(scope["headers"]), scope.get(HOST))
        if reason is not None:
            answer = json_response({"detail": reason}, 403)
            await answer(scope, receive, decorated)
            return
        await self.app(scope, receive, decorated)


def refusal(
    names: Names, method: str, headers: Mapping[bytes, bytes], told: str | None = None
) -> str | None:
    """Why a request is refused, None if it is not; `told`: the name that a proxy says was used."""
    host = told or headers.get(b"host", b"").decode("latin-1")
    name = urlsplit(f"//{host}").hostname or ""
    if names.hosts and name not in names.hosts and not is_loopback(name):
        return (
            f"This server does not answer to the name {name!r}. Put the address that people use "
            "into [api] base_url."
        )
    if method in _SAFE:
        return None
    origin = headers.get(b"origin", b"").decode("latin-1")
    if origin and origin != names.origin and urlsplit(origin).netloc != host:
        return "A page of another site may not change anything here."
    if headers.get(b"sec-fetch-site", b"none") not in {b"none", b"same-origin"}:
        return "A page of another site may not change anything here."
    return None
