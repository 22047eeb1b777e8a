"""A home for each test."""

from collections.abc import Iterator

import pytest

from tests.system.home import Home, fresh_home


@pytest.fixture
def home() -> Iterator[Home]:
    """A fresh AIRFLOW_HOME; its processes end with the test."""
    with fresh_home() as made:
        yield made
