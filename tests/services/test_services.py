"""Private servers start, die, and come back with what they acknowledged."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.services.find import KINDS, private, service, variable
from tests.services.mariadb import MariaDb
from tests.services.postgresql import PostgreSql
from tests.services.rabbitmq import RabbitMq
from tests.services.redis import Redis
from tests.services.server import ServiceMissing


@pytest.fixture
def own(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """A private server by name, removed with the test."""

    def start(name: str) -> Any:
        request.getfixturevalue(name)  # skips where it cannot be had
        server = private(name)
        request.addfinalizer(server.remove)
        return server.start()

    return start


def test_killed_mariadb_keeps_what_was_committed(own: Callable[[str], MariaDb]) -> None:
    server = own("mariadb")
    server.sql("CREATE DATABASE d", "CREATE TABLE d.t (n INT)", "INSERT INTO d.t VALUES (7)")
    server.kill()
    assert not server.answers()
    assert server.start().sql("SELECT n FROM d.t") == [(7,)]


def test_killed_postgresql_keeps_what_was_committed(own: Callable[[str], PostgreSql]) -> None:
    server = own("postgresql")
    server.sql("CREATE TABLE t (n INT)", "INSERT INTO t VALUES (7)")
    server.kill()
    assert not server.answers()
    assert server.start().sql("SELECT n FROM t") == [(7,)]


def test_killed_redis_keeps_what_it_acknowledged(own: Callable[[str], Redis]) -> None:
    server = own("redis")
    assert server.say("SET", "key", "value") == b"+OK\r\n"
    server.kill()
    assert not server.answers()
    assert server.start().say("GET", "key") == b"$5\r\nvalue\r\n"


def test_killed_rabbitmq_comes_back_with_its_virtual_hosts(own: Callable[[str], RabbitMq]) -> None:
    server = own("rabbitmq")
    with server.vhost("kept") as url:
        server.kill()
        assert not server.answers()
        server.start()
        assert url.rpartition("/")[2] in server.ctl("list_vhosts").split()


def test_nothing_of_a_removed_server_is_left(own: Callable[[str], Redis]) -> None:
    server = own("redis")
    folder = server.folder
    server.remove()
    assert not folder.exists()
    assert server.process is None


def test_servers_that_are_not_ours_are_left_alone(redis: Redis) -> None:
    shared = Redis(redis.port, private=False)
    for harm in (shared.stop, shared.kill, shared.restart):
        with pytest.raises(RuntimeError, match="not ours"):
            harm()
    assert shared.answers()


def test_reason_for_a_missing_server_reaches_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("redis"), "no such program here")
    with pytest.raises(ServiceMissing, match="no such program here"):
        service.__wrapped__("redis")


def test_command_is_told_where_the_servers_are(redis: Redis) -> None:
    wanted = [variable(name) for name in KINDS]
    code = f"import os; print([os.environ[name] for name in {wanted}])"
    done = subprocess.run(
        [sys.executable, "-m", "scripts.services", "run", "--", sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(redis.port) in done.stdout
