"""Fixtures: every test has a home of its own and no secrets of others."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from venturi.config import get_config
from venturi.sdk import secrets_masker, xcom_codec


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    _forget()
    yield
    _forget()


@pytest.fixture
def option(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str], None]:
    """Set an option for the test: `option("core", "max_map_length", "2")`."""

    def set_option(section: str, key: str, value: str) -> None:
        monkeypatch.setenv(f"AIRFLOW__{section.upper()}__{key.upper()}", value)
        _forget()

    return set_option


def _forget() -> None:
    get_config.cache_clear()
    secrets_masker.reset()
    xcom_codec.forget_options()
