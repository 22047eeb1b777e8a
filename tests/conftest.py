"""The servers that some tests need (see `tests/services`), and the network, if one asks for it."""

import os
from typing import cast

import pytest

from tests.services.find import service
from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql
from tests.services.rabbitmq import RabbitMq
from tests.services.redis import Redis
from tests.services.server import Server, ServiceMissing


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "network: downloads packages; run with -m network")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "network" in str(config.getoption("-m")):
        return
    for item in items:
        if item.get_closest_marker("network"):
            item.add_marker(pytest.mark.skip(reason="downloads packages; run with -m network"))


def available(name: str) -> Server:
    """A server to share. Without one the test is skipped, and fails under CI."""
    try:
        return service(name)
    except ServiceMissing as missing:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail(f"no {name}: {missing}", pytrace=False)
        pytest.skip(f"no {name}: {missing}")


@pytest.fixture(scope="session")
def mariadb() -> MariaDb:
    """A MariaDB to make databases on."""
    return cast("MariaDb", available("mariadb"))


@pytest.fixture(scope="session")
def postgresql() -> PostgreSql:
    """A PostgreSQL to make databases on."""
    return cast("PostgreSql", available("postgresql"))


@pytest.fixture(scope="session")
def redis() -> Redis:
    """A Redis; use a database number of your own, or a key prefix."""
    return cast("Redis", available("redis"))


@pytest.fixture(scope="session")
def rabbitmq() -> RabbitMq:
    """A RabbitMQ to make virtual hosts on."""
    return cast("RabbitMq", available("rabbitmq"))
