"""The connection to this machine's runner: found, or started, and found again when it is lost."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from venturi.config.digest import installation_digest
from venturi.core.clock import Clock
from venturi.core.errors import VenturiError
from venturi.core.messages import (
    Ack,
    Cancel,
    Drain,
    Draining,
    FromRunner,
    Hello,
    Start,
    Stop,
    Welcome,
)
from venturi.core.wire import Message
from venturi.runner.wire import Wire, WireClosed
from venturi.scheduler.predecessors import Predecessor, Predecessors
from venturi.scheduler.remote import Remote

SOCKET = "runner.sock"
#: A runner that does not answer within this many seconds is not there.
PATIENCE = 20.0
#: A runner that has lived for so many seconds can live: its end is not held against the next.
STEADY = 30.0


class NoRunner(VenturiError):
    """The runner could not be started."""


class Link:
    """Talks to the runner. `on_hello` is called with its first word on every new connection."""

    def __init__(
        self,
        run_dir: Path,
        log_dir: Path,
        welcome: Callable[[], Welcome],
        clock: Clock,
    ) -> None:
        self.path = run_dir / SOCKET
        self.log_dir = log_dir
        self.welcome = welcome
        self.clock = clock
        self.wire: Wire[FromRunner] | None = None
        self.predecessors = Predecessors(run_dir, welcome, clock)
        #: workers on other machines, where `[core] executor` has any
        self.remote: Remote | None = None
        #: the runner has been told to drain: it gets nothing new
        self.is_parting = False
        self._process: subprocess.Popen[bytes] | None = None
        self._deadline = 0.0
        #: starts in vain, and when the next one may be tried
        self._spawns = 0
        self._spawn_at = 0.0

    def start(self) -> None:
        """Begin to reach the runner; `connect` goes on with it."""
        self._deadline = self.clock.monotonic() + PATIENCE
        if not self._reachable():
            self._spawn_again()

    def connect(self) -> bool:
        """One try to connect; True once connected. Raises `NoRunner` when patience is over."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self.path))
        except OSError as error:
            connection.close()
            if self._process is None or self._process.poll() is not None:
                self._spawn_again()
            if self.clock.monotonic() > self._deadline:
                raise NoRunner(
                    f"The runner does not answer at {self.path} ({error}); its own words are in "
                    f"{self.last_words()}"
                ) from error
            return False
        self.wire = Wire(connection, FromRunner, patient=False)
        return True

    def read(self) -> Iterable[FromRunner]:
        """What the runner has said; greets it when it introduces itself."""
        if self.wire is None:
            return
        for message in self.wire.read():
            if isinstance(message, Hello):
                self.send(self.welcome())
            yield message

    def send(self, message: Message) -> None:
        """Say something to the runner; lost words are said again after the next hello."""
        if isinstance(message, Ack | Cancel | Stop):
            self.predecessors.send(message)
        if self.remote is not None:
            if isinstance(message, Start) and self.remote.is_remote(message.attempt.executor):
                self.remote.start(message)
                return
            if isinstance(message, Ack | Cancel):
                self.remote.send(message)
        if self.wire is None:
            return
        with suppress(WireClosed):  # reading finds out, and reconnects
            self.wire.send(message)

    def is_stale(self, hello: Hello) -> bool:
        """Whether the runner works with what it would not be started with now.

        One that this link has started never is: it has the environment of this scheduler.
        """
        return hello.pid != self.child_pid and hello.digest != installation_digest()

    def ask_to_drain(self) -> None:
        """Have the runner finish what it has; it answers `Draining`."""
        self.is_parting = True
        self.send(Drain())

    def part(self, left: Draining) -> Predecessor | None:
        """The runner drains: go on hearing it, and start its successor."""
        wire, self.wire, self.is_parting = self.wire, None, False
        if wire is None:
            return None
        predecessor = self.predecessors.add(wire, left)
        self.start()
        return predecessor

    def cancel(self, ti_id: int, epoch: int, reason: str, grace: float = 60.0) -> None:
        """End an attempt that has been taken away."""
        self.send(Cancel(ti_id=ti_id, epoch=epoch, reason=reason, grace=grace))

    def close(self) -> None:
        """Leave; the runner goes on with what it has."""
        self.is_parting = False
        if self.wire is not None:
            self.wire.close()
            self.wire = None

    def wait(self, seconds: float) -> None:
        """Wait for a runner that this link has started to end."""
        if self._process is not None:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    @property
    def child_pid(self) -> int | None:
        """The runner's pid, when this link has started it."""
        return self._process.pid if self._process else None

    def _reachable(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(self.path))
            except OSError:
                return False
        return True

    def _log_file(self) -> Path:
        return self.log_dir / "runner.log"

    def last_words(self) -> str:
        """Where the runner's own words are, and the last of them."""
        try:
            with self._log_file().open("rb") as log:
                log.seek(max(0, self._log_file().stat().st_size - 2000))
                lines = log.read().decode(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        last = f": {lines[-1]}" if lines else ""
        return f"{self._log_file()}{last}"

    def _spawn_again(self) -> None:
        """Start a runner; one that ends at once (it met another one, or cannot live) ever later."""
        now = self.clock.monotonic()
        if now < self._spawn_at:
            return
        if now > self._spawn_at + STEADY:
            self._spawns = 0
        self._spawns += 1
        self._spawn_at = now + min(10.0, 0.1 * 2**self._spawns)
        self._spawn()

    def _spawn(self) -> None:
        self.log_dir.mkdir(parents=True, exist_ok=True)
        with self._log_file().open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "venturi.runner"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ.copy(),
            )
