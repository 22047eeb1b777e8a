"""What attackers try: paths in ids, scripts in fields, objects in values, pages of other sites."""

import json
import pickle
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from tests import make
from tests.security.conftest import Site
from tests.security.test_routes_by_role import address
from tests.store.home import begun, put, run
from venturi.api.table import ROUTES
from venturi.store.schema.runs import xcom

TRAVERSALS = [
    "../../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "/etc/passwd",
    "....//....//etc/passwd",
    "..\\..\\airflow.cfg",
    "%2e%2e%2fairflow.cfg",
    "airflow.cfg\0.log",
    "d/../../airflow.cfg",
    "file:///etc/passwd",
    "~root/.ssh/id_rsa",
    "-1' OR '1'='1",
    "$(touch pwned)",
    "{{ 7 * 7 }}",
    "a" * 3000,
]
#: What no answer may hold: lines of /etc/passwd, of our configuration, a worked-out template.
GIVEN_AWAY = ("root:x:0:0", "fernet_key", "sql_alchemy_conn =", "BEGIN OPENSSH")
SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "javascript:alert(1)",
    "</title><svg/onload=alert(1)>",
    "'-alert(1)-'",
    "{{constructor.constructor('alert(1)')()}}",
    "\u202e<b>\u0000",
]


@pytest.fixture
def root(site: Site) -> TestClient:
    """An administrator's browser."""
    site.user("ada", "Admin")
    return site.signed_in("ada")


@pytest.fixture
def ran(site: Site) -> Site:
    """A DAG with a run that has a log."""
    spec = make.dag(make.task("a"), dag_id="d")
    put(site.store, spec)
    run(site.store, spec, state="success", instances={"a": begun()})
    return site


@pytest.mark.parametrize("probe", TRAVERSALS)
def test_no_id_becomes_a_path_a_statement_or_a_program(
    ran: Site, root: TestClient, probe: str
) -> None:
    before = set(Path.cwd().iterdir())
    for route in ROUTES:
        if route.method != "GET" or "events" in route.path or "{" not in route.path:
            continue
        for which in (quote(probe, safe=""), quote(probe)):
            path = address(route, which).replace("/1", f"/{which}")
            answer = root.get(path)
            assert answer.status_code < 500, (path, answer.text)
            assert not any(word in answer.text for word in GIVEN_AWAY), path
            assert "root:x" not in answer.text and '"49"' not in answer.text
    assert set(Path.cwd().iterdir()) == before


@pytest.mark.parametrize("probe", TRAVERSALS)
def test_a_run_cannot_be_named_like_a_path(ran: Site, root: TestClient, probe: str) -> None:
    body = {"dag_run_id": probe, "logical_date": None}
    answer = root.post("/api/v2/dags/d/dagRuns", json=body)
    assert answer.status_code < 500
    if answer.status_code == 200:
        log = root.get(
            f"/api/v2/dags/d/dagRuns/{quote(probe, safe='')}/taskInstances/a/logs/1",
        )
        assert not any(word in log.text for word in GIVEN_AWAY)
    assert not list(ran.home.parent.glob("passwd*"))


def everywhere(client: TestClient, text: str, dag_id: str) -> list[Any]:
    """Put a text into every field that the API stores; what answered."""
    named = quote(dag_id, safe="")
    return [
        client.post(
            "/api/v2/connections",
            json={
                "connection_id": "c",
                "conn_type": text,
                "description": text,
                "host": text,
                "login": text,
                "schema": text,
                "extra": json.dumps({text: text}),
            },
        ),
        client.post("/api/v2/variables", json={"key": "v", "value": text, "description": text}),
        client.post("/api/v2/variables", json={"key": text, "value": text}),
        client.post("/api/v2/pools", json={"name": text, "slots": 1, "description": text}),
        client.post(
            f"/api/v2/dags/{named}/dagRuns",
            json={"logical_date": None, "conf": {"p": text}, "note": text, "dag_run_id": "r2"},
        ),
        client.patch(f"/api/v2/dags/{named}/dagRuns/r1", json={"note": text}),
        client.post(
            "/auth/fab/v1/users",
            json={"username": "bob", "email": text, "first_name": text, "password": "x" * 9},
        ),
        client.post("/auth/tokens", json={"name": text}),
        client.get(f"/api/v2/dags/{quote(text, safe='')}"),
        client.get("/api/v2/dags", params={"dag_id_pattern": text}),
    ]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_that_is_stored_comes_back_as_data(
    site: Site, root: TestClient, script: str
) -> None:
    """As JSON that no browser takes for a page, and on our own pages as text."""
    spec = make.dag(
        make.task("a", owner=script),
        dag_id="d",
        label=script,
        description=script,
        doc_md=script,
        tags=(script,),
    )
    put(site.store, spec)
    run(site.store, spec, instances={"a": begun()})
    for answer in everywhere(root, script, "d"):
        assert answer.status_code < 500, answer.text
    for route in ROUTES:
        if route.method != "GET" or "events" in route.path:
            continue
        answer = root.get(address(route))
        kind = answer.headers.get("content-type", "")
        assert answer.headers["x-content-type-options"] == "nosniff"
        if kind.startswith("text/html"):
            assert script not in answer.text or not set(script) & set('<>"'), route.path
            assert "<script>alert" not in answer.text
        policy = answer.headers["content-security-policy"]
        assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
        assert "frame-ancestors 'none'" in policy
    refused = site.client().post(
        "/auth/login", data={"username": script, "password": script, "next": f"/{script}"}
    )
    assert "<script>alert" not in refused.text and "onerror=alert(1)>" not in refused.text


class Exploit:
    """What runs when somebody loads it."""

    def __reduce__(self) -> Any:
        return (Path.touch, (Path("pwned-by-pickle"),))


PAYLOADS = [
    pickle.dumps(Exploit()).hex(),
    {"__class__": "venturi.sdk.connection.Connection", "__data__": {}, "__version__": 1},
    {"__classname__": "os.system", "__data__": ["touch pwned"], "__version__": 1},
    {"__type": "import", "__var": "os.system"},
    {"py/object": "os.system", "py/reduce": [{"py/function": "os.system"}, ["touch pwned"]]},
    "!!python/object/apply:os.system ['touch pwned']",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "__import__('os').system('touch pwned')",
]


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_a_value_stays_a_value(ran: Site, root: TestClient, number: int) -> None:
    """XComs, variables and conf are neither unpickled, imported from, nor rendered here."""
    payload = PAYLOADS[number]
    with ran.store.write() as tx:
        tx.execute(
            insert(xcom).values(
                key="k",
                value=json.dumps(payload),
                timestamp=make.NOW,
                dag_id="d",
                run_id="r1",
                task_id="a",
                map_index=-1,
            )
        )
    path = "/api/v2/dags/d/dagRuns/r1/taskInstances/a/xcomEntries"
    assert root.get(f"{path}/k").json()["value"] == payload
    assert root.get(f"{path}/k", params={"deserialize": "true"}).status_code in {200, 400}
    assert root.get(path).status_code == 200
    made = root.post(path, json={"key": "k2", "value": payload})
    assert made.status_code == 201
    assert root.get(f"{path}/k2").json()["value"] == payload
    assert root.post("/api/v2/variables", json={"key": "v", "value": payload}).status_code == 201
    conf = payload if isinstance(payload, dict) else {"p": payload}
    body = {"logical_date": None, "conf": conf, "dag_run_id": "r9"}
    assert root.post("/api/v2/dags/d/dagRuns", json=body).json()["conf"] == conf
    assert not Path("pwned").exists() and not Path("pwned-by-pickle").exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:8081"},
        {"origin": "http://localhost.evil.example:8080"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_site_changes_nothing_with_my_session(
    ran: Site, root: TestClient, headers: dict[str, str]
) -> None:
    for route in ROUTES:
        if route.method == "GET":
            continue
        answer = root.request(route.method, address(route), json={}, headers=headers)
        assert answer.status_code == 403, route.path
        assert "another site" in answer.text
    assert root.get("/auth/me").status_code == 200  # nor was I signed out


def test_a_form_of_another_site_cannot_speak_json_for_me(ran: Site, root: TestClient) -> None:
    """A browser sends such a form without asking first; so its kind of body opens nothing."""
    body = json.dumps({"username": "ada", "password": "x"})
    for kind in ("text/plain", "multipart/form-data; boundary=x", ""):
        answer = root.post("/auth/login", content=body, headers={"content-type": kind})
        assert answer.status_code == 415


@pytest.mark.parametrize(
    "header",
    [
        {"x-forwarded-for": "1.2.3.4"},
        {"x-forwarded-user": "ada"},
        {"x-remote-user": "ada"},
        {"remote-user": "ada"},
        {"x-forwarded-host": "evil.example"},
        {"x-original-url": "/auth/me"},
        {"x-http-method-override": "DELETE"},
        {"x-forwarded-prefix": "//evil.example"},
    ],
)
def test_a_header_makes_nobody_somebody(ran: Site, header: dict[str, str]) -> None:
    ran.user("ada", "Admin")
    stranger = ran.client(**header)
    assert stranger.get("/auth/me").status_code == 401
    assert stranger.post("/api/v2/pools", json={"name": "p", "slots": 1}).status_code == 401
    led = stranger.get("/", headers={"accept": "text/html"})
    assert led.headers.get("location", "/").startswith("/auth/login")


@pytest.mark.parametrize("size", [1000, 100_000])
def test_long_input_is_refused_and_not_worked_through(
    ran: Site, root: TestClient, size: int
) -> None:
    long = "(" * size
    body = {"username": long, "password": long}
    assert root.post("/auth/login", json=body).status_code in {401, 422}
    assert root.get("/api/v2/dags", params={"dag_id_pattern": long[:8000]}).status_code < 500
    deep = "[" * size + "]" * size
    answer = root.post(
        "/api/v2/variables",
        content=f'{{"key": "k", "value": {deep}}}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code in {201, 400, 422}
