"""Who asks: their name, their rights, and the DAGs that these are about."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from venturi.api.auth.roles import Role, permissions_of
from venturi.api.permissions import Permission
from venturi.store.scope import EVERY_DAG, DagScope

#: Who acts where nobody signs in.
ANONYMOUS = "anonymous"


class Way(StrEnum):
    """How somebody showed who they are."""

    NOT = "not"
    OPEN = "open"  # nobody need say who they are
    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a word
    PASSWORD = "password"  # noqa: S105 - a word


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks. `owner`: their rights are about the DAGs of that owner only."""

    name: str
    way: Way
    user_id: int | None = None
    email: str = ""
    roles: frozenset[str] = frozenset()
    permissions: frozenset[Permission] = frozenset({Permission.PUBLIC})
    owner: str | None = None
    #: what they are signed in with bears it, and ends with it
    seal: str = ""

    def holds(self, permission: Permission) -> bool:
        """Whether a right is theirs, for at least some DAG if it is about DAGs."""
        return permission in self.permissions

    def scope(self, permission: Permission) -> DagScope:
        """The DAGs for which they have this right.

        A right about runs or tasks is good for the DAGs that they may read, or to change
        something, edit; all of these by their role, and those that grant it to one of their roles.
        Any other right shows what it shows of the DAGs that they may read.
        """
        if permission is Permission.PUBLIC:
            return DagScope()
        of_dag, actions = needed(permission)
        every = self.holds(of_dag) and self.holds(permission)
        if every and self.owner is None:
            return EVERY_DAG
        owner = self.owner if every else None
        return DagScope(owner=owner, roles=self.roles, actions=actions)


NOBODY = Principal(name="", way=Way.NOT)
#: Everybody, where nobody signs in.
ANYBODY = Principal(
    name=ANONYMOUS,
    way=Way.OPEN,
    roles=frozenset({Role.ADMIN}),
    permissions=permissions_of([Role.ADMIN]),
)

#: What a DAG's `access_control` may grant for a right, where it is more than one word.
_GRANTED_BY: Mapping[Permission, frozenset[str]] = {
    Permission.DAG_DELETE: frozenset({"delete"}),
    Permission.DAG_MARK: frozenset({"read"}),
    Permission.RUN_READ: frozenset({"read", "read_runs"}),
    Permission.RUN_CREATE: frozenset({"edit", "trigger"}),
    Permission.RUN_EDIT: frozenset({"edit", "edit_runs"}),
    Permission.RUN_DELETE: frozenset({"edit", "delete_runs"}),
}


def needed(permission: Permission) -> tuple[Permission, frozenset[str]]:
    """The right on DAGs that a right rests on, and the actions by which a DAG may grant it."""
    last = permission.rpartition(":")[2]
    word = "read" if last in {"read", "mark"} else "edit"
    if permission is Permission.DAG_DELETE:
        return permission, _GRANTED_BY[permission]
    of_dag = Permission.DAG_READ if word == "read" else Permission.DAG_EDIT
    return of_dag, _GRANTED_BY.get(permission, frozenset({word}))


def is_about_dags(permission: Permission) -> bool:
    """Whether a DAG may grant this right to a role."""
    return permission.partition(":")[0].partition(".")[0] == "dag"
