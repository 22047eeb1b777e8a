"""Runners of an earlier configuration that finish what they have.

They keep their attempts, are told nothing new, and are heard until they leave. No attempt of theirs
is given to the successor: at most one is alive.
"""

import os
import select
import signal
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from venturi.core.clock import Clock
from venturi.core.messages import Draining, FromRunner, Welcome
from venturi.core.wire import Message
from venturi.runner.wire import Wire, WireClosed

#: A draining runner that does not answer within this many seconds is ended.
PATIENCE = 10.0


class Predecessor:
    """One draining runner, and what it still answers for."""

    def __init__(self, wire: Wire[FromRunner], left: Draining) -> None:
        self.wire = wire
        self.attempts = frozenset(left.attempts)
        self.calls = frozenset(left.calls)
        #: what it has said and nobody has heard yet
        self.said: list[FromRunner] = []


class Predecessors:
    """All draining runners of this home."""

    def __init__(
        self,
        run_dir: Path,
        welcome: Callable[[], Welcome],
        clock: Clock,
        patience: float = PATIENCE,
    ) -> None:
        self.run_dir, self.welcome, self.clock = run_dir, welcome, clock
        self.patience = patience
        self.here: list[Predecessor] = []

    def answer_for(self, ti_id: int, epoch: int) -> bool:
        """Whether one of them has this attempt."""
        return any((ti_id, epoch) in each.attempts for each in self.here)

    def answer_for_call(self, call_id: int) -> bool:
        """Whether one of them has this call of callbacks."""
        return any(call_id in each.calls for each in self.here)

    def add(self, wire: Wire[FromRunner], left: Draining) -> Predecessor:
        """A runner has begun to drain."""
        self.here.append(Predecessor(wire, left))
        return self.here[-1]

    def find(self) -> Iterator[Predecessor]:
        """Connect to those that an earlier scheduler has left behind."""
        for path in sorted(self.run_dir.glob("[0-9]*.sock")):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(path))
            except OSError:  # it has gone without a word
                connection.close()
                path.unlink(missing_ok=True)
                continue
            found = self._greet(connection)
            if found is None:
                _end(connection)
                connection.close()
                path.unlink(missing_ok=True)
            else:
                self.here.append(found)
                yield found

    def _greet(self, connection: socket.socket) -> Predecessor | None:
        wire: Wire[FromRunner] = Wire(connection, FromRunner, patient=False)
        deadline = self.clock.monotonic() + self.patience
        said: list[FromRunner] = []
        left: Draining | None = None
        try:
            wire.send(self.welcome())
            while left is None and (rest := deadline - self.clock.monotonic()) > 0:
                select.select((wire,), (), (), rest)
                for message in wire.read():
                    if isinstance(message, Draining):
                        left = message
                    else:
                        said.append(message)
        except WireClosed:
            return None
        if left is None:
            return None
        found = Predecessor(wire, left)
        found.said = said
        return found

    def send(self, message: Message) -> None:
        """Say something to all of them; who is not concerned does not mind."""
        for each in self.here:
            with suppress(WireClosed):
                each.wire.send(message)

    def drop(self, gone: Predecessor) -> None:
        """One has left."""
        self.here.remove(gone)
        gone.wire.close()

    def close(self) -> None:
        """Leave them to the next scheduler."""
        for each in self.here:
            each.wire.close()
        self.here.clear()


def _end(connection: socket.socket) -> None:
    """Kill whoever listens there: what it runs may not live beside a new attempt."""
    with suppress(OSError):
        packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        os.kill(struct.unpack("3i", packed)[0], signal.SIGKILL)
