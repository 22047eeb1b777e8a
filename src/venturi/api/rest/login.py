"""The contract's addresses for signing in and out: they lead to the pages for it."""

from urllib.parse import urlencode

import msgspec
from starlette.responses import RedirectResponse

from venturi.api.call import Call


class LoginQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go afterwards: a page of this server."""

    next: str | None = None


def login(call: Call, query: LoginQuery) -> RedirectResponse:
    """To the page for signing in."""
    wanted = query.next or ""
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    more = f"?{urlencode({'next': wanted})}" if inside else ""
    return RedirectResponse(f"{call.visit.prefix}/auth/login{more}")


def logout(call: Call) -> RedirectResponse:
    """To the page for signing out."""
    return RedirectResponse(f"{call.visit.prefix}/auth/logout")
