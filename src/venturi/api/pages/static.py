"""The built user interface: its page, its files, and where old addresses lead.

The files carry a hash in their names and never change; the page is made anew for each request, with
a fresh number that lets its own styles through the security policy and nobody else's.
"""

import re
import secrets
from html import escape
from pathlib import Path

from starlette.convertors import Convertor
from starlette.responses import FileResponse, RedirectResponse, Response

import venturi
from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.pages.front import front_page
from venturi.api.pages.old_urls import OldQuery, modern_address

#: Where the build puts the files (see hatch_build.py).
UI_DIST = Path(venturi.__file__).parent / "ui_dist"

#: What the page may do: run our scripts and talk to us. `{nonce}` lets through the style elements
#: that the component library makes; nothing else is inline.
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; "
    "style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ASSET = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
#: Compressed twins, the smaller first.
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class PageConvertor(Convertor[str]):
    """Addresses that a person may open; what programs ask for is an error where it is unknown."""

    regex = "(?!api/|ui/|auth/|assets/|openapi).*"

    def convert(self, value: str) -> str:
        """The text as it is."""
        return value

    def to_string(self, value: str) -> str:
        """The same."""
        return value


def is_built(call: Call) -> bool:
    """Whether there is a user interface to show."""
    return (call.api.ui / "index.html").is_file()


def ui_page(call: Call) -> Response:
    """The user interface, or the plain page while it is not built."""
    index = call.api.ui / "index.html"
    try:
        text = index.read_text(encoding="utf-8")
    except OSError:
        return front_page(call)
    nonce = secrets.token_urlsafe(16)
    headers = {"content-security-policy": POLICY.format(nonce=nonce)}
    prefix = escape(call.visit.prefix)
    text = text.replace("{{nonce}}", nonce).replace("{{prefix}}", prefix)
    # The files refer to each other; only the page knows below which path it was asked for.
    text = text.replace('"./assets/', f'"{prefix}/assets/')
    return Response(text, media_type="text/html", headers=headers)


def ui_path(call: Call, path: str, query: OldQuery) -> Response:
    """Any address of the user interface; one of an older interface leads to where it is now."""
    found = modern_address(path, query)
    return ui_page(call) if found is None else RedirectResponse(call.visit.prefix + found, 302)


def ui_asset(call: Call, name: str) -> Response:
    """A built file."""
    path = call.api.ui / "assets" / name
    kind = _TYPES.get(path.suffix)
    if kind is None or not _ASSET.fullmatch(name) or not path.is_file():
        raise Refused(404, "Not Found")
    headers = {"cache-control": "public, max-age=31536000, immutable", "vary": "accept-encoding"}
    accepted = {each.partition(";")[0].strip() for each in call.accept_encoding.split(",")}
    for encoding, suffix in _ENCODINGS:
        twin = path.with_name(name + suffix)
        if encoding in accepted and twin.is_file():
            headers["content-encoding"] = encoding
            path = twin
            break
    return FileResponse(path, media_type=kind, headers=headers)
