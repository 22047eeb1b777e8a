"""PostgreSQL."""

import os
import pwd
import secrets
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from tests.services.server import LOOPBACK, Server, ServiceMissing, need, program


class PostgreSql(Server):
    """A PostgreSQL server that trusts whoever comes from this machine."""

    name = "postgresql"
    package = "postgresql"
    usual_port = 5432
    #: disconnects clients and ends; SIGTERM would wait for them
    stop_signal = signal.SIGINT

    @classmethod
    def missing_program(cls) -> str | None:
        """A program that is not installed."""
        names = ("postgres", "initdb")
        return next((name for name in names if program(name, *_folders()) is None), None)

    @property
    def url(self) -> str:
        """The server itself, with its administrative database."""
        return f"postgresql://postgres@{LOOPBACK}:{self.port}/postgres"

    def answers(self) -> bool:
        """Whether the superuser may sign in."""
        try:
            self.sql("SELECT 1")
        except (psycopg.Error, OSError):
            return False
        return True

    def sql(self, *statements: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Carry out statements as the superuser; the rows of the last one."""
        with psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user="postgres",
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        ) as connection:
            for statement in statements:
                cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, prefix: str = "venturi") -> Iterator[str]:
        """An empty database, as the URL in `sql_alchemy_conn`; dropped afterwards."""
        name = f"{prefix}_{secrets.token_hex(4)}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield f"postgresql://postgres@{LOOPBACK}:{self.port}/{name}"
        finally:
            if not self.private or self.process is not None:
                self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _prepare(self) -> None:
        user = _other_user()
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        if user is not None:
            entry = pwd.getpwnam(user)
            for path in (self.folder, data):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        self._run(
            [
                need("initdb", *_folders()),
                f"--pgdata={data}",
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            ],
            user,
        )

    def _command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "shared_buffers": "32MB",
            # Commits reach the kernel, not the disk: they survive `kill`, and tests are quick.
            "fsync": "off",
        }
        return [
            need("postgres", *_folders()),
            "-D",
            self.folder / "data",
            *(f"--{key}={value}" for key, value in settings.items()),
        ]

    def _popen(
        self, command: Sequence[str | Path], user: str | None = None
    ) -> subprocess.Popen[bytes]:
        return super()._popen(command, user or _other_user())


def _folders() -> list[Path]:
    """Debian keeps each version's programs in a folder of its own; the newest first."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    return sorted(found, key=lambda path: float(path.parent.name), reverse=True)


def _other_user() -> str | None:
    """PostgreSQL refuses to run as root: whom it runs as then."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise ServiceMissing("PostgreSQL refuses to run as root, and there is no other account")
