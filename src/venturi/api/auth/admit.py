"""Whether a route may be used by who asks, and for which DAGs."""

from venturi.api.auth.principal import Principal, Way, is_about_dags
from venturi.api.errors import Refused
from venturi.api.permissions import Permission, Scope
from venturi.api.route import Route
from venturi.core.errors import NotFound
from venturi.store.access import grants_anything
from venturi.store.engine import Tx
from venturi.store.queries.specs import unknown_dag
from venturi.store.scope import DagScope

#: Stands for all DAGs in a path.
_ALL = "~"


class NotSignedIn(Refused):
    """The route is for people who have said who they are."""

    def __init__(self) -> None:
        super().__init__(401, "Sign in first.")
        self.headers = {"www-authenticate": "Bearer"}


class NotPermitted(Refused):
    """Who asks may not do this."""

    def __init__(self, permission: Permission, about: str = "") -> None:
        super().__init__(403, f"You may not do this{about}: it needs the right {permission}.")


def admit(tx: Tx, who: Principal, route: Route, dag_id: str | None) -> DagScope:
    """The DAGs for which a route may be used; `dag_id` is the one in its path.

    Raises `NotSignedIn`, `NotPermitted`, or `NotFound` for a DAG that they may not know of.
    """
    permission = route.permission
    scope = who.scope(permission)
    if permission is Permission.PUBLIC:
        return scope
    if who.way is Way.NOT:
        raise NotSignedIn
    about_dags = is_about_dags(permission) and route.scope is not Scope.NONE
    if not who.holds(permission) and not (
        about_dags and grants_anything(tx, scope.roles, scope.actions)
    ):
        raise NotPermitted(permission)
    if dag_id is not None and dag_id != _ALL:
        require(tx, who, permission, dag_id)
    return scope


def require(tx: Tx, who: Principal, permission: Permission, dag_id: str) -> None:
    """Raise `NotFound` for a DAG they may not know of, `NotPermitted` for one they may only see."""
    if who.scope(permission).holds(tx, dag_id):
        return
    seen = who.scope(Permission.DAG_READ)
    if not seen.holds(tx, dag_id):
        raise NotFound(unknown_dag(tx, seen, dag_id))
    raise NotPermitted(permission, f" with DAG {dag_id!r}")
