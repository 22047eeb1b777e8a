"""A worker's runner, seen from its bridge: started, connected to, lost and found again."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from venturi.core.messages import Beat, FromRunner, Hello, Stop, Welcome
from venturi.core.wire import Message
from venturi.runner.reactor import READ, WRITE, Reactor
from venturi.runner.wire import Wire, WireClosed

SOCKET = "runner.sock"
#: Seconds without a beat after which a runner counts as stuck, in parts of its lease.
STUCK = 0.8
#: Seconds between two tries to connect.
RETRY = 0.05


class RunnerLink:
    """Passes words; `heard(None)` says that the runner has gone."""

    def __init__(
        self,
        folder: Path,
        spool: Path,
        reactor: Reactor,
        heard: Callable[[FromRunner | None], None],
    ) -> None:
        self.folder, self.spool, self.reactor, self.heard = folder, spool, reactor, heard
        self.wire: Wire[FromRunner] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted = self._stopping = False
        self._tries = 0
        self._pid = 0
        self._lease = 0.0
        self._beat_at = 0.0

    @property
    def is_connected(self) -> bool:
        """Whether it can be told something."""
        return self.wire is not None

    def prepare(self) -> None:
        """Start it: when it is needed it is there."""
        if not self._connected_socket():
            self._spawn()

    def connect_soon(self) -> None:
        """Connect, as soon as it answers."""
        if not self._wanted and self.wire is None:
            self._wanted = True
            self._tries = 0
            self._connect()

    def _connect(self) -> None:
        if not self._wanted or self.wire is not None:
            return
        connection = self._connected_socket()
        if connection is None:
            if self._process is None or self._process.poll() is not None:
                self._spawn()
            self._tries += 1
            self.reactor.after(min(2.0, RETRY * self._tries), self._connect)
            return
        self._wanted = False
        self.wire = Wire(connection, FromRunner, patient=False)
        self._beat_at = self.reactor.clock.monotonic()
        wire = self.wire
        self.reactor.watch(wire, lambda events: self._hear(wire, events))

    def _connected_socket(self) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self.folder / SOCKET))
        except OSError:
            connection.close()
            return None
        return connection

    def _hear(self, wire: Wire[FromRunner], events: int) -> None:
        try:
            if events & WRITE and wire.flush():
                self.reactor.watch(wire, lambda events: self._hear(wire, events))
            if events & READ:
                for message in wire.read():
                    if isinstance(message, Hello):
                        self._pid = message.pid
                    elif isinstance(message, Beat):
                        self._beat_at = self.reactor.clock.monotonic()
                    self.heard(message)
        except WireClosed:
            if wire is self.wire:
                self.disconnect()
                self.heard(None)

    def send(self, message: Message) -> None:
        """Say something; a runner that is not there is told everything when it is."""
        wire = self.wire
        if wire is None:
            return
        if isinstance(message, Welcome):
            self._lease = message.lease
        with suppress(WireClosed):  # reading finds out
            wire.send(message)
            if wire.wants_to_write:
                self.reactor.watch(wire, lambda events: self._hear(wire, events), READ | WRITE)

    def stop(self, reason: str) -> None:
        """Have it end what is left, and go."""
        if not self._stopping:
            self._stopping = True
            self.send(Stop(reason=reason, at_once=True))

    def disconnect(self) -> None:
        """Leave it alone: it goes on with what it has."""
        self._wanted = False
        if self.wire is not None:
            self.reactor.forget(self.wire)
            self.wire.close()
            self.wire = None

    def tend(self) -> None:
        """End a runner that is stuck, before its lease is over: its tasks die with it (R5)."""
        if self.wire is None or not self._lease or not self._pid:
            return
        if self.reactor.clock.monotonic() - self._beat_at > self._lease * STUCK:
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)

    def _spawn(self) -> None:
        self.spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "runner.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "venturi.runner", str(self.folder), str(self.spool)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ.copy(),
            )
