"""Signing in with an account of somebody else's."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from tests import make
from tests.config.make import config
from tests.security.conftest import HOST, Site
from tests.security.oidc_provider import CLIENT, SECRET, Provider
from venturi.api.auth.oidc import provider as configured
from venturi.config import ConfigError


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider that is asked on loopback."""
    made = Provider(make.NOW)
    yield made
    made.close()


@pytest.fixture
def settings(provider: Provider, request: pytest.FixtureRequest) -> dict[str, str]:
    """An installation that trusts the provider."""
    more: dict[str, str] = getattr(request, "param", {})
    return {
        "OIDC__ISSUER": provider.issuer,
        "OIDC__CLIENT_ID": CLIENT,
        "OIDC__CLIENT_SECRET": SECRET,
        "OIDC__LABEL": "the staff account",
        "API__BASE_URL": HOST,
        **more,
    }


def sign_in(client: TestClient, back: str = "/docs") -> Any:
    """The way of a browser: to the provider, and back; the last answer."""
    led = client.get("/auth/oidc/login", params={"next": back})
    assert led.status_code == 303, led.text
    there = httpx2.get(led.headers["location"], timeout=10)
    address = there.headers["location"]
    assert address.startswith(f"{HOST}/auth/oidc/callback?")
    return client.get(address)


def test_who_the_provider_vouches_for_is_signed_in(site: Site, provider: Provider) -> None:
    provider.claims |= {"email": "ada@example.com", "given_name": "Ada", "family_name": "L."}
    browser = site.client()
    assert browser.get("/auth/ways").json()["elsewhere"]["label"] == "the staff account"
    assert "/auth/oidc/login?next=/" in browser.get("/auth/login").text
    done = sign_in(browser)
    assert (done.status_code, done.headers["location"]) == (303, "/docs")
    me = browser.get("/auth/me").json()
    assert (me["username"], me["email"], me["roles"], me["way"]) == (
        "ada",
        "ada@example.com",
        ["Viewer"],
        "session",
    )
    # The second time it is the same user, whatever they are called by then.
    provider.claims["preferred_username"] = "ada.lovelace"
    assert sign_in(site.client()).status_code == 303
    site.user("root", "Admin")
    listed = site.signed_in("root").get("/auth/fab/v1/users").json()["users"]
    assert [row["username"] for row in listed] == ["ada", "root"]


def test_a_user_with_a_password_is_not_taken_over_by_name(site: Site, provider: Provider) -> None:
    site.user("ada", "Admin")
    answer = sign_in(site.client())
    assert answer.status_code == 403
    assert "another user 'ada'" in answer.json()["detail"]


def test_an_account_made_without_password_waits_for_its_owner(
    site: Site, provider: Provider
) -> None:
    site.user("ada", "Op", password=None)
    browser = site.client()
    assert sign_in(browser).status_code == 303
    assert browser.get("/auth/me").json()["roles"] == ["Op"]
    provider.claims["sub"] = "4711"
    assert sign_in(site.client()).status_code == 403


ROLES = {
    "OIDC__ROLES_CLAIM": "groups",
    "OIDC__ROLE_MAP": '{"staff": "Viewer", "admins": "Admin"}',
}


@pytest.mark.parametrize("settings", [ROLES], indirect=True)
def test_roles_are_those_of_the_provider_at_each_sign_in(site: Site, provider: Provider) -> None:
    provider.claims["groups"] = ["staff", "admins", "chess"]
    browser = site.client()
    sign_in(browser)
    assert browser.get("/auth/me").json()["roles"] == ["Admin", "Viewer"]
    provider.claims["groups"] = ["staff"]
    sign_in(browser)
    assert browser.get("/auth/me").json()["roles"] == ["Viewer"]
    provider.claims |= {"groups": ["chess"], "sub": "1", "preferred_username": "bob"}
    assert sign_in(site.client()).status_code == 403


@pytest.mark.parametrize("settings", [{"OIDC__DEFAULT_ROLE": ""}], indirect=True)
def test_strangers_need_an_account_where_that_is_said(site: Site, provider: Provider) -> None:
    assert sign_in(site.client()).status_code == 403
    site.user("ada", "User", password=None)
    assert sign_in(site.client()).status_code == 303


def test_who_is_disabled_does_not_come_in_by_this_door(site: Site, provider: Provider) -> None:
    site.user("root", "Admin")
    sign_in(site.client())
    root = site.signed_in("root")
    assert root.patch("/auth/fab/v1/users/ada", json={"active": False}).status_code == 200
    assert sign_in(site.client()).status_code == 403


LIES: dict[str, dict[str, Any]] = {
    "for another client": {"aud": "somebody-else"},
    "of another issuer": {"iss": "https://evil.example"},
    "that is over": {"exp": 1000},
    "of tomorrow": {"iat": make.NOW.timestamp() + 90_000, "exp": make.NOW.timestamp() + 99_999},
    "for another sign-in": {"nonce": "replayed"},
    "without a nonce": {"nonce": None},
    "without a name": {"preferred_username": ""},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_word_that_is_not_for_us_is_refused(site: Site, provider: Provider, lie: str) -> None:
    provider.lies = LIES[lie]
    browser = site.client()
    assert sign_in(browser).status_code == 401
    assert browser.get("/auth/me").status_code == 401


def test_a_word_that_the_provider_did_not_sign_is_refused(site: Site, provider: Provider) -> None:
    for algorithm, key in (("none", None), ("HS256", SECRET * 3), ("HS256", "0" * 64)):
        provider.algorithm, provider.signing_key = algorithm, key  # type: ignore[assignment]
        assert sign_in(site.client()).status_code == 401


def test_a_new_key_of_the_provider_is_found(site: Site, provider: Provider) -> None:
    assert sign_in(site.client()).status_code == 303
    provider.kid = "k2"
    assert sign_in(site.client()).status_code == 303


def test_a_way_back_that_was_not_begun_here_is_refused(site: Site, provider: Provider) -> None:
    victim, attacker = site.client(), site.client()
    led = attacker.get("/auth/oidc/login")
    there = httpx2.get(led.headers["location"], timeout=10).headers["location"]
    assert victim.get(there).status_code == 401
    victim.get("/auth/oidc/login")
    assert victim.get(there).status_code == 401  # the state of another
    victim.cookies.set("venturi_oidc", "eyJhbGciOiJub25lIn0.e30.")
    assert victim.get(there).status_code == 401
    site.clock.move(minutes=11)
    assert attacker.get(there).status_code == 401  # too late


def test_a_code_is_good_once(site: Site, provider: Provider) -> None:
    browser = site.client()
    led = browser.get("/auth/oidc/login")
    journey = browser.cookies["venturi_oidc"]
    there = httpx2.get(led.headers["location"], timeout=10).headers["location"]
    assert browser.get(there).status_code == 303
    again = site.client(cookie=f"venturi_oidc={journey}")
    assert again.get(there).status_code == 401


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil"])
def test_the_way_back_leads_nowhere_else(site: Site, provider: Provider, elsewhere: str) -> None:
    assert sign_in(site.client(), elsewhere).headers["location"] == "/"


def test_a_provider_that_does_not_answer_is_told(site: Site, provider: Provider) -> None:
    provider.close()
    answer = site.client().get("/auth/oidc/login")
    assert answer.status_code == 502
    assert provider.issuer in answer.json()["detail"]


def test_without_a_provider_there_is_no_such_door(tmp_path: Any) -> None:
    assert configured(config(tmp_path / "none", "")) is None
    with pytest.raises(ConfigError, match="https"):
        configured(config(tmp_path / "plain", "[oidc]\nissuer = http://login.example\n"))
    with pytest.raises(ConfigError, match="client_id"):
        configured(config(tmp_path / "who", "[oidc]\nissuer = https://login.example\n"))
