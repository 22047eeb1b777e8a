"""Authoring is tested with the built-in defaults, whatever `airflow.cfg` lies about."""

from collections.abc import Iterator

import pytest

from venturi.sdk.defaults import Defaults, set_defaults
from venturi.sdk.scope import taken_registered


@pytest.fixture(autouse=True)
def built_in_defaults() -> Iterator[None]:
    set_defaults(Defaults())
    taken_registered()
    yield
    taken_registered()
    set_defaults(None)
