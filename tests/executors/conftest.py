"""One running installation per executor and test process."""

from collections.abc import Iterator

import pytest

from tests.executors.setups import SETUPS, Setup, running
from tests.services.redis import redis_database


def broker(request: pytest.FixtureRequest, kind: str) -> Iterator[str]:
    """A part of a broker that nobody else uses, as a URL; empty where none is needed."""
    if kind == "rabbitmq":
        with request.getfixturevalue("rabbitmq").vhost("celery_test") as url:
            yield url
    elif kind == "redis":
        with redis_database(request.getfixturevalue("redis")) as url:
            yield url
    else:
        yield ""


@pytest.fixture(scope="module", params=list(SETUPS))
def setup(request: pytest.FixtureRequest) -> Iterator[Setup]:
    """A running installation with this executor, shared by the tests of a module."""
    name: str = request.param
    for url in broker(request, SETUPS[name][1]):
        with running(name, url) as made:
            yield made
