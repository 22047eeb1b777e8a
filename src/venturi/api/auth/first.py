"""The accounts that a new installation has: somebody must be able to sign in."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from venturi.api.auth.roles import Role
from venturi.config import Config, ConfigError
from venturi.core.clock import Instant
from venturi.core.errors import Conflict
from venturi.store.commands.audit import Actor
from venturi.store.commands.users import NewUser, create_user
from venturi.store.engine import Store
from venturi.store.passwords import random_password
from venturi.store.queries.users import has_users

_ADMIN = ("admin", Role.ADMIN)


class First(NamedTuple):
    """A user that was made; the password is None where people know it already."""

    name: str
    password: str | None

    def __str__(self) -> str:
        if self.password is None:
            return f"Made the user {self.name}, with the password of your file."
        return (
            f"Made the user {self.name} with the password {self.password} - it is shown this once. "
            f"Another one: airflow users reset-password -u {self.name}"
        )


def make_first_users(store: Store, conf: Config, now: Instant) -> list[First]:
    """Make who can sign in where nobody can yet: an admin, or whom the configuration names."""
    with store.read() as tx:
        if has_users(tx):
            return []
    known = _passwords(conf)
    who = Actor("first start", now)
    made = []
    for name, role in _wanted(conf):
        password = known.get(name) or random_password()
        user = NewUser(username=name, roles=(role,), password=password)
        try:
            _make(store, user, who)
        except Conflict:  # another process was faster, and has told its password
            continue
        made.append(First(name, None if name in known else password))
    return made


def _make(store: Store, user: NewUser, who: Actor) -> None:
    store.retrying(lambda tx: create_user(tx, user, who))


def _wanted(conf: Config) -> Iterator[tuple[str, Role]]:
    """Pairs of `[core] simple_auth_manager_users`; an admin where none are named."""
    named = conf.getlist("core", "simple_auth_manager_users", fallback=[])
    roles = {role.lower(): role for role in Role}
    for each in named:
        name, _, role = each.partition(":")
        if role.lower() not in roles:
            raise ConfigError(
                f"{conf.where('core', 'simple_auth_manager_users')} gives {name!r} the role "
                f"{role!r}; one of: {', '.join(roles)}."
            )
        yield name, roles[role.lower()]
    if not named:
        yield _ADMIN


def _passwords(conf: Config) -> dict[str, str]:
    """What Airflow 3's simple manager generated, where somebody comes from there."""
    name = conf.get("core", "simple_auth_manager_passwords_file")
    file = conf.home / (name or "simple_auth_manager_passwords.json.generated")
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigError(f"{file} must hold names and passwords as JSON ({error}).") from error
    return {str(key): str(value) for key, value in dict(read).items() if value}
