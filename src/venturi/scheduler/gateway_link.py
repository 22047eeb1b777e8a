"""The connection to the gateway, a process of the scheduler's own that speaks to the broker."""

import os
import selectors
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from venturi.core.clock import Clock
from venturi.core.wire import Message
from venturi.core.worker_messages import FromGateway
from venturi.runner.wire import Wire, WireClosed, pair

MODULE = "venturi.executors.celery.gateway"


class GatewayLink:
    """Starts the gateway, again and again if need be, and passes words."""

    def __init__(self, log_dir: Path, clock: Clock) -> None:
        self.log = log_dir / "gateway.log"
        self.clock = clock
        self.wire: Wire[FromGateway] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._tries = 0
        self._next_at = 0.0
        self._writes = 0

    def open(self) -> bool:
        """Start a gateway unless there is one; whether this call did."""
        now = self.clock.monotonic()
        if self.wire is not None or now < self._next_at:
            return False
        self._tries += 1
        self._next_at = now + min(10.0, 0.2 * 2**self._tries)
        ours, theirs = pair()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log, theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
                env=os.environ.copy(),
            )
        self.wire = Wire(ours, FromGateway, patient=False)
        self._writes = 0
        return True

    def read(self) -> Iterable[FromGateway]:
        """What the gateway has said. Raises `WireClosed` when it has gone."""
        if self.wire is not None:
            for message in self.wire.read():
                self._tries = 0
                yield message

    def send(self, message: Message) -> None:
        """Say something; a gateway that has gone is told nothing, and its successor all."""
        if self.wire is not None:
            with suppress(WireClosed):
                self.wire.send(message)

    def watch(self, selector: selectors.BaseSelector, hear: Callable[[], None]) -> None:
        """Wake up also when the gateway takes what could not be sent at once."""
        if self.wire is None:
            return
        writes = selectors.EVENT_WRITE if self.wire.wants_to_write else 0
        if writes != self._writes:
            self._writes = writes
            selector.modify(self.wire, selectors.EVENT_READ | writes, hear)

    def last_words(self) -> str:
        """The last line that the gateway has written."""
        try:
            lines = self.log.read_text(errors="replace").strip().splitlines()
        except OSError:
            lines = []
        return f"{self.log}: {lines[-1]}" if lines else str(self.log)

    def drop(self) -> None:
        """It has gone."""
        if self.wire is not None:
            self.wire.close()
            self.wire = None
        self._next_at = self.clock.monotonic() + min(10.0, 0.2 * 2**self._tries)
        if self._process is not None:
            self._process.poll()

    def close(self, seconds: float = 5.0) -> None:
        """End it; what workers have said and it has not passed on, they say again."""
        self.drop()
        if self._process is not None:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
