"""Handlers: to the provider, and back with somebody."""

from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response

from venturi.api.auth.oidc import PATIENCE, Elsewhere, Identity, Journey
from venturi.api.auth.page import safe_path
from venturi.api.auth.rest import PageQuery, signed_in
from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.core.errors import Conflict, VenturiError
from venturi.store.commands import users as commands
from venturi.store.commands.audit import Actor
from venturi.store.commands.users import NewUser
from venturi.store.engine import Tx
from venturi.store.queries.users import UserRow, find_by_identity, find_user

COOKIE = "venturi_oidc"
_PATH = "/auth/oidc"
_AUDIENCE = "venturi-oidc"


class CallbackQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider sends a browser back with."""

    code: str = ""
    state: str = ""
    error: str = ""
    error_description: str = ""
    iss: str | None = None
    session_state: str | None = None
    scope: str | None = None


def start_oidc(call: Call, query: PageQuery) -> Response:
    """Send a browser to the provider."""
    address, journey = _elsewhere(call).depart(_here(call), safe_path(query.next), call.now)
    answer = RedirectResponse(address, 303)
    answer.set_cookie(
        COOKIE,
        _sealed(call, journey),
        max_age=int(PATIENCE.total_seconds()),
        path=call.visit.prefix + _PATH,
        secure=call.api.doors.way.secure or call.visit.is_https,
        httponly=True,
        # Not Strict: the browser comes back from another site.
        samesite="lax",
    )
    return answer


def finish_oidc(call: Call, query: CallbackQuery) -> Response:
    """Sign in whom the provider vouches for."""
    elsewhere = _elsewhere(call)
    journey = _opened(call)
    if journey is None or not query.state or query.state != journey.state:
        raise Refused(401, "This sign-in was not begun here, or took too long: begin again.")
    if query.error or not query.code:
        raise Refused(401, f"The provider refused: {query.error[:100] or 'no code'}.")
    found = elsewhere.arrive(_here(call), query.code, journey, call.now)
    who = Actor("oidc", call.now, "oidc")
    user = call.api.store.retrying(lambda tx: welcome(tx, found, elsewhere.of.default_role, who))
    answer = RedirectResponse(call.visit.prefix + safe_path(journey.back), 303)
    answer.delete_cookie(COOKIE, path=call.visit.prefix + _PATH, httponly=True)
    return signed_in(call, user, answer)


def welcome(tx: Tx, found: Identity, default_role: str, who: Actor) -> UserRow:
    """The user of an identity, made or brought up to date. Raises `Refused`.

    A user of the same name who signs in with a password is somebody else.
    """
    user = find_by_identity(tx, found.key)
    if user is None:
        named = find_user(tx, found.username)
        if named is not None and (named.password is not None or named.identity is not None):
            raise Refused(403, f"There is another user {found.username!r} here.")
        try:
            user = _first_time(tx, found, named, default_role, who)
        except Refused:
            raise
        except VenturiError as error:
            raise Refused(403, str(error)) from error
    if not user.is_active:
        raise Refused(403, "This account is not active.")
    if found.roles is not None and set(found.roles) != set(user.roles):
        commands.set_roles(tx, user.username, found.roles, who)
    return find_user(tx, user.username) or user


def _first_time(
    tx: Tx, found: Identity, named: UserRow | None, default_role: str, who: Actor
) -> UserRow:
    if named is None:
        roles = found.roles if found.roles is not None else (default_role,)
        if not any(roles):
            raise Refused(403, f"There is no account for {found.username!r} here.")
        wanted = NewUser(
            username=found.username,
            email=found.email,
            first_name=found.first_name,
            last_name=found.last_name,
            roles=tuple(roles),
        )
        commands.create_user(tx, wanted, who)
    commands.set_identity(tx, found.username, found.key, who)
    made = find_user(tx, found.username)
    if made is None:
        raise Conflict(f"User {found.username!r} was deleted just now.")
    return made


def _elsewhere(call: Call) -> Elsewhere:
    found = call.api.doors.elsewhere
    if found is None:
        raise Refused(404, "There is no provider to sign in with: [oidc] issuer is empty.")
    return found


def _here(call: Call) -> str:
    """The address that the provider sends people back to: below the one that people use."""
    base = (call.api.conf.get("api", "base_url") or "").rstrip("/")
    return f"{base}{_PATH}/callback"


def _secret(call: Call) -> str:
    return call.api.conf.get_mandatory_value("api", "secret_key")


def _sealed(call: Call, journey: Journey) -> str:
    import jwt

    claims: dict[str, Any] = {
        **msgspec.structs.asdict(journey),
        "aud": _AUDIENCE,
        "until": (call.now + PATIENCE).timestamp(),
    }
    return jwt.encode(claims, _secret(call), algorithm="HS256")


def _opened(call: Call) -> Journey | None:
    import jwt

    try:
        claims = jwt.decode(
            call.visit.journey or "", _secret(call), algorithms=["HS256"], audience=_AUDIENCE
        )
        if float(claims["until"]) <= call.now.timestamp():
            return None
        return msgspec.convert(
            {name: claims[name] for name in Journey.__struct_fields__}, type=Journey
        )
    except (jwt.PyJWTError, KeyError, TypeError, ValueError, msgspec.ValidationError):
        return None
