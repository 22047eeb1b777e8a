"""Every route, every role, every method: exactly what the tables say, and nothing else."""

import re
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from starlette.responses import Response
from starlette.testclient import TestClient

from tests import make
from tests.security.conftest import HOST, ROLES, Site
from tests.store.home import put
from venturi.api.app import create_app
from venturi.api.auth.roles import LEAST, Role, permits
from venturi.api.call import Call
from venturi.api.permissions import Permission
from venturi.api.route import Route
from venturi.api.table import ROUTES
from venturi.config import get_config

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Routes that strangers may use. One more is a decision, not an accident.
FOR_STRANGERS = {
    "GET /api/v2/monitor/health",
    "GET /api/v2/auth/login",
    "GET /api/v2/auth/logout",
    "GET /api/v2/version",
    "GET /auth/login",
    "POST /auth/login",
    "GET /auth/ways",
    "GET /auth/oidc/login",
    "GET /auth/oidc/callback",
    "GET /auth/logout",
    "POST /auth/logout",
    "GET /auth/token",
    "POST /auth/token",
    "POST /auth/token/cli",
    "GET /docs",
    "GET /style.css",
    "GET /openapi.json",
    "GET /health",
}


def address(route: Route, dag_id: str = "d") -> str:
    """A path that fits the route."""
    named = route.path.replace("{dag_id}", dag_id)
    return re.sub(r"{\w+(:\w+)?}", "1", named)


def gate(route: Route) -> Route:
    """The route with nothing behind it: who gets through is told by which row."""

    def admitted(call: Call) -> Response:
        assert call.who is not None
        return Response("let in", headers={"x-row": f"{route.method} {route.path}"})

    return msgspec.structs.replace(route, handler=admitted)


@pytest.fixture
def gates(site: Site, people: dict[str, TestClient]) -> dict[str, TestClient]:
    """The whole route table with nothing behind it, for each role."""
    put(site.store, make.dag(make.task("a"), dag_id="d"))
    routes = [gate(route) for route in ROUTES]
    app = create_app(site.store, get_config(), site.clock, site.home, routes)
    return {
        name: TestClient(app, base_url=HOST, cookies=dict(client.cookies), follow_redirects=False)
        for name, client in people.items()
    }


def may(role: str, permission: Permission) -> bool:
    """What the table of roles says, worked out anew."""
    order = list(Role)
    least = LEAST.get(permission, Role.ADMIN)
    return role != "none" and order.index(Role(role)) >= order.index(least)


def test_each_role_gets_through_exactly_where_the_tables_say(gates: dict[str, TestClient]) -> None:
    wrong = []
    for route in ROUTES:
        for role, client in gates.items():
            answer = client.request(route.method, address(route))
            if route.permission is Permission.PUBLIC or may(role, route.permission):
                expected = {200}
            elif role == "none":
                expected = {303} if route.is_page else {401}
            else:
                expected = {403}
            if answer.status_code not in expected or (
                (answer.text == "let in") != (answer.status_code == 200)
            ):
                wrong.append((role, route.method, route.path, answer.status_code))
    assert wrong == []


def test_a_method_that_is_not_declared_gets_nobody_through(gates: dict[str, TestClient]) -> None:
    rows = {f"{route.method} {route.path}": route for route in ROUTES}
    declared = {(route.method, re.sub(r":\w+}", "}", route.path)) for route in ROUTES}
    wrong = []
    for path in sorted({route.path for route in ROUTES}):
        plain = re.sub(r":\w+}", "}", path)
        for method in METHODS:
            if (method, plain) in declared:
                continue
            route = msgspec.structs.replace(ROUTES[0], path=path)
            for role in ("none", "Admin"):
                answer = gates[role].request(method, address(route))
                # A wider path may take it, such as that of a key with slashes: then its rule holds.
                row = rows.get(answer.headers.get("x-row", ""))
                if row is not None and not (
                    row.permission is Permission.PUBLIC or may(role, row.permission)
                ):
                    wrong.append((role, method, path, answer.status_code))
                if row is None and answer.status_code not in {303, 401, 404, 405}:
                    wrong.append((role, method, path, answer.status_code))
    assert wrong == []


def test_strangers_may_use_what_is_listed_here_and_nothing_else() -> None:
    public = {
        f"{route.method} {route.path}" for route in ROUTES if route.permission is Permission.PUBLIC
    }
    api = {path for path in public if "/api/" in path or "/auth/" in path or "/ui/" in path}
    assert api <= FOR_STRANGERS
    assert {path for path in public if not path.startswith("GET ")} <= FOR_STRANGERS


def test_a_dag_that_is_not_there_is_not_there_for_readers_too(
    gates: dict[str, TestClient],
) -> None:
    for role, expected in (("none", 401), ("Viewer", 403), ("User", 200)):
        assert gates[role].patch("/api/v2/dags/nope").status_code == expected


def test_roles_nest_and_each_permission_has_its_place() -> None:
    sets = [permits(role) for role in Role]
    assert all(less < more for less, more in pairwise(sets))
    assert permits(Role.ADMIN) == frozenset(Permission)
    reading = {p for p in permits(Role.VIEWER) if not p.endswith((":read", "public"))}
    assert reading == {Permission.SELF_EDIT, Permission.DAG_MARK}
    assert {route.permission for route in ROUTES} <= set(LEAST), "a right without a role"


def test_reading_as_each_role_breaks_nothing(people: dict[str, Any], site: Site) -> None:
    """The real handlers this time: whatever is read, nothing fails inside."""
    put(site.store, make.dag(make.task("a"), dag_id="d"))
    for role in ("none", *ROLES):
        for route in ROUTES:
            endless = "events" in route.path or "stream" in route.path
            if route.method != "GET" or endless:
                continue
            for dag_id in ("d", "~", "nope"):
                answer = people[role].get(address(route, dag_id))
                assert answer.status_code < 500, (role, route.path, answer.text)
                assert answer.headers["x-content-type-options"] == "nosniff"
