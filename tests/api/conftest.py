"""The application over an empty database, and a client that talks to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.api.processes import Web
from tests.own_store import store
from tests.system.home import until
from venturi.api.app import create_app
from venturi.config import get_config
from venturi.core.clock import Instant
from venturi.store.bell import Bell
from venturi.store.engine import Store
from venturi.store.migrate import migrate
from venturi.store.schema.all import metadata

__all__ = ["store"]


class StoppedClock:
    """It is always the same moment."""

    def now(self) -> Instant:
        """The present of all tests."""
        return make.NOW

    def monotonic(self) -> float:
        """No time passes."""
        return 0.0


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    # Signing in has tests of its own, in tests/security.
    monkeypatch.setenv("AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS", "True")
    get_config.cache_clear()
    yield
    get_config.cache_clear()


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    """The scheduler's bell, to see who rang."""
    made = Bell(tmp_path)
    yield made
    made.close()


@pytest.fixture
def web(store: Store, tmp_path: Path) -> Iterator[TestClient]:
    """A client of the REST API; addresses begin with /api/v2 unless they begin with http."""
    app = create_app(store, get_config(), StoppedClock(), tmp_path, ui=tmp_path / "ui_dist")
    with TestClient(app, base_url="http://localhost:8080/api/v2") as client:
        yield client


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Path:
    """A home whose database the program takes for its own."""
    with store.write() as tx:
        metadata.drop_all(tx)
    migrate(store)
    return tmp_path


@pytest.fixture
def server(home: Path) -> Iterator[Web]:
    """A web server that answers."""
    made = Web(home)
    try:
        until(made.is_up, "the web server answers")
        yield made
    finally:
        made.end()
