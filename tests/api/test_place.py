"""Below a path, behind a proxy: what people see leads where they can go."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import StoppedClock
from venturi.api.app import create_app
from venturi.config import get_config
from venturi.store.engine import Store


@pytest.fixture
def below(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """A server whose address has a path."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://flow.example/team/flow/")
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "False")
    get_config.cache_clear()
    app = create_app(store, get_config(), StoppedClock(), tmp_path, ui=tmp_path / "not-built")
    return TestClient(app, base_url="http://flow.example", follow_redirects=False)


@pytest.mark.parametrize("prefix", ["", "/team/flow"])
def test_requests_come_with_the_path_or_without(below: TestClient, prefix: str) -> None:
    assert below.get(f"{prefix}/health").status_code == 200
    assert below.get(f"{prefix}/api/v2/version").status_code == 200
    assert below.get(f"{prefix}/api/v2/dags").status_code == 401


def test_what_only_begins_like_the_path_is_not_below_it(below: TestClient) -> None:
    for path in ("/team/flowers/health", "/team/health"):
        answer = below.get(path)
        # Not ours; or an address of the pages, which begin with signing in.
        assert answer.status_code == 404 or "/auth/login?next=" in answer.headers["location"]


def test_links_and_redirects_have_the_path(below: TestClient) -> None:
    led = below.get("/team/flow/?a=b", headers={"accept": "text/html"})
    assert led.headers["location"] == "/team/flow/auth/login?next=/%3Fa%3Db"
    page = below.get(led.headers["location"])
    assert 'action="/team/flow/auth/login"' in page.text
    assert 'href="/team/flow/style.css"' in page.text


def test_headers_of_a_proxy_are_not_believed_unless_that_is_said(
    store: Store, tmp_path: Path
) -> None:
    told = {"x-forwarded-prefix": "/flow"}
    for believed in (False, True):
        app = create_app(store, get_config(), StoppedClock(), tmp_path, behind_proxy=believed)
        client = TestClient(app, base_url="http://localhost", headers=told)
        assert ('href="/flow/style.css"' in client.get("/docs").text) is believed
        # Where nobody signs in, no header makes another name ours.
        foreign = client.get("/docs", headers={"x-forwarded-host": "flow.example"})
        assert (foreign.status_code == 403) is believed


@pytest.mark.parametrize("prefix", ["//evil.example", "/a b", "javascript:x", '/x"y', "/\\evil"])
def test_a_prefix_that_is_none_is_not_taken(store: Store, tmp_path: Path, prefix: str) -> None:
    app = create_app(store, get_config(), StoppedClock(), tmp_path, behind_proxy=True)
    client = TestClient(app, base_url="http://localhost", headers={"x-forwarded-prefix": prefix})
    assert 'href="/style.css"' in client.get("/docs").text
