"""Redis."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.services.server import LOOPBACK, Server, need, program


class Redis(Server):
    """A Redis server; what it acknowledged survives `kill` (an append-only file)."""

    name = "redis"
    package = "redis-server"
    usual_port = 6379

    @classmethod
    def missing_program(cls) -> str | None:
        """A program that is not installed."""
        return None if program("redis-server") else "redis-server"

    @property
    def url(self) -> str:
        """Its database number 0."""
        return self.database(0)

    def database(self, number: int) -> str:
        """The URL of a database number."""
        return f"redis://{LOOPBACK}:{self.port}/{number}"

    def say(self, *words: str) -> bytes:
        """One command, and its answer as it comes over the line (up to 64 KiB)."""
        parts = [f"*{len(words)}\r\n".encode()]
        parts += [f"${len(word.encode())}\r\n{word}\r\n".encode() for word in words]
        with socket.create_connection((LOOPBACK, self.port), timeout=5) as line:
            line.sendall(b"".join(parts))
            return line.recv(65536)

    def answers(self) -> bool:
        """Whether it says PONG: not while it loads its data."""
        try:
            return self.say("PING").startswith(b"+PONG")
        except OSError:
            return False

    def _command(self) -> Sequence[str | Path]:
        return [
            need("redis-server"),
            *("--port", str(self.port), "--bind", LOOPBACK, "--dir", self.folder),
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        ]


@contextmanager
def redis_database(server: Redis) -> Iterator[str]:
    """A database number of a Redis server of which nobody uses anything, emptied afterwards."""
    taken = None
    for number in range(1, 16):
        # The key is the lock: tests run beside each other.
        if said(server, number, "SET", "venturi-test", "taken", "NX", "EX", "900") != b"+OK":
            continue
        if said(server, number, "DBSIZE") == b":1":
            taken = number
            break
        said(server, number, "DEL", "venturi-test")
    if taken is None:
        raise AssertionError("no database number of Redis is free")
    try:
        yield server.database(taken)
    finally:
        said(server, taken, "FLUSHDB")


def said(server: Redis, database: int, *words: str) -> bytes:
    """The answer to a command in a database of Redis."""
    commands = [("SELECT", str(database)), words]
    data = b""
    for command in commands:
        data += f"*{len(command)}\r\n".encode()
        data += b"".join(f"${len(word.encode())}\r\n{word}\r\n".encode() for word in command)
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(data)
        answer = b""
        while answer.count(b"\r\n") < len(commands):
            answer += line.recv(65536)
    return answer.strip().split(b"\r\n")[-1]
