"""Fixture: every test has a SQLite database of its own, with all tables and nothing in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from venturi.store.engine import Store
from venturi.store.migrate import fill_defaults
from venturi.store.schema.all import metadata


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty database with all tables, in the test's home."""
    made = Store(f"sqlite:///{tmp_path}/airflow.db")
    with made.write() as tx:
        metadata.create_all(tx)
        fill_defaults(tx)
    yield made
    made.close()
