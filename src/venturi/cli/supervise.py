"""The process behind `airflow up`: starts services, and starts again, with back-off, what ended."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import NamedTuple

from venturi.cli.control import Service, running
from venturi.config.paths import home
from venturi.observe.lines import say

#: Seconds to wait before a service that ended is started again: at first, and at most.
FIRST, LONGEST = 1.0, 60.0
#: A service that lived so many seconds is forgiven its earlier ends.
FORGIVEN = 60.0
#: Seconds between two looks at services that somebody else started.
LOOK = 10.0


class Life(NamedTuple):
    """A started service."""

    process: "subprocess.Popen[bytes]"
    began: float


class Supervisor:
    """Looks after services until it is told to stop (SIGTERM, SIGINT). SIGHUP starts them anew."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = services
        self.lives: dict[str, Life] = {}
        #: when to start a service that does not run
        self.due: dict[str, float] = {service.name: 0.0 for service in services}
        self.ends: dict[str, int] = {}
        self.stopping = False
        self.anew = False

    def run(self) -> int:
        """Look after them; the exit code."""
        read_end, write_end = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._told)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        with selectors.DefaultSelector() as selector:
            selector.register(read_end, selectors.EVENT_READ)
            while not self.stopping:
                self._start_due()
                if selector.select(self._timeout()):
                    os.read(read_end, 4096)
                self._bury()
                if self.anew:
                    self.anew = False
                    self._end_all()
        self._end_all()
        return 0

    def _told(self, number: int, _frame: object) -> None:
        if number == signal.SIGHUP:
            self.anew = True
        else:
            self.stopping = True

    def _timeout(self) -> float | None:
        if not self.due:
            return None
        return max(0.05, min(self.due.values()) - time.monotonic())

    def _start_due(self) -> None:
        for service in self.services:
            at = self.due.get(service.name)
            if at is None or time.monotonic() < at:
                continue
            other = running(service.name)
            if other is not None:
                self.due[service.name] = time.monotonic() + LOOK
                continue
            del self.due[service.name]
            self.lives[service.name] = Life(start(service), time.monotonic())

    def _bury(self) -> None:
        """Note who has ended, and when to start it again."""
        for service in self.services:
            life = self.lives.get(service.name)
            if life is None or life.process.poll() is None:
                continue
            del self.lives[service.name]
            lived = time.monotonic() - life.began
            ends = 0 if lived > FORGIVEN else self.ends.get(service.name, 0)
            wait = min(LONGEST, FIRST * 2**ends)
            self.ends[service.name] = ends + 1
            self.due[service.name] = time.monotonic() + wait
            if not self.stopping:
                say(
                    f"The {service.name} has ended ({how(life.process.returncode)}) after "
                    f"{lived:.0f} s; it starts again in {wait:.0f} s. Its log: {service.log}"
                )

    def _end_all(self) -> None:
        """End the services, each in its time; the last one started first."""
        for started in self.lives.values():
            started.process.terminate()
        began = time.monotonic()
        for service in self.services:
            life = self.lives.get(service.name)
            if life is None:
                continue
            try:
                life.process.wait(max(0.1, began + service.patience - time.monotonic()))
            except subprocess.TimeoutExpired:
                say(f"The {service.name} has not ended within {service.patience:.0f} s: killed.")
                life.process.kill()
                life.process.wait()
            del self.lives[service.name]
            self.due[service.name] = 0.0


def start(service: Service) -> "subprocess.Popen[bytes]":
    """Start a service in the foreground of a session of its own."""
    say(f"Starting: airflow {' '.join(service.words)}")
    with service.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "venturi.cli", *service.words, "--pid", str(service.pid_file)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home(),
            start_new_session=True,
        )


def how(code: int) -> str:
    """How a process ended."""
    return f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}"
