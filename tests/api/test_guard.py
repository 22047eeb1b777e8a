"""Who may connect while there is no sign-in, and the headers of every answer."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.config.make import config
from tests.store.home import put
from venturi.api.auth.way import SignIn
from venturi.api.guard import OpenToTheNetwork, check_address, known_names, refusal
from venturi.store.engine import Store

ALLOWED = "[venturi]\nallow_unauthenticated_network = True\n"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "localhost.evil.example", ""]
)
def test_a_foreign_name_is_refused(web: TestClient, host: str) -> None:
    answer = web.get("monitor/health", headers={"host": host})
    assert answer.status_code == 403
    assert "base_url" in answer.json()["detail"]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080"])
def test_the_names_of_this_machine_are_answered(web: TestClient, host: str) -> None:
    assert web.get("monitor/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_page_of_another_site_changes_nothing(
    web: TestClient, store: Store, headers: dict[str, str]
) -> None:
    put(store, make.dag(make.task("a"), dag_id="d"))
    answer = web.patch("dags/d", json={"is_paused": True}, headers=headers)
    assert answer.status_code == 403
    assert web.get("dags/d").json()["is_paused"] is False


def test_an_own_page_may_change_things(web: TestClient, store: Store) -> None:
    put(store, make.dag(make.task("a"), dag_id="d"))
    headers = {"origin": "http://localhost:8080", "sec-fetch-site": "same-origin"}
    assert web.patch("dags/d", json={"is_paused": True}, headers=headers).status_code == 200


def test_every_answer_has_the_protecting_headers(web: TestClient) -> None:
    for path in ("version", "nothing", "http://localhost:8080/"):
        headers = web.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["date"] == "Sun, 22 Nov 2026 12:00:00 GMT"


def test_the_network_is_let_in_only_when_that_is_said(tmp_path: Path) -> None:
    nobody, everybody = SignIn(required=False), SignIn(required=True)
    closed = config(tmp_path / "closed", "")
    check_address("127.0.0.1", closed, nobody)
    check_address("localhost", closed, nobody)
    check_address("0.0.0.0", closed, everybody)
    with pytest.raises(OpenToTheNetwork, match="allow_unauthenticated_network"):
        check_address("0.0.0.0", closed, nobody)
    with pytest.raises(OpenToTheNetwork, match="authenticate = True"):
        check_address("::", closed, nobody)
    opened = config(tmp_path / "opened", ALLOWED)
    check_address("0.0.0.0", opened, nobody)
    assert not known_names(opened, nobody).hosts


def test_the_name_in_base_url_is_answered(tmp_path: Path) -> None:
    named = config(tmp_path, "[api]\nbase_url = https://flow.example/x\n")
    assert "flow.example" in known_names(named, SignIn(required=False)).hosts


def test_a_page_under_base_url_is_ours_behind_a_proxy_that_changes_the_name(tmp_path: Path) -> None:
    names = known_names(config(tmp_path, "[api]\nbase_url = https://flow.example/x\n"), SignIn())
    headers = {b"host": b"127.0.0.1:8080", b"origin": b"https://flow.example"}
    assert refusal(names, "POST", headers) is None
    for foreign in (b"https://flow.example.evil", b"http://flow.example", b"null"):
        assert refusal(names, "POST", {**headers, b"origin": foreign})
