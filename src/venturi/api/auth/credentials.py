"""From a request to who asks: by session cookie, bearer token, or name and password."""

import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from datetime import timedelta
from threading import Lock

import msgspec
from starlette.requests import HTTPConnection

from venturi.api.auth.oidc import Elsewhere, provider
from venturi.api.auth.principal import ANYBODY, NOBODY, Principal, Way
from venturi.api.auth.roles import Role, permissions_of
from venturi.api.auth.sign_in import check
from venturi.api.auth.tokens import looks_signed, read_token
from venturi.api.auth.way import SignIn
from venturi.api.place import PREFIX
from venturi.config import Config
from venturi.core.clock import Instant
from venturi.store.commands.sign_ins import TOKEN_PREFIX, prolong_session
from venturi.store.engine import Store, Tx
from venturi.store.queries.users import (
    UserRow,
    by_session,
    by_token,
    find_user,
    granted_permissions,
    installation_id,
    is_sealed,
    user_by_id,
)

COOKIE = "venturi_session"
#: A session is prolonged at most so often: a request need not be a write.
_EVERY = timedelta(minutes=5)
#: A password that was right is not hashed again for so long.
_REMEMBERED = timedelta(minutes=5)
_REMEMBERED_MAX = 1000


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says of who sends it, and from where."""

    address: str
    session: str | None
    #: what a browser brings back from a provider
    journey: str | None
    authorization: str | None
    content_type: str
    is_https: bool
    #: the path below which a proxy shows this server
    prefix: str

    @staticmethod
    def of(request: HTTPConnection) -> "Visit":
        """What this request says."""
        return Visit(
            address=request.client.host if request.client else "",
            session=request.cookies.get(COOKIE),
            journey=request.cookies.get("venturi_oidc"),
            authorization=request.headers.get("authorization"),
            content_type=request.headers.get("content-type", "").partition(";")[0].strip(),
            is_https=request.url.scheme == "https",
            prefix=request.scope.get(PREFIX, ""),
        )


class Doorkeeper:
    """Knows how people sign in here, and who shows what."""

    def __init__(self, store: Store, conf: Config, way: SignIn) -> None:
        self.store = store
        self.conf = conf
        self.way = way
        found = provider(conf) if way.required else None
        #: who else vouches for people
        self.elsewhere = None if found is None else Elsewhere(found)
        self._installation: str | None = None
        self._right: OrderedDict[bytes, tuple[Instant, str]] = OrderedDict()
        self._pepper = secrets.token_bytes(32)
        self._lock = Lock()

    @property
    def secret(self) -> str:
        """What access tokens are signed with."""
        return self.conf.get_mandatory_value("api_auth", "jwt_secret")

    def installation(self, tx: Tx) -> str:
        """What tells this installation from every other."""
        if self._installation is None:
            self._installation = installation_id(tx)
        return self._installation

    def who(self, visit: Visit, now: Instant) -> Principal:
        """Who asks; nobody, for what is wrong, old or of another installation.

        Raises `Refusal` for a name with a wrong password.
        """
        if not self.way.required:
            return ANYBODY
        kind, _, word = (visit.authorization or "").partition(" ")
        match kind.lower():
            case "bearer" if self.way.programs:
                return self._by_bearer(word.strip(), now)
            case "basic" if self.way.programs and self.way.basic:
                return self._by_password(word.strip(), visit, now)
        return NOBODY if not visit.session else self._by_session(visit.session, now)

    def _by_session(self, word: str, now: Instant) -> Principal:
        with self.store.read() as tx:
            found = by_session(tx, word, now)
            who = NOBODY if found is None else self.principal(tx, found.user, Way.SESSION)
        if found is not None and now - found.last_seen >= min(_EVERY, self.way.lifetime / 2):
            lifetime = self.way.lifetime
            self.store.retrying(lambda tx: prolong_session(tx, word, lifetime, now))
        return who

    def _by_bearer(self, word: str, now: Instant) -> Principal:
        with self.store.read() as tx:
            if word.startswith(TOKEN_PREFIX):
                user = by_token(tx, word, now)
            elif looks_signed(word):
                user = self._by_signature(tx, word, now)
            else:
                user = None
            return NOBODY if user is None else self.principal(tx, user, Way.TOKEN)

    def _by_signature(self, tx: Tx, word: str, now: Instant) -> UserRow | None:
        named = read_token(word, self.installation(tx), self.secret, now)
        if named is None:
            return None
        user = user_by_id(tx, named[0])
        return user if user is not None and is_sealed(user, named[1]) else None

    def _by_password(self, word: str, visit: Visit, now: Instant) -> Principal:
        try:
            name, _, plain = base64.b64decode(word, validate=True).decode().partition(":")
        except ValueError:
            return NOBODY
        key = hmac.digest(self._pepper, word.encode(), hashlib.sha256)
        with self.store.read() as tx:
            user = find_user(tx, name)
            if user is not None and self._is_remembered(key, user, now):
                return self.principal(tx, user, Way.PASSWORD)
        user = check(self.store, name, plain, visit.address, now)
        self._remember(key, user, now)
        with self.store.read() as tx:
            return self.principal(tx, user, Way.PASSWORD)

    def _is_remembered(self, key: bytes, user: UserRow, now: Instant) -> bool:
        with self._lock:
            until, seal = self._right.get(key, (now, ""))
        return now < until and is_sealed(user, seal)

    def _remember(self, key: bytes, user: UserRow, now: Instant) -> None:
        with self._lock:
            self._right[key] = (now + _REMEMBERED, user.seal)
            while len(self._right) > _REMEMBERED_MAX:
                self._right.popitem(last=False)

    def principal(self, tx: Tx, user: UserRow, way: Way) -> Principal:
        """A user as the one who asks."""
        roles = frozenset(user.roles)
        own = roles - frozenset(Role)
        is_admin = Role.ADMIN in roles
        return Principal(
            name=user.username,
            way=way,
            user_id=user.id,
            email=user.email,
            roles=roles,
            permissions=permissions_of(roles, granted_permissions(tx, own) if own else ()),
            owner=user.username if self.way.by_owner and not is_admin else None,
            seal=user.seal,
        )
