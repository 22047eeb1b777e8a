"""Where people see this server: below a path, behind a proxy, under another name.

The path of `[api] base_url` stands before every link; requests may come with it or, where a proxy
takes it away, without. Behind a proxy that says so, its `X-Forwarded-*` headers are believed.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from venturi.config import Config

#: In the scope of a request: the path before ours.
PREFIX = "venturi.prefix"
#: ... and the name by which people asked, where a proxy tells another than we are asked by.
HOST = "venturi.host"
_PREFIX_FORM = re.compile(r"^(?:/[\w.~-]+)+$")
_HOST_FORM = re.compile(r"^[\w.-]+(?::\d+)?$|^\[[0-9a-fA-F:]+\](?::\d+)?$")


def configured_prefix(conf: Config) -> str:
    """The path of `[api] base_url`, without a slash at its end."""
    path = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return path if _PREFIX_FORM.match(path) else ""


class Place:
    """Takes the prefix off the path of a request, and notes how people see this server."""

    def __init__(self, app: ASGIApp, prefix: str, *, behind_proxy: bool) -> None:
        self.app = app
        self.prefix = prefix
        self.behind_proxy = behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = dict(scope)
            told = _told(scope) if self.behind_proxy else {}
            prefix = self.prefix or told.get("prefix", "")
            scope[PREFIX] = prefix
            if "host" in told:
                scope[HOST] = told["host"]
            scope["path"] = _below(prefix, scope["path"])
        await self.app(scope, receive, send)


def _below(prefix: str, path: str) -> str:
    if prefix and (path == prefix or path.startswith(prefix + "/")):
        return path[len(prefix) :] or "/"
    return path


def _told(scope: Scope) -> Mapping[str, str]:
    """What a proxy says of the path and the name that people used, where it has the right form."""
    headers = dict(scope["headers"])
    found = {}
    for name, key, form in (
        ("prefix", b"x-forwarded-prefix", _PREFIX_FORM),
        ("host", b"x-forwarded-host", _HOST_FORM),
    ):
        text = headers.get(key, b"").decode("latin-1").partition(",")[0].strip().rstrip("/")
        if form.match(text):
            found[name] = text
    return found
