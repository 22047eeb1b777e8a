"""Users, and who somebody is that shows a session or a token."""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Row, select

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
from venturi.store.schema.engine import installation
from venturi.store.schema.people import role_permission, user_role, user_session, user_token, users

#: What a user is who has no role of their own: 1.x knew only these two kinds.
SUPERUSER_ROLE, USUAL_ROLE = "Admin", "User"


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user; `password` is the stored hash and goes nowhere."""

    id: int
    username: str
    email: str
    first_name: str
    last_name: str
    is_active: bool
    roles: tuple[str, ...]
    password: str | None
    generation: int
    created_at: Instant | None
    last_login: Instant | None
    login_count: int
    #: whom a provider vouches for; None: they sign in with a password
    identity: str | None = None

    @property
    def seal(self) -> str:
        """What everything this user is signed in with bears: another password, another seal."""
        text = f"{self.id}\0{self.generation}\0{self.password or ''}"
        return hashlib.sha256(text.encode()).hexdigest()


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A user who showed a session that is good."""

    user: UserRow
    last_seen: Instant


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """An API token, without its word, which is nowhere."""

    id: int
    name: str
    username: str
    created_at: Instant
    expires_at: Instant | None


_ORDERS: dict[str, Any] = {
    "id": users.c.id,
    "username": users.c.username,
    "email": users.c.email,
    "last_login": users.c.last_login,
}


def list_users(tx: Tx, pattern: str | None = None, paging: Paging = ALL) -> Page[UserRow]:
    """The users, by name."""
    query = select(users)
    if pattern:
        query = query.where(like(users.c.username, pattern))
    page = fetch(tx, query, paging, _ORDERS, ("username",))
    roles = _roles(tx, [row.id for row in page.rows])
    return Page([_row(row, roles.get(row.id, ())) for row in page.rows], page.total)


def get_user(tx: Tx, username: str) -> UserRow:
    """One user by name. Raises `NotFound`."""
    found = find_user(tx, username)
    if found is None:
        raise NotFound(f"There is no user {username!r}. See: airflow users list")
    return found


def find_user(tx: Tx, username: str) -> UserRow | None:
    """One user by exactly this name."""
    row = tx.execute(select(users).where(users.c.username == username)).first()
    if row is None or row.username != username:  # some servers do not mind case or spaces
        return None
    return _with_roles(tx, row)


def find_by_email(tx: Tx, email: str) -> UserRow | None:
    """The one user with this address; None when nobody or several have it."""
    rows = tx.execute(select(users).where(users.c.email == email)).all()
    return _with_roles(tx, rows[0]) if len(rows) == 1 else None


def find_by_identity(tx: Tx, key: str) -> UserRow | None:
    """The user whom a provider vouches for."""
    row = tx.execute(select(users).where(users.c.identity == key)).first()
    return None if row is None or row.identity != key else _with_roles(tx, row)


def user_by_id(tx: Tx, user_id: int) -> UserRow | None:
    """One user by row id."""
    row = tx.execute(select(users).where(users.c.id == user_id)).first()
    return None if row is None else _with_roles(tx, row)


def has_users(tx: Tx) -> bool:
    """Whether anybody could sign in."""
    return tx.execute(select(users.c.id).limit(1)).first() is not None


def word_hash(word: str) -> str:
    """How a session's or a token's word is kept: it is random, so that no salt is needed."""
    return hashlib.sha256(word.encode(errors="replace")).hexdigest()


def by_session(tx: Tx, word: str, now: Instant) -> SignedIn | None:
    """Who has this session, if it is good and they may still sign in."""
    table = user_session.c
    query = select(user_session).where(table.token_hash == word_hash(word), table.expires_at > now)
    row = tx.execute(query).first()
    user = None if row is None else _sealed(tx, row.user_id, row.seal)
    return None if user is None or row is None else SignedIn(user=user, last_seen=row.last_seen)


def by_token(tx: Tx, word: str, now: Instant) -> UserRow | None:
    """Whose API token this is, if it is good and they may still sign in."""
    table = user_token.c
    query = select(user_token).where(
        table.token_hash == word_hash(word),
        table.expires_at.is_(None) | (table.expires_at > now),
    )
    row = tx.execute(query).first()
    return None if row is None else _sealed(tx, row.user_id, row.seal)


def _sealed(tx: Tx, user_id: int, seal: str) -> UserRow | None:
    user = user_by_id(tx, user_id)
    return user if user is not None and is_sealed(user, seal) else None


def is_sealed(user: UserRow, seal: str) -> bool:
    """Whether what bears this seal is still good for the user."""
    return user.is_active and hmac.compare_digest(user.seal, seal)


def list_tokens(tx: Tx, username: str | None = None) -> list[TokenRow]:
    """API tokens, of one user or of all."""
    table = user_token.c
    query = select(user_token, users.c.username).join(users, users.c.id == table.user_id)
    if username is not None:
        query = query.where(users.c.username == username)
    return [
        TokenRow(
            id=row.id,
            name=row.name,
            username=row.username,
            created_at=row.created_at,
            expires_at=row.expires_at,
        )
        for row in tx.execute(query.order_by(table.id))
    ]


def granted_permissions(tx: Tx, roles: Iterable[str]) -> set[str]:
    """What roles that people made permit."""
    query = select(role_permission.c.permission).where(role_permission.c.role.in_(list(roles)))
    return set(tx.execute(query).scalars())


def installation_id(tx: Tx) -> str:
    """What tells this installation from every other."""
    query = select(installation.c.value).where(installation.c.key == "id")
    return str(tx.execute(query).scalar_one())


def _with_roles(tx: Tx, row: Row[Any]) -> UserRow:
    return _row(row, _roles(tx, [row.id]).get(row.id, ()))


def _roles(tx: Tx, ids: list[int]) -> dict[int, tuple[str, ...]]:
    query = select(user_role).where(user_role.c.user_id.in_(ids)).order_by(user_role.c.role)
    found: dict[int, tuple[str, ...]] = {}
    for row in tx.execute(query):
        found[row.user_id] = (*found.get(row.user_id, ()), row.role)
    return found


def _row(row: Row[Any], roles: tuple[str, ...]) -> UserRow:
    if not roles and row.created_at is None:  # written by a 1.x script, or by hand
        roles = (SUPERUSER_ROLE if row.superuser else USUAL_ROLE,)
    return UserRow(
        id=row.id,
        username=row.username or "",
        email=row.email or "",
        first_name=row.first_name or "",
        last_name=row.last_name or "",
        is_active=row.is_active is not False,
        roles=roles,
        password=row.password,
        generation=row.generation or 0,
        created_at=row.created_at,
        last_login=row.last_login,
        login_count=row.login_count or 0,
        identity=row.identity,
    )
