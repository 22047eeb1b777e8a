"""MariaDB, and MySQL where its programs carry the same names."""

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pymysql

from tests.services.server import LOOPBACK, Server, need, program


class MariaDb(Server):
    """A MariaDB server whose root account has no password."""

    name = "mariadb"
    package = "mariadb-server"
    usual_port = 3306

    @classmethod
    def missing_program(cls) -> str | None:
        """A program that is not installed."""
        names = ("mariadbd", "mariadb-install-db")
        return next((name for name in names if program(name) is None), None)

    @property
    def url(self) -> str:
        """The server itself; `database()` makes a database on it."""
        return f"mysql://root@{LOOPBACK}:{self.port}"

    def answers(self) -> bool:
        """Whether root may sign in."""
        try:
            self.sql("SELECT 1")
        except (pymysql.Error, OSError):
            return False
        return True

    def sql(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Carry out statements as root; the rows of the last one."""
        connection = pymysql.connect(
            host=LOOPBACK,
            port=self.port,
            user="root",
            database=database,
            autocommit=True,
            connect_timeout=5,
        )
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    @contextmanager
    def database(self, prefix: str = "venturi") -> Iterator[str]:
        """An empty database, as the URL in `sql_alchemy_conn`; dropped afterwards."""
        name = f"{prefix}_{secrets.token_hex(4)}"
        self.sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            yield f"{self.url}/{name}"
        finally:
            if not self.private or self.process is not None:
                self.sql(f"DROP DATABASE {name}")

    def _prepare(self) -> None:
        self._run(
            [
                need("mariadb-install-db"),
                "--no-defaults",
                f"--datadir={self.folder / 'data'}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                *self._as_root(),
            ]
        )

    def _command(self) -> Sequence[str | Path]:
        return [
            need("mariadbd"),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.folder / 'socket'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--port={self.port}",
            f"--bind-address={LOOPBACK}",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=16M",
            # Commits reach the kernel, not the disk: they survive `kill`, and tests are quick.
            "--innodb-flush-log-at-trx-commit=2",
            *self._as_root(),
        ]

    def _as_root(self) -> list[str]:
        # The server runs as root only when told so.
        return ["--user=root"] if os.geteuid() == 0 else []
