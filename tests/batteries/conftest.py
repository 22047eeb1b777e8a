"""Connections for the tests, and the servers they may need."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.batteries.make import Comms
from venturi.config import get_config
from venturi.core.requests import GetConnection
from venturi.sdk.comms import set_comms


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "home"))
    get_config.cache_clear()
    yield
    get_config.cache_clear()


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Function that sets the URI of a connection; others do not exist."""
    set_comms(Comms({GetConnection: None}))

    def add(conn_id: str, uri: str) -> None:
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", uri)

    yield add
    set_comms(None)


def answers(port: int) -> bool:
    """Whether somebody listens on this machine's `port`."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def mysql(connect: Any) -> None:
    """The connection `mysql_default` to a MariaDB or MySQL on this machine, or a skip."""
    uri = os.environ.get("VENTURI_TEST_MYSQL", "mysql://root@127.0.0.1:3306/test")
    if not answers(3306):
        pytest.skip("no MySQL or MariaDB answers on port 3306")
    pymysql = pytest.importorskip("pymysql")
    connect("mysql_default", uri)
    from venturi.batteries.hooks.mysql import MySqlHook

    try:
        MySqlHook().get_conn().close()
    except pymysql.MySQLError as error:
        pytest.skip(f"VENTURI_TEST_MYSQL does not open: {error}")


@pytest.fixture
def postgres(connect: Any) -> None:
    """The connection `postgres_default` to a PostgreSQL on this machine, or a skip."""
    uri = os.environ.get("VENTURI_TEST_POSTGRES", "postgres://postgres@127.0.0.1:5432/postgres")
    if not answers(5432):
        pytest.skip("no PostgreSQL answers on port 5432")
    psycopg = pytest.importorskip("psycopg")
    connect("postgres_default", uri)
    from venturi.batteries.hooks.postgres import PostgresHook

    try:
        PostgresHook().get_conn().close()
    except psycopg.Error as error:
        pytest.skip(f"VENTURI_TEST_POSTGRES does not open: {error}")


@pytest.fixture
def unused_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
