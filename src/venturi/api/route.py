"""What a route is. Nothing is served that is not declared here in full (default deny)."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import msgspec

from venturi.api.permissions import Permission, Scope
from venturi.core.errors import VenturiError

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


class UndeclaredRoute(VenturiError):
    """A route does not say who may use it, or says it in a way that cannot be true."""


class Route(msgspec.Struct, frozen=True):
    """One operation: where, what it does, and who may ask for it.

    `handler` is a plain function whose first argument is the `Call`. Its other arguments are
    found by name: parts of the path, `query` and `body` (structs of the `shapes` package). Its
    name is the operation's, its answer a struct, None, or a response of its own.
    """

    method: Method
    path: str
    handler: Callable[..., Any]
    permission: Permission
    scope: Scope
    status: int = 200
    #: people open it in a browser: who must sign in first is sent where they can
    is_page: bool = False

    @property
    def name(self) -> str:
        """The operation's name in the contract."""
        return self.handler.__name__


def check_routes(routes: Sequence[Route]) -> None:
    """Raise `UndeclaredRoute` for a row that is incomplete, contradicts itself or is double."""
    seen: set[tuple[str, str]] = set()
    for route in routes:
        where = f"{route.method} {route.path}"
        declared: tuple[object, object] = (route.permission, route.scope)
        if not (isinstance(declared[0], Permission) and isinstance(declared[1], Scope)):
            raise UndeclaredRoute(f"{where} declares no permission and scope.")
        if ("{dag_id}" in route.path) != (route.scope is Scope.DAG):
            raise UndeclaredRoute(f"{where} has scope {route.scope}, which its path contradicts.")
        if route.permission is Permission.PUBLIC and route.scope is not Scope.NONE:
            raise UndeclaredRoute(f"{where} is public and yet about DAGs.")
        if (route.method, route.path) in seen:
            raise UndeclaredRoute(f"{where} stands twice in the table.")
        seen.add((route.method, route.path))
