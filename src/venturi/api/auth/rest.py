"""Signing in and out, access tokens, and who am I."""

from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import parse_qs

import msgspec
from starlette.responses import RedirectResponse, Response

from venturi.api.auth.credentials import COOKIE
from venturi.api.auth.page import login_page, logout_page, safe_path
from venturi.api.auth.principal import Principal, Way
from venturi.api.auth.sign_in import check
from venturi.api.auth.tokens import make_token
from venturi.api.call import Call
from venturi.api.errors import BadValue, Refused, bad_value, json_response
from venturi.api.pages.static import is_built, ui_page
from venturi.api.permissions import Permission
from venturi.api.shapes.common import Body
from venturi.core.errors import InvalidInput
from venturi.store.commands import sign_ins, users
from venturi.store.commands.audit import Actor
from venturi.store.engine import Tx
from venturi.store.passwords import LONGEST
from venturi.store.queries.users import UserRow, get_user, list_tokens

Short = Annotated[str, msgspec.Meta(max_length=LONGEST)]


class Credentials(Body, frozen=True, kw_only=True):
    """A name and a password."""

    username: Short
    password: Short


class PageQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go on afterwards: a path on this server."""

    next: str = "/"


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and what they may do."""

    username: str
    email: str
    roles: list[str]
    permissions: list[str]
    is_admin: bool
    #: how they said who they are: session, token, password; open: nobody needs to
    way: str
    #: they see only the DAGs they own
    only_own_dags: bool


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """An access token, for the header `Authorization: Bearer`."""

    access_token: str


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that one may sign in with."""

    label: str
    #: below the path of this server
    path: str


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """How one signs in here."""

    required: bool
    elsewhere: Elsewhere | None


class NewPassword(Body, frozen=True, kw_only=True):
    """The present password, and the next."""

    old_password: Short
    new_password: Short


class NewToken(Body, frozen=True, kw_only=True):
    """An API token to make: its name, and how long it is good for."""

    name: str
    days: Annotated[int, msgspec.Meta(ge=1, le=3650)] | None = None


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """An API token; `token` is its word, told only when it is made."""

    name: str
    created_at: datetime
    expires_at: datetime | None
    token: str | None = None


class ApiTokens(msgspec.Struct, frozen=True, kw_only=True):
    """The API tokens of a user."""

    tokens: list[ApiToken]
    total_entries: int


# --- sessions ----------------------------------------------------------------------------------


def show_login(call: Call, query: PageQuery) -> Response:
    """The page that asks for name and password."""
    back = safe_path(query.next)
    if call.api.doors.who(call.visit, call.now).way is not Way.NOT:
        return RedirectResponse(call.visit.prefix + back, 303)
    return ui_page(call) if is_built(call) else _form(call, back)


def get_ways(call: Call) -> Ways:
    """How one signs in here."""
    found = call.api.doors.elsewhere
    other = None if found is None else Elsewhere(label=found.of.label, path="/auth/oidc/login")
    return Ways(required=call.api.doors.way.required, elsewhere=other)


def login(call: Call, body: bytes) -> Response:
    """Sign in: name and password as JSON, or as the page's form sends them."""
    given, back, is_form = _given(call.visit.content_type, body)
    _refuse_open(call)
    try:
        user = check(call.api.store, given.username, given.password, call.visit.address, call.now)
    except Refused as error:
        if not is_form:
            raise
        return _form(call, back, str(error), error.status)
    if is_form:
        answer: Response = RedirectResponse(call.visit.prefix + back, 303)
    else:
        with call.read() as tx:
            answer = json_response(_me(call.api.doors.principal(tx, user, Way.SESSION)))
    return signed_in(call, user, answer)


def _form(call: Call, back: str, problem: str = "", status: int = 200) -> Response:
    found = call.api.doors.elsewhere
    label = None if found is None else found.of.label
    return login_page(call.visit.prefix, back, problem, status, label)


def signed_in(call: Call, user: UserRow, answer: Response) -> Response:
    """An answer that also opens a session; one that was shown before ends."""
    way = call.api.doors.way
    who = Actor(user.username, call.now, "rest_api")

    def change(tx: Tx) -> str:
        if call.visit.session:
            sign_ins.close_session(tx, call.visit.session, who)
        return sign_ins.open_session(tx, user, call.visit.address, way.lifetime, who)

    word = call.api.store.retrying(change)
    answer.set_cookie(
        COOKIE,
        word,
        max_age=int(way.lifetime.total_seconds()),
        path=call.visit.prefix or "/",
        secure=way.secure or call.visit.is_https,
        httponly=True,
        samesite=way.same_site,
    )
    return answer


def _given(content_type: str, body: bytes) -> tuple[Credentials, str, bool]:
    """Name and password, where to go on, and whether they came from the form."""
    if content_type == "application/x-www-form-urlencoded":
        fields = parse_qs(body.decode(errors="replace"), max_num_fields=10)
        name, plain, back = (fields.get(key, [""])[0] for key in ("username", "password", "next"))
        return Credentials(username=name, password=plain[: LONGEST + 1]), safe_path(back), True
    if content_type != "application/json":
        raise Refused(415, "Send name and password as JSON.")
    try:
        return msgspec.json.decode(body, type=Credentials), "/", False
    except msgspec.ValidationError as error:
        raise bad_value("body", error) from error
    except msgspec.DecodeError as error:
        raise BadValue(("body",), f"The body must be JSON: {error}.") from error


def _refuse_open(call: Call) -> None:
    if not call.api.doors.way.required:
        raise Refused(400, "Nobody signs in here: [webserver] authenticate is off.")


def show_logout(call: Call) -> Response:
    """A page with the button that signs out."""
    return logout_page(call.visit.prefix, call.api.doors.who(call.visit, call.now).name)


def logout(call: Call) -> Response:
    """Sign out: the session ends everywhere."""
    who = call.api.doors.who(call.visit, call.now)
    if call.visit.session:
        word, actor = call.visit.session, Actor(who.name or "unknown", call.now, "rest_api")
        call.api.store.retrying(lambda tx: sign_ins.close_session(tx, word, actor))
    if call.visit.content_type == "application/x-www-form-urlencoded":
        answer: Response = RedirectResponse(f"{call.visit.prefix}/auth/login", 303)
    else:
        answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path=call.visit.prefix or "/", httponly=True)
    return answer


def get_me(call: Call) -> Me:
    """Who asks, and what they may do."""
    return _me(call.who)


def _me(who: Principal) -> Me:
    return Me(
        username=who.name,
        email=who.email,
        roles=sorted(who.roles),
        permissions=sorted(who.permissions - {Permission.PUBLIC}),
        is_admin="Admin" in who.roles,
        way=who.way,
        only_own_dags=who.owner is not None,
    )


def change_password(call: Call, body: NewPassword) -> Response:
    """Give oneself another password; every session and token ends, but this one begins anew."""
    _own(call)
    name = call.user
    check(call.api.store, name, body.old_password, call.visit.address, call.now)
    call.api.store.retrying(lambda tx: users.set_password(tx, name, body.new_password, call.actor))
    with call.read() as tx:
        user = get_user(tx, name)
    answer = Response(status_code=204)
    return signed_in(call, user, answer) if call.who.way is Way.SESSION else answer


# --- access tokens -----------------------------------------------------------------------------


def create_token(call: Call, body: Credentials) -> AccessToken:
    """An access token for a name and a password."""
    return _token(call, body, call.api.doors.way.token_lifetime)


def create_token_cli(call: Call, body: Credentials) -> AccessToken:
    """The same for a command line: it ends sooner."""
    return _token(call, body, call.api.doors.way.cli_token_lifetime)


def create_token_all_admins(call: Call) -> AccessToken:
    """A word for clients that want a token, where nobody need sign in."""
    if call.api.doors.way.required:
        raise Refused(403, "This is for installations where nobody signs in.")
    return AccessToken(access_token="nobody-signs-in-here")  # noqa: S106 - it opens nothing


def _token(call: Call, body: Credentials, lifetime: timedelta) -> AccessToken:
    doors = call.api.doors
    if not doors.way.required:
        return create_token_all_admins(call)
    user = check(call.api.store, body.username, body.password, call.visit.address, call.now)
    with call.read() as tx:
        installation = doors.installation(tx)
    actor = Actor(user.username, call.now, "rest_api")
    call.api.store.retrying(lambda tx: sign_ins.note_token(tx, call.visit.address, actor))
    return AccessToken(
        access_token=make_token(user, installation, doors.secret, lifetime, call.now)
    )


# --- API tokens --------------------------------------------------------------------------------


def get_tokens(call: Call) -> ApiTokens:
    """One's own API tokens."""
    _own(call)
    with call.read() as tx:
        rows = list_tokens(tx, call.user)
    found = [
        ApiToken(name=row.name, created_at=row.created_at, expires_at=row.expires_at)
        for row in rows
    ]
    return ApiTokens(tokens=found, total_entries=len(found))


def post_token(call: Call, body: NewToken) -> ApiToken:
    """Make an API token for oneself; it is told this once."""
    _own(call)
    if call.who.way is Way.TOKEN:
        raise Refused(403, "A token cannot make another: sign in with name and password.")
    lifetime = None if body.days is None else timedelta(days=body.days)
    word = call.api.store.retrying(
        lambda tx: sign_ins.create_token(tx, call.user, body.name, lifetime, call.actor)
    )
    until = None if lifetime is None else call.now + lifetime
    return ApiToken(name=body.name, created_at=call.now, expires_at=until, token=word)


def delete_token(call: Call, token_name: str) -> None:
    """Withdraw one of one's own API tokens."""
    _own(call)
    call.api.store.retrying(lambda tx: sign_ins.delete_token(tx, call.user, token_name, call.actor))


def _own(call: Call) -> None:
    if call.who.user_id is None:
        raise InvalidInput("Nobody signs in here, so nobody has an account of their own.")
