"""Users, their passwords and roles; the roles that people made."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, func, insert, select, update

from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.passwords import SHORTEST, check_password, hashed
from venturi.store.queries.users import UserRow, get_user
from venturi.store.schema.people import (
    role,
    role_permission,
    user_role,
    user_session,
    user_token,
    users,
)

#: The roles that are always there; what they permit is a table of the web server.
BUILT_IN_ROLES = ("Admin", "Op", "User", "Viewer", "Public")
_USERNAME = re.compile(r"^[\w.@+-](?:[\w.@+ -]{0,248}[\w.@+-])?$")
_ROLE = re.compile(r"^[\w.-](?:[\w. -]{0,98}[\w.-])?$")


class NewUser(msgspec.Struct, frozen=True, kw_only=True):
    """A user to be made. Without password they sign in elsewhere, or not yet."""

    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    roles: tuple[str, ...] = ()
    password: str | None = None


def create_user(tx: Tx, wanted: NewUser, who: Actor) -> int:
    """Make a user; the row id. Raises `InvalidInput`, `Conflict`, `NotFound` for a role."""
    if not _USERNAME.match(wanted.username):
        raise InvalidInput(
            f"A user's name has 1 to 250 letters, digits or any of _ . @ + -, not "
            f"{wanted.username!r}."
        )
    _require_roles(tx, wanted.roles)
    known = select(users.c.username).where(func.lower(users.c.username) == wanted.username.lower())
    if (there := tx.execute(known).scalar()) is not None:
        raise Conflict(f"There is already a user {there!r}.")
    made = tx.execute(
        insert(users).values(
            username=wanted.username,
            email=wanted.email,
            first_name=wanted.first_name,
            last_name=wanted.last_name,
            password=None if wanted.password is None else _hashed(wanted.password, who),
            superuser="Admin" in wanted.roles,
            created_at=who.now,
        )
    )
    key = made.inserted_primary_key
    assert key is not None
    _put_roles(tx, key[0], wanted.roles)
    note(
        tx,
        who,
        "create_user",
        extra={"username": wanted.username, "roles": sorted(wanted.roles)},
    )
    return int(key[0])


def _hashed(plain: str, who: Actor) -> str:
    check_password(plain, 1 if who.through == "cli" else SHORTEST)
    return hashed(plain)


def change_user(tx: Tx, username: str, who: Actor, **values: Any) -> None:
    """Change e-mail, first_name or last_name, or is_active; a user who is not signs in no more.

    Raises `NotFound`.
    """
    user = get_user(tx, username)
    _keep_an_admin(tx, user, who, keeps=values.get("is_active", True))
    tx.execute(update(users).where(users.c.id == user.id).values(**values))
    if values.get("is_active") is False:
        end_everything(tx, user.id)
    note(tx, who, "change_user", extra={"username": username, "changed": sorted(values)})


def delete_user(tx: Tx, username: str, who: Actor) -> None:
    """Delete a user with all they are signed in with. Raises `NotFound`, `Conflict`."""
    user = get_user(tx, username)
    _keep_an_admin(tx, user, who, keeps=False)
    end_everything(tx, user.id)
    tx.execute(delete(user_role).where(user_role.c.user_id == user.id))
    tx.execute(delete(users).where(users.c.id == user.id))
    note(tx, who, "delete_user", extra={"username": username})


def set_password(tx: Tx, username: str, plain: str, who: Actor) -> None:
    """Give a user a new password; what they signed in with before ends, tokens too.

    Raises `NotFound`, `InvalidInput`.
    """
    user = get_user(tx, username)
    seen = users.c.password == user.password if user.password else users.c.password.is_(None)
    changed = tx.execute(
        update(users)
        .where(users.c.id == user.id, seen)
        .values(password=_hashed(plain, who), generation=user.generation + 1)
    )
    if changed.rowcount != 1:
        raise Conflict(f"The password of {username!r} was changed by somebody else just now.")
    end_everything(tx, user.id)
    note(tx, who, "set_password", extra={"username": username})


def set_identity(tx: Tx, username: str, key: str, who: Actor) -> None:
    """Note whom a provider vouches for when it vouches for this user. Raises `NotFound`."""
    user = get_user(tx, username)
    tx.execute(update(users).where(users.c.id == user.id).values(identity=key))
    note(tx, who, "set_identity", extra={"username": username})


def end_everything(tx: Tx, user_id: int) -> None:
    """End all sessions and API tokens of a user."""
    tx.execute(update(users).where(users.c.id == user_id).values(generation=_next_generation()))
    tx.execute(delete(user_session).where(user_session.c.user_id == user_id))
    tx.execute(delete(user_token).where(user_token.c.user_id == user_id))


def _next_generation() -> Any:
    return func.coalesce(users.c.generation, 0) + 1


def set_roles(tx: Tx, username: str, roles: Sequence[str], who: Actor) -> None:
    """Say which roles a user has. Raises `NotFound` for the user or a role, `Conflict`."""
    user = get_user(tx, username)
    _require_roles(tx, roles)
    _keep_an_admin(tx, user, who, keeps="Admin" in roles)
    values = {
        "superuser": "Admin" in roles,
        "created_at": func.coalesce(users.c.created_at, _at(who)),
    }
    tx.execute(update(users).where(users.c.id == user.id).values(**values))
    _put_roles(tx, user.id, roles)
    note(tx, who, "set_roles", extra={"username": username, "roles": sorted(roles)})


def _at(who: Actor) -> Any:
    from venturi.store.commands.literals import instant

    return instant(who.now)


def add_role(tx: Tx, username: str, name: str, who: Actor) -> None:
    """Give a user one more role. Raises `NotFound`, `Conflict` when they have it."""
    roles = get_user(tx, username).roles
    if name in roles:
        raise Conflict(f"User {username!r} has the role {name!r} already.")
    set_roles(tx, username, (*roles, name), who)


def remove_role(tx: Tx, username: str, name: str, who: Actor) -> None:
    """Take a role from a user. Raises `NotFound`, `Conflict` when they do not have it."""
    roles = get_user(tx, username).roles
    if name not in roles:
        raise Conflict(f"User {username!r} does not have the role {name!r}.")
    set_roles(tx, username, tuple(each for each in roles if each != name), who)


def _put_roles(tx: Tx, user_id: int, roles: Iterable[str]) -> None:
    tx.execute(delete(user_role).where(user_role.c.user_id == user_id))
    rows = [{"user_id": user_id, "role": name} for name in sorted(set(roles))]
    if rows:
        tx.execute(insert(user_role), rows)


def _keep_an_admin(tx: Tx, user: UserRow, who: Actor, *, keeps: bool) -> None:
    """Raise `Conflict` where the web would have no administrator any more by its own hand."""
    if keeps or who.through != "rest_api" or "Admin" not in user.roles:
        return
    others = (
        select(users.c.id)
        .join(user_role, user_role.c.user_id == users.c.id)
        .where(users.c.id != user.id, user_role.c.role == "Admin", users.c.is_active.is_not(False))
    )
    if tx.execute(others).first() is None:
        raise Conflict(
            f"{user.username!r} is the only one with the role Admin: give it to another first."
        )


# --- roles -------------------------------------------------------------------------------------


def list_roles(tx: Tx) -> list[str]:
    """All roles: the built-in ones, then those that people made."""
    return [*BUILT_IN_ROLES, *tx.execute(select(role.c.name).order_by(role.c.name)).scalars()]


def _require_roles(tx: Tx, names: Iterable[str]) -> None:
    known = list_roles(tx)
    for name in names:
        if name not in known:
            raise NotFound(f"There is no role {name!r}; one of: {', '.join(known)}.")


def create_role(tx: Tx, name: str, who: Actor) -> None:
    """Make a role, which permits nothing yet. Raises `InvalidInput`, `Conflict`."""
    if not _ROLE.match(name):
        raise InvalidInput(
            f"A role's name has 1 to 100 letters, digits or any of _ . -, not {name!r}."
        )
    if name in list_roles(tx):
        raise Conflict(f"There is already a role {name!r}.")
    tx.execute(insert(role).values(name=name, created_at=who.now))
    note(tx, who, "create_role", extra={"role": name})


def delete_role(tx: Tx, name: str, who: Actor) -> None:
    """Delete a role that people made; nobody has it any more. Raises `NotFound`, `Conflict`."""
    _own_role(tx, name)
    tx.execute(delete(user_role).where(user_role.c.role == name))
    tx.execute(delete(role_permission).where(role_permission.c.role == name))
    tx.execute(delete(role).where(role.c.name == name))
    note(tx, who, "delete_role", extra={"role": name})


def permit(tx: Tx, name: str, permissions: Iterable[str], who: Actor) -> None:
    """Let a role permit more. Raises `NotFound`, `Conflict` for a built-in role."""
    _own_role(tx, name)
    wanted = sorted(set(permissions))
    _forget(tx, name, wanted)
    if wanted:
        tx.execute(insert(role_permission), [{"role": name, "permission": p} for p in wanted])
    note(tx, who, "permit", extra={"role": name, "permissions": wanted})


def forbid(tx: Tx, name: str, permissions: Iterable[str], who: Actor) -> None:
    """Let a role permit less. Raises `NotFound`, `Conflict` for a built-in role."""
    _own_role(tx, name)
    unwanted = sorted(set(permissions))
    _forget(tx, name, unwanted)
    note(tx, who, "forbid", extra={"role": name, "permissions": unwanted})


def _forget(tx: Tx, name: str, permissions: Sequence[str]) -> None:
    table = role_permission.c
    tx.execute(delete(role_permission).where(table.role == name, table.permission.in_(permissions)))


def _own_role(tx: Tx, name: str) -> None:
    if name in BUILT_IN_ROLES:
        raise Conflict(f"The role {name!r} is built in; make one of your own.")
    _require_roles(tx, [name])
