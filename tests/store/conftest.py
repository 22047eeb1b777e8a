"""A home and an empty database for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from venturi.config import get_config
from venturi.store.engine import Store
from venturi.store.migrate import fill_defaults
from venturi.store.schema.all import metadata


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    get_config.cache_clear()
    yield
    get_config.cache_clear()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database with all tables."""
    made = Store(f"sqlite:///{tmp_path}/airflow.db")
    with made.write() as tx:
        metadata.create_all(tx)
        fill_defaults(tx)
    yield made
    made.close()
