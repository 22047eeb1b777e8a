"""Nothing is served that is not declared, and what is declared is described."""

import re
from pathlib import Path

import msgspec
import pytest
from starlette.testclient import TestClient

from tests.api.conftest import StoppedClock
from venturi.api.app import create_app
from venturi.api.endpoint import BODY_BYTES_MAX
from venturi.api.permissions import Permission, Scope
from venturi.api.rest.dags import get_dag
from venturi.api.rest.monitor import get_version
from venturi.api.rest.table import REST
from venturi.api.route import Route, UndeclaredRoute, check_routes
from venturi.api.table import PAGES, ROUTES
from venturi.config import get_config
from venturi.store.engine import Store


def test_the_table_is_complete() -> None:
    check_routes(ROUTES)
    public = {route.name for route in REST if route.permission is Permission.PUBLIC}
    assert public == {"get_health", "get_version", "login", "logout"}


def test_a_right_to_read_changes_nothing() -> None:
    for route in (*REST, *PAGES):
        action = route.permission.rpartition(":")[2]
        assert (route.method == "GET" or route.path.endswith("/list")) == (
            action in {"read", "public"}
        ), route.path


@pytest.mark.parametrize(
    "route",
    [
        Route("GET", "/x", get_version, None, Scope.NONE),  # type: ignore[arg-type]
        Route("GET", "/x", get_version, Permission.DAG_READ, None),  # type: ignore[arg-type]
        Route("GET", "/x/{dag_id}", get_dag, Permission.DAG_READ, Scope.NONE),
        Route("GET", "/x", get_version, Permission.DAG_READ, Scope.DAG),
        Route("GET", "/x/{dag_id}", get_dag, Permission.PUBLIC, Scope.DAG),
    ],
)
def test_the_server_refuses_to_start_with_an_undeclared_route(
    route: Route, store: Store, tmp_path: Path
) -> None:
    with pytest.raises(UndeclaredRoute, match=r"GET /x"):
        create_app(store, get_config(), StoppedClock(), tmp_path, [*ROUTES, route])


def test_a_route_stands_once_in_the_table() -> None:
    with pytest.raises(UndeclaredRoute, match="twice"):
        check_routes([*ROUTES, ROUTES[0]])


def test_handlers_take_what_their_path_has() -> None:
    for route in ROUTES:
        parts = set(re.findall(r"{(\w+)", route.path))
        taken = set(route.handler.__annotations__) - {"call", "_call", "return", "query", "body"}
        assert taken == parts, route.path
        assert "return" in route.handler.__annotations__


def test_every_operation_is_described(web: TestClient) -> None:
    document = web.get("http://localhost:8080/openapi.json").json()
    described = {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }
    assert set(described) == {route.name for route in REST}
    assert len(described) == len(REST)
    listing = described["get_dags"]
    assert {"limit", "offset", "order_by", "tags"} <= {p["name"] for p in listing["parameters"]}
    schema = listing["responses"]["200"]["content"]["application/json"]["schema"]
    assert schema["$ref"].rpartition("/")[2] in document["components"]["schemas"]
    waiting = {
        p["name"]: p["required"] for p in described["wait_dag_run_until_finished"]["parameters"]
    }
    assert waiting["interval"] is True
    references = set(
        re.findall(r"#/components/schemas/([^\"]+)", msgspec.json.encode(document).decode())
    )
    assert references <= set(document["components"]["schemas"])


def test_an_unknown_path_or_method_is_told_in_json(web: TestClient) -> None:
    assert web.get("nothing").json() == {"detail": "Not Found"}
    answer = web.put("dags")
    assert answer.status_code == 405
    assert answer.json() == {"detail": "Method Not Allowed"}


def test_a_body_without_bound_is_refused(web: TestClient) -> None:
    answer = web.post("variables", json={"key": "k", "value": "x" * BODY_BYTES_MAX})
    assert answer.status_code == 413


def test_pages_are_part_of_the_table() -> None:
    assert {route.path for route in PAGES} >= {"/", "/docs", "/health", "/openapi.json"}
