"""A forwarded port, as `ssh -R` makes one: it listens in one network, and connects in another.

It can be cut in the two ways in which links end: silently (what is sent vanishes nowhere and
arrives nowhere), and with a break (everything is closed, and nobody listens).
"""

import ctypes
import os
import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path

_CLONE_NEWNET = 0x40000000


def listener_in(namespace: str | None, port: int = 0) -> socket.socket:
    """A socket that listens on the loopback interface of a network namespace (None: this one)."""
    made: list[socket.socket] = []

    def listen() -> None:
        if namespace is not None:
            libc = ctypes.CDLL(None, use_errno=True)
            descriptor = os.open(Path("/run/netns") / namespace, os.O_RDONLY)
            if libc.setns(descriptor, _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            os.close(descriptor)
        made.append(socket.create_server(("127.0.0.1", port)))

    # A socket stays in the network it was made in; so does the thread, which therefore ends here.
    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    return made[0]


class Forward:
    """Forwards every connection to `target`, until it is cut."""

    def __init__(self, namespace: str | None, target: int) -> None:
        self.namespace, self.target = namespace, target
        self._listener: socket.socket | None = listener_in(namespace)
        self.port: int = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._peers: dict[socket.socket, socket.socket] = {}
        self._silent = self._closed = False
        self._lock = threading.Lock()
        self._wake_read, self._wake_write = os.pipe()
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def cut(self, *, silently: bool) -> None:
        """Cut the link."""
        with self._lock:
            self._silent = True
            if not silently:
                if self._listener is not None:
                    self._selector.unregister(self._listener)
                    self._listener.close()
                    self._listener = None
                for end in list(self._peers):
                    self._drop(end)
        os.write(self._wake_write, b"!")

    def restore(self) -> None:
        """Let everything pass again."""
        with self._lock:
            if self._listener is None:
                self._listener = listener_in(self.namespace, self.port)
                self._selector.register(self._listener, selectors.EVENT_READ)
            self._silent = False
        os.write(self._wake_write, b"!")

    def close(self) -> None:
        """End it."""
        self._closed = True
        os.write(self._wake_write, b"!")
        self._thread.join(10)
        with self._lock:
            for end in list(self._peers):
                self._drop(end)
            if self._listener is not None:
                self._listener.close()
            self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _serve(self) -> None:
        while not self._closed:
            ready = self._selector.select()
            with self._lock:
                if self._silent:
                    for key, _ in ready:
                        if key.fileobj == self._wake_read:
                            os.read(self._wake_read, 100)
                    # Nothing is taken from anybody: it waits where it is, as on a dead line.
                    self._lock.release()
                    threading.Event().wait(0.02)
                    self._lock.acquire()
                    continue
                for key, _ in ready:
                    self._pass(key.fileobj)

    def _pass(self, source: object) -> None:
        if source == self._wake_read:
            os.read(self._wake_read, 100)
        elif source is self._listener:
            assert self._listener is not None
            near, _ = self._listener.accept()
            far = socket.create_connection(("127.0.0.1", self.target), timeout=10)
            for one, other in ((near, far), (far, near)):
                self._peers[one] = other
                self._selector.register(one, selectors.EVENT_READ)
        elif isinstance(source, socket.socket) and source in self._peers:
            try:
                data = source.recv(1 << 16)
                if data:
                    self._peers[source].sendall(data)
                    return
            except OSError:
                pass
            self._drop(source)

    def _drop(self, end: socket.socket) -> None:
        other = self._peers.pop(end, None)
        if other is None:
            return
        self._peers.pop(other, None)
        for each in (end, other):
            with suppress(KeyError, ValueError):
                self._selector.unregister(each)
            each.close()
