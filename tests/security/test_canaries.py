"""Secrets that are put in come out nowhere: no body, header, log or plain column."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.api.processes import AIRFLOW
from tests.security.conftest import HOST, Site
from tests.security.test_tenants import paths
from tests.store.home import put, run
from venturi.api.app import create_app
from venturi.api.call import Call
from venturi.api.permissions import Permission, Scope
from venturi.api.route import Route
from venturi.api.table import ROUTES
from venturi.config import get_config

CANARY = {
    name: f"canary-{name}-7f3a9"
    for name in (
        *("conn-password", "conn-extra", "conn-uri", "variable", "new-variable", "user"),
        *("token-name-secret", "exception", "argv"),
    )
}


def columns(database: Path) -> Iterator[tuple[str, str]]:
    """Every value of every column, as text, with where it stands."""
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        for (table,) in tables.fetchall():
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            names = [each[0] for each in cursor.description]
            for row in cursor:
                for name, value in zip(names, row, strict=True):
                    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
                    yield f"{table}.{name}", text


@pytest.fixture
def kept(site: Site) -> Site:
    """An installation into which secrets have been put through the API."""
    site.user("ada", "Admin", password=CANARY["user"])
    client = site.signed_in("ada", CANARY["user"])
    connection = {
        "connection_id": "db",
        "conn_type": "mysql",
        "host": "h",
        "login": "l",
        "password": CANARY["conn-password"],
        "extra": json.dumps({"api_key": CANARY["conn-extra"], "shown": "yes"}),
    }
    variable = {"key": "my_password", "value": CANARY["variable"], "description": "d"}
    assert client.post("/api/v2/connections", json=connection).status_code == 201
    assert client.post("/api/v2/variables", json=variable).status_code == 201
    spec = make.dag(make.task("a"), dag_id="d")
    put(site.store, spec)
    run(site.store, spec)
    return site


def test_no_answer_has_a_secret_in_it(kept: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = kept.signed_in("ada", CANARY["user"])
    answers: list[tuple[str, Any]] = [
        (path, client.get(path.replace("/connections/1", "/connections/db")))
        for _, path in paths("d")
    ]
    answers += [
        ("variable", client.get("/api/v2/variables/my_password")),
        ("connection", client.get("/api/v2/connections/db")),
        ("me", client.get("/auth/me")),
        ("users", client.get("/auth/fab/v1/users")),
        ("user", client.get("/auth/fab/v1/users/ada")),
        ("tokens", client.get("/auth/tokens")),
    ]
    for path, answer in answers:
        said = answer.text + str(answer.headers)
        assert not any(word in said for word in CANARY.values()), path
        assert "argon2" not in said and "gAAAA" not in said, path
    assert client.get("/api/v2/connections/db").json()["password"] == "***"
    assert '"shown": "yes"' in client.get("/api/v2/connections/db").json()["extra"]
    assert not any(word in caplog.text for word in CANARY.values())


def test_no_column_has_a_secret_in_the_clear(kept: Site) -> None:
    found = {
        place
        for place, text in columns(kept.home / "airflow.db")
        if any(word in text for word in CANARY.values())
    }
    assert found == set()


def test_a_mask_that_comes_back_changes_nothing(kept: Site) -> None:
    client = kept.signed_in("ada", CANARY["user"])
    shown = client.get("/api/v2/connections/db").json()
    assert client.patch("/api/v2/connections/db", json=shown).status_code == 200
    variable = client.get("/api/v2/variables/my_password").json()
    variable.pop("is_encrypted")
    assert client.patch("/api/v2/variables/my_password", json=variable).status_code == 200
    from venturi.store.commands.connections import get_connection
    from venturi.store.commands.variables import get_variable

    with kept.store.read() as tx:
        assert get_connection(tx, "db").password == CANARY["conn-password"]
        assert CANARY["conn-extra"] in str(get_connection(tx, "db").extra)
        assert get_variable(tx, "my_password").value == CANARY["variable"]


def broken(_call: Call) -> None:
    """A handler that fails, with a secret in its exception."""
    raise RuntimeError(CANARY["exception"])


def test_an_error_inside_tells_nobody_what_it_held(kept: Site) -> None:
    """Whatever fails: the answer says that, not why; the log is the operator's."""
    route = Route("GET", "/broken", broken, Permission.PUBLIC, Scope.NONE)
    routes = [route, *ROUTES]
    app = create_app(kept.store, get_config(), kept.clock, kept.home, routes)
    answer = TestClient(app, base_url=HOST).get("/broken")
    assert answer.status_code == 500
    assert answer.json()["detail"].endswith("its log says more.")
    assert "canary" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "wrong",
    [
        {"connection_id": "x", "conn_type": "t", "port": CANARY["conn-password"]},
        {"connection_id": "x", "conn_type": "t", "password": [CANARY["conn-password"]]},
        {"connection_id": "x", "conn_type": "t", "extra": CANARY["conn-extra"]},
    ],
)
def test_what_is_wrong_with_a_secret_is_told_without_it(kept: Site, wrong: Any) -> None:
    client = kept.signed_in("ada", CANARY["user"])
    answer = client.post("/api/v2/connections", json=wrong)
    assert answer.status_code in {400, 422}
    assert "canary" not in answer.text


def test_a_password_on_a_command_line_is_kept_nowhere(kept: Site) -> None:
    import subprocess

    done = subprocess.run(
        [AIRFLOW, "users", "create", "-u", "b", "-r", "Op", "-p", CANARY["argv"]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert CANARY["argv"] not in done.stdout + done.stderr
    assert not any(CANARY["argv"] in text for _, text in columns(kept.home / "airflow.db"))
    for file in kept.home.rglob("*"):
        if file.is_file():
            assert CANARY["argv"].encode() not in file.read_bytes(), file


def test_every_route_is_among_those_that_were_asked() -> None:
    asked = {pattern for pattern, _ in paths("d")}
    left = {
        route.path
        for route in ROUTES
        if route.method == "GET" and route.path not in asked and "/auth/" not in route.path
    }
    assert all("events" in path for path in left)
