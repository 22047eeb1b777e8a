"""The runner process: accepts attempts once, routes words, keeps what is not acknowledged.

One thread, one reactor. It outlives its scheduler: while nobody is connected, tasks go on and
results are journalled; the next scheduler connects to the same socket and is told everything.
"""

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from setproctitle import setproctitle

from venturi.core.clock import Clock, SystemClock
from venturi.core.failpoints import reach
from venturi.core.locks import take_lock
from venturi.core.messages import (
    Ack,
    Ask,
    AskTimetable,
    Call,
    Called,
    Cancel,
    Drain,
    Draining,
    Finished,
    Forget,
    FromScheduler,
    Hello,
    Load,
    Renewed,
    Reply,
    Start,
    Stop,
    Welcome,
)
from venturi.core.wire import Message
from venturi.runner.begun import BegunAttempts, lost_with_its_runner
from venturi.runner.consulting import Consulting
from venturi.runner.hosts import Hosts
from venturi.runner.journal import Journal
from venturi.runner.leasehold import Leasehold
from venturi.runner.reactor import READ, WRITE, Reactor, drain
from venturi.runner.wire import Wire, WireClosed
from venturi.runner.work import WorkKey, key_of_order, key_of_report
from venturi.runner.workshop import Workshop

SOCKET = "runner.sock"
LOCK = "runner.lock"
JOURNAL = "runner.journal"
BEGUN = "runner.begun"
#: A runner that nobody is connected to and that has nothing to do goes after this many seconds.
ALONE = 15.0
#: Seconds between two looks for hosts that nobody needs.
TIDY = 30.0
#: Seconds after which a runner that was told to stop leaves, whatever still runs.
LATEST = 75.0


class Runner:
    """The runner of one machine, for one AIRFLOW_HOME."""

    def __init__(
        self,
        run_dir: Path,
        log_dir: Path,
        plugins: str = "",
        hostname: str | None = None,
        clock: Clock | None = None,
        digest: str = "",
        lock: int | None = None,
        tells_logs: bool = False,
    ) -> None:
        self.run_dir = run_dir
        self.digest, self.lock = digest, lock
        self.socket_path = run_dir / SOCKET
        #: a successor takes the new work
        self.draining = False
        self.clock = clock or SystemClock()
        self.hostname = hostname or socket.gethostname()
        self.runner_id = f"{self.hostname}-{os.getpid()}-{self.clock.now():%Y%m%dT%H%M%S.%f}"
        self.journal = Journal(run_dir / JOURNAL)
        self.begun = BegunAttempts(run_dir / BEGUN)
        #: reports that are not acknowledged, in the order they came
        self.unacknowledged: dict[WorkKey, Finished | Called] = {
            key_of_report(entry): entry for entry in self._inherited()
        }
        self.scheduler: Wire[FromScheduler] | None = None
        self.asked: dict[int, tuple[Callable[[Reply], None], Ask]] = {}
        self.ask_count = 0
        self.reactor = Reactor(self.clock)
        self.workshop = Workshop(
            self.reactor,
            log_dir,
            self.hostname,
            tell=self._tell,
            ask=self._ask,
            report=self._report,
            tells_logs=tells_logs,
            beginning=self.begun.add,
        )
        self.leasehold = Leasehold(
            self.reactor, tell=self._tell, running=self.workshop.running, end=self.workshop.end_all
        )
        self.hosts = Hosts(
            self.reactor,
            plugins,
            tell=self._tell,
            ask=lambda ask, answer: self._ask(ask, answer, None),
            exited=self.workshop.exited,
            died=self._host_died,
        )
        self.consulting = Consulting(self.reactor, log_dir, tell=self._tell, ask=self._ask)
        self.consulting.hosts = self.workshop.hosts = self.hosts
        self.alone_since = self.clock.monotonic()
        self.stopped_at: float | None = None

    # --- life ----------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until told to stop, or until there is nobody and nothing left to serve."""
        listener = self._listen()
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self.reactor.watch(listener, lambda _: self._accept(listener))
        self.reactor.watch(wake_read, lambda _: drain(wake_read))
        self.reactor.every(TIDY, self.hosts.tidy)
        self.reactor.every(1.0, self.hosts.pass_by_the_silent)
        self.leasehold.begin()
        try:
            while not self._is_done():
                self.reactor.turn()
                self.hosts.dispatch_loads()
        finally:
            if self.leasehold.lease:  # nobody may be there to take it for long
                for entry in self.unacknowledged.values():
                    self._keep(entry)
            if self.workshop.is_quiet and not self.unacknowledged:
                self.begun.clear()  # the last process may have left after the last acknowledgement
            listener.close()
            self.socket_path.unlink(missing_ok=True)

    def _inherited(self) -> list[Finished | Called]:
        """What is in the journal, and in those of drained runners that did not live to tell it."""
        for path in self.run_dir.glob("[0-9]*.journal"):
            if not path.with_suffix(".sock").exists():
                for entry in Journal(path).read():
                    self.journal.append(entry)
                path.unlink(missing_ok=True)
        entries = self.journal.read()
        known = {key_of_report(entry) for entry in entries}
        left = [self.begun, *map(BegunAttempts, self.run_dir.glob("[0-9]*.begun"))]
        for begun in left:
            if begun.path.with_suffix(".sock").exists() and begun is not self.begun:
                continue  # a runner that drains, and lives
            for key in begun.left():
                if ("attempt", *key) not in known:
                    entries.append(lost_with_its_runner(key, self.hostname, self.clock.now()))
                    self._keep(entries[-1])
            begun.clear()
        return entries

    def _is_done(self) -> bool:
        if self.stopped_at is not None:
            late = self.clock.monotonic() > self.stopped_at + LATEST
            return self.workshop.is_quiet or late
        if self.draining:
            return self.workshop.is_quiet and not self.unacknowledged
        alone = self.scheduler is None and self.clock.monotonic() - self.alone_since > ALONE
        return alone and self.workshop.is_quiet

    def _on_signal(self, number: int, _frame: Any) -> None:
        self.stop(f"the runner was stopped by {signal.Signals(number).name}")

    def stop(self, reason: str, grace: float = 60.0) -> None:
        """Take no more work, end what runs, then leave."""
        if self.stopped_at is None:
            self.stopped_at = self.clock.monotonic()
            self.workshop.close(reason, grace)

    def _host_died(self, host: Any) -> None:
        self.workshop.host_died(host)
        if host is self.hosts.base:
            self.stop("the runner's base process died")

    def _listen(self) -> socket.socket:
        path = self.run_dir / SOCKET
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        os.chmod(path, 0o600)
        listener.listen(4)
        listener.setblocking(False)
        return listener

    # --- the scheduler -------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        """Somebody connects: introduce ourselves. It is our scheduler once it has greeted us."""
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        wire: Wire[FromScheduler] = Wire(connection, FromScheduler, patient=False)
        self.reactor.watch(wire, lambda events: self._hear(wire, events))
        accepted = self._attempts()
        self.leasehold.introduce()
        try:
            wire.send(
                Hello(
                    runner_id=self.runner_id,
                    hostname=self.hostname,
                    pid=os.getpid(),
                    accepted=accepted,
                    digest=self.digest,
                )
            )
        except WireClosed:
            self._drop(wire)

    def _is_known(self, key: WorkKey) -> bool:
        return key in self.workshop.work or key in self.unacknowledged

    def _known(self) -> set[WorkKey]:
        return set(self.workshop.work) | set(self.unacknowledged)

    def _attempts(self) -> tuple[tuple[int, int], ...]:
        return tuple((key[1], key[2]) for key in self._known() if key[0] == "attempt")

    def _hear(self, wire: Wire[FromScheduler], events: int) -> None:
        try:
            if events & WRITE and wire.flush():
                self.reactor.watch(wire, lambda events: self._hear(wire, events))
            if events & READ:
                for message in wire.read():
                    if isinstance(message, Welcome):
                        self._greet(wire, message)
                    elif wire is self.scheduler:
                        self._obey(message)
        except WireClosed:
            self._drop(wire)

    def _drop(self, wire: Wire[FromScheduler]) -> None:
        """A connection has ended."""
        if wire is self.scheduler:
            self._lose_scheduler()
        else:
            self.reactor.forget(wire)
            wire.close()

    def _lose_scheduler(self) -> None:
        wire, self.scheduler = self.scheduler, None
        if wire is None:
            return
        self.reactor.forget(wire)
        wire.close()
        self.alone_since = self.clock.monotonic()
        self.reactor.after(ALONE + 1, lambda: None)  # look then whether to leave
        # From here on nobody but the disk can take what ends.
        for entry in self.unacknowledged.values():
            self._keep(entry)

    def _tell(self, message: Message) -> None:
        """Say something to the scheduler, if one is there; it asks for the rest when it comes."""
        wire = self.scheduler
        if wire is None:
            return
        try:
            wire.send(message)
        except WireClosed:
            self._lose_scheduler()
            return
        if wire.wants_to_write:
            self.reactor.watch(wire, lambda events: self._hear(wire, events), READ | WRITE)

    def _obey(self, message: FromScheduler) -> None:
        match message:
            case Load() | Start() | Call() | AskTimetable():
                if not self.draining:  # else the successor is told
                    self._take_on(message)
            case Cancel():
                self.workshop.cancel(message)
            case Ack():
                reach("runner.acknowledged")
                for ti_id, epoch in message.keys:
                    self._forget(("attempt", ti_id, epoch))
                for call_id in message.calls:
                    self._forget(("call", call_id, 0))
            case Reply():
                found = self.asked.pop(message.ask_id, None)
                if found is not None:
                    found[0](message)
            case Forget():
                self.hosts.forget(message.file)
            case Renewed():
                self.leasehold.renew(message.number)
            case Drain():
                self._drain()
            case Stop():
                grace = 0.0 if message.at_once else max(5.0, message.drain)
                self.stop(message.reason or "Venturi was stopped", grace=grace)

    def _take_on(self, order: Load | Start | Call | AskTimetable) -> None:
        match order:
            case Load():
                self.hosts.load(order)
            case AskTimetable():
                if self.stopped_at is None:
                    self.consulting.accept(order)
            case Start() | Call():
                if not self._is_known(key_of_order(order)):
                    self.workshop.accept(order)  # once; a second order is an echo
                    reach("runner.accepted")

    def _greet(self, wire: Wire[FromScheduler], welcome: Welcome) -> None:
        """A scheduler: tell it what nobody has taken, ask it what nobody has answered.

        One with a newer term takes the place of the older; one of an old term is not listened to.
        """
        if welcome.term < self.hosts.rules.term:
            self._drop(wire)
            return
        if self.scheduler is not None and self.scheduler is not wire:
            self._lose_scheduler()
        self.scheduler = wire
        self.hosts.rules = welcome
        self.workshop.log_bytes_max = welcome.log_bytes_max
        self.leasehold.greet(welcome.lease)
        reach("runner.greeted")
        for entry in list(self.unacknowledged.values()):
            self._tell(entry)
        for started in self.workshop.begun():
            self._tell(started)
        for _, ask in list(self.asked.values()):
            self._tell(ask)
        if self.draining:
            self._tell_what_is_left()

    def _drain(self) -> None:
        """Go on under a name of our own, so that a successor finds socket, journal and lock free.

        The listening socket moves with its file: a later scheduler finds this runner there.
        """
        if not self.draining:
            self.draining = True
            setproctitle("airflow runner draining")
            own = self.run_dir / f"{os.getpid()}.sock"
            with suppress(OSError):
                self.journal.path.rename(own.with_suffix(".journal"))
            self.begun.move(own.with_suffix(".begun"))
            self.journal = Journal(own.with_suffix(".journal"))
            self.socket_path = self.socket_path.rename(own)
            if self.lock is not None:
                os.close(self.lock)
                self.lock = None
            self.hosts.let_idle_go()
        self._tell_what_is_left()

    def _tell_what_is_left(self) -> None:
        known = self._known()
        self._tell(
            Draining(
                attempts=tuple((key[1], key[2]) for key in known if key[0] == "attempt"),
                calls=tuple(key[1] for key in known if key[0] == "call"),
            )
        )

    def _report(self, report: Finished | Called) -> None:
        reach("runner.reporting")
        self.unacknowledged[key_of_report(report)] = report
        if self.scheduler is None:
            self._keep(report)
        else:
            self._tell(report)
        reach("runner.reported")

    def _keep(self, report: Finished | Called) -> None:
        """Write a report down. Where the disk is full it is kept in memory only: tasks go on."""
        try:
            self.journal.append(report)
        except OSError as error:
            sys.stderr.write(f"{self.journal.path} cannot be written ({error.strerror}).\n")

    def _forget(self, key: WorkKey) -> None:
        self.unacknowledged.pop(key, None)
        self.workshop.forget(key)
        if not self.unacknowledged:
            self.journal.clear()
        self.begun.tidy(len(self.workshop.work) + len(self.unacknowledged), self._attempts)

    def _ask(self, question: Ask, answer: Callable[[Reply], None], order: Start | None) -> None:
        """Pass a question on, under a number of our own."""
        self.ask_count += 1
        theirs = question.ask_id

        def pass_on(reply: Reply) -> None:
            with suppress(WireClosed, OSError):  # whoever asked may have gone
                answer(msgspec.structs.replace(reply, ask_id=theirs))

        ask = Ask(
            ask_id=self.ask_count,
            request=question.request,
            ti_id=order.attempt.ti_id if order else None,
            epoch=order.attempt.epoch if order else None,
        )
        self.asked[self.ask_count] = (pass_on, ask)
        self._tell(ask)


def main() -> int:
    """`python -m venturi.runner`: the runner of the configured home.

    `python -m venturi.runner FOLDER LOGS`: a worker's, with a run folder and a log folder of its
    own, which tells when its logs grow.
    """
    from venturi.config import get_config
    from venturi.config.digest import installation_digest
    from venturi.config.paths import private_dir, run_dir
    from venturi.runner.preload import preload

    setproctitle("airflow runner")
    own = [Path(argument) for argument in sys.argv[1:3]]
    folder = private_dir(own[0] if own else run_dir())
    lock = take_lock(folder / LOCK)
    if lock is None:
        return 0  # somebody was faster: the scheduler talks to them
    os.umask(0o027)
    conf = get_config()
    digest = installation_digest()
    preload()
    runner = Runner(
        folder,
        own[1] if own else Path(conf.get_mandatory_value("logging", "base_log_folder")),
        plugins=conf.get("core", "plugins_folder", fallback="") or "",
        digest=digest,
        lock=lock,
        tells_logs=bool(own),
    )
    runner.run()
    return 0
