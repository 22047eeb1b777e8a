"""The proxy misbehaves as it is told, and only then."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.torture.proxy import LOOPBACK, Proxy


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that says everything back."""
    listener = socket.create_server((LOOPBACK, 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                while data := connection.recv(4096):
                    connection.sendall(data)
            except OSError:
                return

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield int(listener.getsockname()[1])
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


def said_back(connection: socket.socket, text: bytes) -> bytes:
    connection.sendall(text)
    return connection.recv(4096)


def test_what_is_said_goes_through(echo: int) -> None:
    with Proxy(echo) as proxy, socket.create_connection((LOOPBACK, proxy.port), 5) as client:
        assert said_back(client, b"hello") == b"hello"


def test_a_delay_delays_and_keeps_the_order(echo: int) -> None:
    with Proxy(echo) as proxy, socket.create_connection((LOOPBACK, proxy.port), 5) as client:
        proxy.set("delay", 0.1)
        begun = time.monotonic()
        assert said_back(client, b"a") == b"a"
        assert time.monotonic() - begun >= 0.2
        for word in (b"1", b"2", b"3"):
            client.sendall(word)
        heard = b""
        while len(heard) < 3:
            heard += client.recv(10)
        assert heard == b"123"


@pytest.mark.parametrize("mode", ["hole", "deaf", "mute"])
def test_nothing_comes_back_and_nobody_is_told(echo: int, mode: str) -> None:
    with Proxy(echo) as proxy, socket.create_connection((LOOPBACK, proxy.port), 0.3) as client:
        assert said_back(client, b"hello") == b"hello"
        proxy.set(mode)
        with pytest.raises(TimeoutError):
            said_back(client, b"hello")
        proxy.set("pass")
        assert said_back(client, b"again") == b"again"


def test_a_mute_client_still_hears() -> None:
    with (
        socket.create_server((LOOPBACK, 0)) as listener,
        Proxy(listener.getsockname()[1]) as proxy,
        socket.create_connection((LOOPBACK, proxy.port), 5) as client,
    ):
        server, _ = listener.accept()
        with server:
            server.settimeout(0.3)
            proxy.set("mute")
            client.sendall(b"hello")
            server.sendall(b"are you there?")
            assert client.recv(100) == b"are you there?"
            with pytest.raises(TimeoutError):
                server.recv(100)


def test_a_reset_is_heard_at_once(echo: int) -> None:
    with Proxy(echo) as proxy, socket.create_connection((LOOPBACK, proxy.port), 5) as client:
        assert said_back(client, b"hello") == b"hello"
        assert proxy.reset() == 1
        with pytest.raises(ConnectionResetError):
            said_back(client, b"hello")


def test_nobody_is_let_in(echo: int) -> None:
    with Proxy(echo) as proxy:
        proxy.set("refuse")
        with socket.create_connection((LOOPBACK, proxy.port), 5) as client:
            assert client.recv(10) == b""
        with pytest.raises(ValueError, match="none of"):
            proxy.set("dance")
