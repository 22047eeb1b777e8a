"""The page that asks for name and password: plain, without a script."""

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from venturi.api.pages.html import page, tag
from venturi.api.place import PREFIX

LOGIN = "/auth/login"
#: As the guard's, and forms may be sent to ourselves.
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def safe_path(text: str | None) -> str:
    """A path on this server to go on to; the front page for anything that leads elsewhere."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")):
        return "/"
    if any(ord(letter) < 32 or letter == "\\" for letter in text):
        return "/"
    parts = urlsplit(text)
    return "/" if parts.scheme or parts.netloc else text


def to_sign_in(request: Request) -> Response:
    """Send a browser to the page where one signs in, and back afterwards."""
    asked = request.scope["path"] + (f"?{request.url.query}" if request.url.query else "")
    prefix = request.scope.get(PREFIX, "")
    back = "" if asked in {"", "/"} else f"?next={quote(safe_path(asked), safe='/')}"
    return RedirectResponse(f"{prefix}{LOGIN}{back}", 303)


def login_page(
    prefix: str, back: str, problem: str = "", status: int = 200, elsewhere: str | None = None
) -> Response:
    """The form; `problem` says why it is shown again, `elsewhere` names a provider."""
    address = f"{prefix}/auth/oidc/login?next={quote(back, safe='/')}"
    form = tag(
        "form",
        tag("p", problem, class_="unhealthy", role="alert") if problem else "",
        tag("p", tag("label", "Name ", _field("username", "text", "username"))),
        tag("p", tag("label", "Password ", _field("password", "password", "current-password"))),
        tag("input", type="hidden", name="next", value=back),
        tag("p", tag("button", "Sign in", type="submit")),
        method="post",
        action=f"{prefix}{LOGIN}",
    )
    other = tag("p", tag("a", f"Sign in with {elsewhere}", href=address)) if elsewhere else ""
    return _shown(page("Sign in", tag("h1", "Sign in"), form, other, prefix=prefix), status)


def logout_page(prefix: str, name: str) -> Response:
    """A button that signs out: a link of another site must not."""
    form = tag(
        "form",
        tag("p", f"You are signed in as {name}." if name else "You are not signed in."),
        tag("p", tag("button", "Sign out", type="submit")),
        method="post",
        action=f"{prefix}/auth/logout",
    )
    return _shown(page("Sign out", tag("h1", "Sign out"), form, prefix=prefix), 200)


def _field(name: str, kind: str, fill: str) -> object:
    return tag("input", name=name, type=kind, autocomplete=fill, required="required")


def _shown(text: bytes, status: int) -> Response:
    headers = {"content-security-policy": _POLICY}
    return Response(text, status, headers, media_type="text/html")
