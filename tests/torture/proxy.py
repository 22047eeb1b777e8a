"""A TCP proxy that misbehaves on request: delays, resets, black holes, half-open connections.

One thread, one selector. `mode` counts from the moment it is set, for what flows from then on:

- `pass`: what comes goes on;
- `delay`: so many seconds later, in order, plus up to as much jitter;
- `hole`: nothing is delivered in either direction, and nobody is told (a pulled cable);
- `deaf`: what clients say goes on, no answer comes back (half open);
- `mute`: the other way round: what clients say is swallowed, and they go on hearing;
- `refuse`: new connections are closed at once.

`reset` breaks all connections with a RST.
"""

import contextlib
import heapq
import itertools
import random
import selectors
import socket
import struct
import threading
import time
from typing import Self

LOOPBACK = "127.0.0.1"
PIECE = 1 << 16
MODES = frozenset({"pass", "delay", "hole", "deaf", "mute", "refuse"})
#: Linger of zero seconds: closing sends RST.
_RST = struct.pack("ii", 1, 0)


class Pair:
    """A client's connection and ours to the server."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server

    def other(self, side: socket.socket) -> socket.socket:
        """The opposite end."""
        return self.server if side is self.client else self.client


class Proxy:
    """Listens on a port of the loopback interface in front of `target`."""

    def __init__(self, target: int, seed: int = 0) -> None:
        self.target = target
        self.random = random.Random(seed)
        self.mode, self.seconds = "pass", 0.0
        self.listener = socket.create_server((LOOPBACK, 0))
        self.listener.setblocking(False)
        self.port = int(self.listener.getsockname()[1])
        self._selector = selectors.DefaultSelector()
        self._pairs: list[Pair] = []
        self._due: list[tuple[float, int, socket.socket, bytes]] = []
        self._count = itertools.count()
        self._last: dict[socket.socket, float] = {}
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._selector.register(self.listener, selectors.EVENT_READ)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(10)
        self.reset()
        self.listener.close()
        self._selector.close()

    def set(self, mode: str, seconds: float = 0.0) -> None:
        """Misbehave so from now on. What fell into a hole is gone: TCP has acknowledged it."""
        if mode not in MODES:
            raise ValueError(f"{mode!r} is none of {', '.join(sorted(MODES))}")
        with self._lock:
            self.mode, self.seconds = mode, seconds

    def reset(self) -> int:
        """Break every connection; how many there were."""
        with self._lock:
            broken = list(self._pairs)
            for pair in broken:
                self._drop(pair, abort=True)
        return len(broken)

    def _serve(self) -> None:
        while not self._ending.is_set():
            for key, _ in self._selector.select(0.01):
                with self._lock:
                    if key.fileobj is self.listener:
                        self._accept()
                    elif key.data in self._pairs and isinstance(key.fileobj, socket.socket):
                        self._move(key.data, key.fileobj)
            with self._lock:
                self._deliver()

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError):
            client, _ = self.listener.accept()
            if self.mode == "refuse":
                client.close()
                return
            try:
                server = socket.create_connection((LOOPBACK, self.target), 5)
            except OSError:
                client.close()
                return
            pair = Pair(client, server)
            self._pairs.append(pair)
            for side in (client, server):
                side.settimeout(5)
                self._selector.register(side, selectors.EVENT_READ, pair)

    def _move(self, pair: Pair, side: socket.socket) -> None:
        try:
            data = side.recv(PIECE)
        except OSError:
            data = b""
        if not data:
            self._drop(pair)
        elif not self._swallows(pair, side):
            wait = self.seconds + self.random.uniform(0, self.seconds)
            # In order: nothing overtakes what was said before on the same connection.
            at = max(time.monotonic() + wait, self._last.get(side, 0.0))
            self._last[side] = at
            heapq.heappush(self._due, (at, next(self._count), pair.other(side), data))

    def _swallows(self, pair: Pair, side: socket.socket) -> bool:
        said_by = "deaf" if side is pair.server else "mute"
        return self.mode in {"hole", said_by}

    def _deliver(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            _, _, to, data = heapq.heappop(self._due)
            with contextlib.suppress(OSError):
                to.sendall(data)

    def _drop(self, pair: Pair, *, abort: bool = False) -> None:
        self._pairs.remove(pair)
        for side in (pair.client, pair.server):
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(side)
            self._last.pop(side, None)
            if abort:
                with contextlib.suppress(OSError):
                    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
            side.close()
