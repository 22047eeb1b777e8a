"""A site where people sign in, a clock that can be moved, and a user of each role."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.own_store import store
from venturi.api.app import create_app
from venturi.config import get_config
from venturi.core.clock import Instant
from venturi.store.bell import Bell
from venturi.store.commands.audit import Actor
from venturi.store.commands.users import NewUser, create_user
from venturi.store.engine import Store

__all__ = ["store"]

HOST = "http://localhost:8080"
ROLES = ("Viewer", "User", "Op", "Admin")
PASSWORD = "correct horse battery"
ROOT = Actor("root", make.NOW)


class MovedClock:
    """It is the moment one says."""

    def __init__(self) -> None:
        self.at = make.NOW
        #: how often somebody has looked at it
        self.asked = 0

    def now(self) -> Instant:
        """The present."""
        self.asked += 1
        return self.at

    def monotonic(self) -> float:
        """The same, as a number."""
        return self.at.timestamp()

    def move(self, **by: float) -> None:
        """Time passes."""
        self.at += timedelta(**by)


class Site:
    """An installation with a web server that one talks to in this process."""

    def __init__(self, home: Path, store: Store) -> None:
        self.home, self.store = home, store
        self.clock = MovedClock()
        # The pages that work without a script: those with one have tests of their own.
        self.app = create_app(store, get_config(), self.clock, home, ui=home / "not-built")

    def client(self, **headers: str) -> TestClient:
        """A browser without a past, or a program that sends these headers."""
        return TestClient(self.app, base_url=HOST, headers=headers, follow_redirects=False)

    def user(self, name: str, *roles: str, password: str | None = PASSWORD) -> None:
        """Make a user."""
        wanted = NewUser(username=name, roles=roles, password=password)
        self.store.retrying(lambda tx: create_user(tx, wanted, ROOT))

    def signed_in(self, name: str, password: str = PASSWORD) -> TestClient:
        """A browser in which somebody is signed in."""
        client = self.client()
        answer = client.post("/auth/login", json={"username": name, "password": password})
        assert answer.status_code == 200, answer.text
        return client

    def token(self, name: str, password: str = PASSWORD) -> str:
        """An access token of somebody."""
        body = {"username": name, "password": password}
        answer = self.client().post("/auth/token", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["access_token"])


@pytest.fixture
def settings() -> Mapping[str, str]:
    """Options of the installation, as environment variables; a test may parametrize it."""
    return {}


@pytest.fixture(autouse=True)
def _own_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Mapping[str, str]
) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    for name, value in settings.items():
        monkeypatch.setenv(f"AIRFLOW__{name}", value)
    get_config.cache_clear()
    yield
    get_config.cache_clear()


@pytest.fixture
def site(tmp_path: Path, store: Store) -> Iterator[Site]:
    """The site, and the bell that its changes ring."""
    bell = Bell(tmp_path)
    yield Site(tmp_path, store)
    bell.close()


@pytest.fixture
def people(site: Site) -> dict[str, Any]:
    """A browser for each role, by its name, and one where nobody is signed in."""
    for role in ROLES:
        site.user(role.lower(), role)
    return {"none": site.client()} | {role: site.signed_in(role.lower()) for role in ROLES}
