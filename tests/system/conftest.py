"""A home for each test."""

import signal
from collections.abc import Iterator

import pytest

from tests.system.home import Home, fresh_home


@pytest.fixture
def home() -> Iterator[Home]:
    """A fresh AIRFLOW_HOME; its processes end with the test."""
    with fresh_home() as made:
        yield made


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard() -> None:
    """Tests that were started in the background ignore SIGINT, and their programs would too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
