"""The runner process: accepts attempts once, routes words, keeps what is not acknowledged.

One thread, one selector. It outlives its scheduler: while nobody is connected, tasks go on and
results are journalled; the next scheduler connects to the same socket and is told everything.
"""

import fcntl
import os
import selectors
import signal
import socket
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

from setproctitle import setproctitle

from venturi.core.clock import Clock, SystemClock
from venturi.core.messages import (
    Ack,
    Ask,
    Beat,
    Begun,
    Born,
    Call,
    Called,
    CalledBack,
    Cancel,
    Done,
    Exited,
    FileRef,
    Finished,
    Forget,
    FromHost,
    FromScheduler,
    FromTask,
    Hello,
    Load,
    Loaded,
    Mask,
    Reply,
    Result,
    Signal,
    Spare,
    Start,
    Started,
    Stop,
    Usage,
    Welcome,
)
from venturi.core.states import TaskState
from venturi.runner.endings_words import killed_words
from venturi.runner.forking import fork_child
from venturi.runner.host import Host
from venturi.runner.hosts import Child, HostRow, child_wire, open_host
from venturi.runner.journal import Journal
from venturi.runner.logfiles import LogFile
from venturi.runner.wire import Wire, WireClosed, pair
from venturi.runner.work import Stage, Work

SOCKET = "runner.sock"
LOCK = "runner.lock"
JOURNAL = "runner.journal"
#: A runner that nobody is connected to and that has nothing to do goes after this many seconds.
ALONE = 15.0
#: Beats tell the scheduler that the runner makes progress.
BEAT = 5.0
#: Log pipes are read in pieces of this size; the pipe itself holds 64 KiB.
PIECE = 1 << 16


class Runner:
    """The runner of one machine, for one AIRFLOW_HOME."""

    def __init__(
        self,
        run_dir: Path,
        log_dir: Path,
        plugins: str = "",
        hostname: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.run_dir, self.log_dir, self.plugins = run_dir, log_dir, plugins
        self.clock = clock or SystemClock()
        self.hostname = hostname or socket.gethostname()
        self.runner_id = f"{self.hostname}-{os.getpid()}-{self.clock.now():%Y%m%dT%H%M%S.%f}"
        self.selector = selectors.DefaultSelector()
        self.journal = Journal(run_dir / JOURNAL)
        self.rules = Welcome(term=0, scheduler="", capacity=0)
        self.scheduler: Wire[FromScheduler] | None = None
        self.greeted = False
        self.hosts: dict[FileRef, HostRow] = {}
        #: hosts that finish what they have and take nothing new
        self.leaving: dict[int, HostRow] = {}
        self.host_count = 0
        self.loads: deque[Load] = deque()
        self.loading = 0
        self.work: dict[tuple[str, int, int], Work] = {}
        self.by_pid: dict[int, Work] = {}
        #: results that are not acknowledged, in the order they came
        self.unacknowledged: dict[tuple[str, int, int], Finished | Called] = {}
        self.asked: dict[int, tuple[Callable[[Reply], None], Ask]] = {}
        self.ask_count = 0
        self.timers: list[tuple[float, int, Callable[[], None]]] = []
        self.timer_count = 0
        self.alone_since = self.clock.monotonic()
        self.stopping = False
        self.stopped_at: float | None = None

    # --- life ------------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until told to stop, or until there is nobody and nothing left to serve."""
        self._start_base()
        for entry in self.journal.read():
            self.unacknowledged[_key_of(entry)] = entry
        listener = self._listen()
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.selector.register(listener, selectors.EVENT_READ, lambda _: self._accept(listener))
        self.selector.register(
            wake_read, selectors.EVENT_READ, lambda _: _drain_descriptor(wake_read)
        )
        self._watch_host(self.base)
        self._every(BEAT, self._beat)
        try:
            while not self._is_done():
                self._turn()
        finally:
            listener.close()
            (self.run_dir / SOCKET).unlink(missing_ok=True)

    def _turn(self) -> None:
        """Wait for something to happen, and deal with all of it."""
        now = self.clock.monotonic()
        timeout = max(0.0, self.timers[0][0] - now) if self.timers else None
        for key, events in self.selector.select(timeout):
            if key.fileobj in self.selector.get_map():
                key.data(events)
        now = self.clock.monotonic()
        while self.timers and self.timers[0][0] <= now:
            heappop(self.timers)[2]()
        self._dispatch_loads()

    def _is_done(self) -> bool:
        running = any(work.stage is not Stage.ENDED for work in self.work.values())
        if self.stopping:
            late = self.stopped_at is not None and self.clock.monotonic() > self.stopped_at + 75
            return not running or late
        alone = self.scheduler is None and self.clock.monotonic() - self.alone_since > ALONE
        return alone and not running

    def _on_signal(self, number: int, _frame: Any) -> None:
        self.stop(f"the runner was stopped by {signal.Signals(number).name}")

    def stop(self, reason: str, grace: float = 60.0) -> None:
        """Take no more work, end what runs, then leave."""
        if self.stopping:
            return
        self.stopping, self.stopped_at = True, self.clock.monotonic()
        for work in list(self.work.values()):
            if work.stage is Stage.ENDED:
                continue
            if work.child is None:
                self._end(work, self._lost(work, reason))
            else:
                work.kill_reason = reason
                self._kill(work, grace)

    def _start_base(self) -> None:
        ours, theirs = pair()

        def become_base() -> None:
            setproctitle("airflow host base")
            Host(theirs, self.plugins, self.clock).serve()

        pid = fork_child(become_base, keep=(theirs.fileno(),))
        theirs.close()
        self.base = HostRow(0, Wire(ours, FromHost), None)
        self.base.pid = pid
        self.base.keep = False

    def _listen(self) -> socket.socket:
        path = self.run_dir / SOCKET
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        os.chmod(path, 0o600)
        listener.listen(4)
        listener.setblocking(False)
        return listener

    def _after(self, seconds: float, action: Callable[[], None]) -> None:
        self.timer_count += 1
        heappush(self.timers, (self.clock.monotonic() + seconds, self.timer_count, action))

    def _every(self, seconds: float, action: Callable[[], None]) -> None:
        def again() -> None:
            action()
            self._after(seconds, again)

        self._after(seconds, again)

    # --- the scheduler -----------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        wire: Wire[FromScheduler] = Wire(connection, FromScheduler, patient=False)
        wire.send(
            Hello(
                runner_id=self.runner_id,
                hostname=self.hostname,
                pid=os.getpid(),
                accepted=tuple((key[1], key[2]) for key in self._known() if key[0] == "attempt"),
            )
        )
        self.selector.register(wire, _READ, lambda events: self._hear(wire, events))
        if self.scheduler is not None:
            self._lose_scheduler()  # a newer scheduler takes the place of the older
        self.scheduler, self.greeted = wire, False

    def _known(self) -> set[tuple[str, int, int]]:
        return set(self.work) | set(self.unacknowledged)

    def _hear(self, wire: Wire[FromScheduler], events: int) -> None:
        if wire is not self.scheduler:
            return
        try:
            if events & selectors.EVENT_WRITE and wire.flush():
                self.selector.modify(wire, _READ, lambda events: self._hear(wire, events))
            for message in wire.read() if events & _READ else ():
                self._obey(message)
        except WireClosed:
            self._lose_scheduler()

    def _lose_scheduler(self) -> None:
        wire, self.scheduler, self.greeted = self.scheduler, None, False
        if wire is None:
            return
        self.selector.unregister(wire)
        wire.close()
        self.alone_since = self.clock.monotonic()
        # From here on nobody but the disk can take what ends.
        for entry in self.unacknowledged.values():
            self.journal.append(entry)
        self._after(ALONE + 1, lambda: None)

    def _tell(self, message: Any) -> None:
        """Say something to the scheduler, if one is there."""
        wire = self.scheduler
        if wire is None or not self.greeted:
            return
        try:
            wire.send(message)
        except WireClosed:
            self._lose_scheduler()
            return
        if wire.wants_to_write:
            self.selector.modify(
                wire, _READ | selectors.EVENT_WRITE, lambda events: self._hear(wire, events)
            )

    def _obey(self, message: FromScheduler) -> None:
        match message:
            case Welcome():
                self.rules, self.greeted = message, True
                self.journal.clear()
                for entry in list(self.unacknowledged.values()):
                    self._tell(entry)
                for _, ask in self.asked.values():
                    self._tell(ask)
            case Load():
                self.loads.append(message)
            case Start() | Call():
                self._accept_work(message)
            case Cancel():
                self._cancel(message)
            case Ack():
                for ti_id, epoch in message.keys:
                    self._forget(("attempt", ti_id, epoch))
                for call_id in message.calls:
                    self._forget(("call", call_id, 0))
            case Reply():
                found = self.asked.pop(message.ask_id, None)
                if found is not None:
                    found[0](message)
            case Forget():
                host = self.hosts.pop(message.file, None)
                if host is not None:
                    self._retire(host)
            case Stop():
                self.stop("Venturi was stopped", grace=max(5.0, message.drain))

    def _forget(self, key: tuple[str, int, int]) -> None:
        self.unacknowledged.pop(key, None)
        work = self.work.get(key)
        if work is not None and work.stage is Stage.ENDED and work.child is None:
            del self.work[key]

    def _beat(self) -> None:
        running = tuple(
            (key[1], key[2])
            for key, work in self.work.items()
            if key[0] == "attempt" and work.stage is not Stage.ENDED
        )
        self._tell(Beat(running=running))

    # --- hosts -------------------------------------------------------------------------------

    def _watch_host(self, host: HostRow) -> None:
        self.selector.register(host.wire, _READ, lambda _: self._hear_host(host))

    def _hear_host(self, host: HostRow) -> None:
        try:
            for message in host.wire.read(with_descriptors=True):
                self._from_host(host, message)
        except (WireClosed, OSError):
            self._lose_host(host)

    def _from_host(self, host: HostRow, message: FromHost) -> None:
        match message:
            case Spare():
                channel, log = host.wire.descriptors[:2]
                del host.wire.descriptors[:2]
                os.set_blocking(log, False)
                child = Child(message.pid, child_wire(channel), log)
                if host.retiring:
                    child.wire.close()
                    os.close(log)
                else:
                    host.give(child)
            case Born():
                born = self._host_numbered(message.host)
                if born is not None:
                    born.pid = message.pid
            case Exited():
                self._exited(host, message)
            case Loaded():
                self._loaded(host, message)
            case Ask():
                self._route_ask(message, host.wire.send, None)

    def _host_numbered(self, number: int) -> HostRow | None:
        for host in (*self.hosts.values(), *self.leaving.values()):
            if host.number == number:
                return host
        return None

    def _host_of(self, file: FileRef) -> HostRow:
        """The host of a file in this condition; forked and told to load when there is none."""
        host = self.hosts.get(file)
        if host is None:
            self._make_room()
            host = self._open(file)
            self._load_into(
                host,
                Load(
                    file=file,
                    timeout=self.rules.import_timeout,
                    memory=self.rules.import_memory,
                ),
            )
        host.last_used = self.clock.monotonic()
        return host

    def _open(self, file: FileRef) -> HostRow:
        self.host_count += 1
        host = open_host(self.base.wire, self.host_count, file)
        self.hosts[file] = host
        self._watch_host(host)
        return host

    def _load_into(self, host: HostRow, load: Load) -> None:
        host.loading = load
        host.keep = load.keep
        self.loading += 1
        host.wire.send(load)
        # The import's own alarm comes first and knows the line; this one is for imports that
        # block signals.
        self._after(load.timeout + 2.0, lambda: self._load_is_late(host, load))

    def _load_is_late(self, host: HostRow, load: Load) -> None:
        if host.loading is load and host.pid is not None:
            os.kill(host.pid, signal.SIGKILL)
            self._loaded(
                host,
                Loaded(
                    file=load.file,
                    error=f"Importing {load.file.path} took longer than {load.timeout:g} s "
                    "and could not be interrupted.",
                    seconds=load.timeout,
                ),
            )

    def _dispatch_loads(self) -> None:
        while self.loads and self.loading < self.rules.loads_at_once:
            load = self.loads.popleft()
            known = self.hosts.get(load.file)
            if known is not None and known.loaded is not None:
                self._tell(known.loaded)
                continue
            if known is None:
                self._make_room()
                known = self._open(load.file)
                self._load_into(known, load)

    def _loaded(self, host: HostRow, message: Loaded) -> None:
        if host.loading is None:
            return
        keep, host.loading, host.loaded = host.loading.keep, None, message
        self.loading -= 1
        self._tell(message)
        if message.error is None and not message.open_because:
            for older in [f for f in self.hosts if f.path == message.file.path]:
                if older != message.file and self.hosts[older].is_idle:
                    self._retire(self.hosts.pop(older))
            if keep or host.takers:
                host.adjust()
                return
        self._refuse_takers(host, message)
        self._retire(host)

    def _refuse_takers(self, host: HostRow, message: Loaded) -> None:
        """Nobody is forked from this host: its work imports afresh or hears why it cannot."""
        while host.takers:
            host.takers.popleft()(None, message.error or "")

    def _retire(self, host: HostRow) -> None:
        if host.file is not None and self.hosts.get(host.file) is host:
            del self.hosts[host.file]
        self.leaving[host.number] = host
        try:
            host.retire()
        except WireClosed:
            self._lose_host(host)

    def _make_room(self) -> None:
        """Retire the hosts that have been idle longest until one more may be opened."""
        while len(self.hosts) >= max(1, self.rules.hosts_max):
            idle = [host for host in self.hosts.values() if host.is_idle]
            if not idle:
                return
            self._retire(min(idle, key=lambda host: host.last_used))

    def _lose_host(self, host: HostRow) -> None:
        """A host has gone: by itself when retired, else with all its children."""
        self.leaving.pop(host.number, None)
        if host.file is not None and self.hosts.get(host.file) is host:
            del self.hosts[host.file]
        if host.loading is not None:
            self._loaded(host, _died_while_loading(host.loading))
            self.leaving.pop(host.number, None)
        host.dismiss_spares()
        self.selector.unregister(host.wire)
        host.wire.close()
        while host.takers:
            host.takers.popleft()(None, "the process it should have been forked from died")
        for work in [work for work in self.by_pid.values() if work.host is host]:
            self._gone(work, None, Usage(), "its host process died")
        if host is self.base:
            self.stop("the runner's base process died")

    # --- work ----------------------------------------------------------------------------------

    def _accept_work(self, order: Start | Call) -> None:
        relative = order.attempt.log_path if isinstance(order, Start) else order.log_path
        log = LogFile(self.log_dir, relative or "callbacks.log", self.rules.log_bytes_max)
        work = Work(order, log)
        if work.key in self._known():
            return  # accepted once; a second order is an echo
        self.work[work.key] = work
        if self.stopping:
            self._end(work, self._lost(work, "the runner is stopping"))
            return
        if order.fresh:
            work.host = self.base
            self.base.take(lambda child, reason: self._employ(work, child, reason))
        else:
            host = self._host_of(order.file)
            work.host = host
            host.take(lambda child, reason: self._employ(work, child, reason))

    def _employ(self, work: Work, child: Child | None, reason: str) -> None:
        """A child is there for the work, or the reason why there is none."""
        if work.stage is Stage.ENDED:
            if child is not None:
                child.wire.close()
                os.close(child.log)
            return
        if child is None:
            self._without_child(work, reason)
            return
        work.child, work.stage = child, Stage.RUNNING
        self.by_pid[child.pid] = work
        self.selector.register(child.wire, _READ, lambda _: self._hear_task(work))
        self.selector.register(child.log, _READ, lambda _: self._copy_log(work))
        try:
            child.wire.send(work.order)
        except WireClosed:
            pass  # it died waiting; its exit tells

    def _without_child(self, work: Work, reason: str) -> None:
        order = work.order
        if reason:
            self._end(work, self._lost(work, reason, lost=False))
            return
        # The file turned out to be open: this attempt imports it afresh.
        work.order = _fresh(order)
        work.host = self.base
        self.base.take(lambda child, why: self._employ(work, child, why))

    def _hear_task(self, work: Work) -> None:
        child = work.child
        if child is None:
            return
        try:
            for message in child.wire.read():
                self._from_task(work, message)
        except WireClosed:
            if child.wire in self.selector.get_map():
                self.selector.unregister(child.wire)

    def _from_task(self, work: Work, message: FromTask) -> None:
        match message:
            case Begun():
                work.started_at = message.at
                if isinstance(work.order, Start) and work.child is not None:
                    self._tell(
                        Started(
                            ti_id=work.order.attempt.ti_id,
                            epoch=work.order.attempt.epoch,
                            pid=work.child.pid,
                            hostname=self.hostname,
                            at=message.at,
                        )
                    )
            case Mask():
                for secret in message.secrets:
                    work.log.mask(secret)
            case Ask():
                child = work.child
                if child is not None:
                    self._route_ask(message, child.wire.send, work)
            case Done():
                self._copy_log(work)
                self._end(work, self._finished(work, message.result, message.usage, 0))
            case CalledBack():
                self._copy_log(work)
                order = work.order
                if isinstance(order, Call):
                    self._end(work, Called(call_id=order.call_id, error=message.error))

    def _route_ask(self, message: Ask, answer: Callable[[Reply], None], work: Work | None) -> None:
        """Pass a question on, under a number of our own."""
        self.ask_count += 1
        number, theirs = self.ask_count, message.ask_id
        attempt = work.order.attempt if work and isinstance(work.order, Start) else None

        def pass_on(reply: Reply) -> None:
            try:
                answer(
                    Reply(
                        ask_id=theirs,
                        value=reply.value,
                        error=reply.error,
                        error_kind=reply.error_kind,
                    )
                )
            except (WireClosed, OSError):
                pass  # whoever asked has gone

        ask = Ask(
            ask_id=number,
            request=message.request,
            ti_id=attempt.ti_id if attempt else None,
            epoch=attempt.epoch if attempt else None,
        )
        self.asked[number] = (pass_on, ask)
        self._tell(ask)

    def _copy_log(self, work: Work) -> None:
        """Move what is in the pipe to the file; secrets told before it are masked in it."""
        child = work.child
        if child is None:
            return
        while True:
            try:
                data = os.read(child.log, PIECE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                if child.log in self.selector.get_map():
                    self.selector.unregister(child.log)
                return
            # A secret is always announced before it can be printed: hear the channel first.
            if child.wire in self.selector.get_map() and work.stage is Stage.RUNNING:
                self._hear_task(work)
            work.log.write(data)
            if len(data) < PIECE:
                return

    def _exited(self, host: HostRow, message: Exited) -> None:
        host.busy.discard(message.pid)
        host.last_used = self.clock.monotonic()
        for spare in [spare for spare in host.spares if spare.pid == message.pid]:
            host.spares.remove(spare)
            spare.wire.close()
            os.close(spare.log)
        work = self.by_pid.get(message.pid)
        if work is not None:
            self._hear_task(work)
            self._gone(work, message.code, message.usage, work.kill_reason)

    def _gone(self, work: Work, code: int | None, usage: Usage, reason: str) -> None:
        """The process of this work does not exist any more."""
        child = work.child
        if child is None:
            return
        self._copy_log(work)
        del self.by_pid[child.pid]
        for thing in (child.wire, child.log):
            if thing in self.selector.get_map():
                self.selector.unregister(thing)
        child.wire.close()
        os.close(child.log)
        work.child = None
        if work.stage is not Stage.ENDED:
            words = reason or killed_words(code)
            work.log.line(f"[{self.clock.now().isoformat()}] {{venturi}} ERROR - {words}")
            self._end(work, self._lost(work, words, code=code, usage=usage))
        work.log.close()
        if work.key not in self.unacknowledged:
            self.work.pop(work.key, None)

    def _finished(self, work: Work, result: Result, usage: Usage, code: int | None) -> Finished:
        order = work.order
        assert isinstance(order, Start)
        return Finished(
            ti_id=order.attempt.ti_id,
            epoch=order.attempt.epoch,
            at=self.clock.now(),
            result=result,
            started_at=work.started_at,
            pid=work.child.pid if work.child else None,
            hostname=self.hostname,
            exit_code=code,
            usage=usage,
        )

    def _lost(
        self,
        work: Work,
        reason: str,
        *,
        lost: bool = True,
        code: int | None = None,
        usage: Usage = Usage(),  # noqa: B008 - frozen
    ) -> Finished | Called:
        if isinstance(work.order, Call):
            return Called(call_id=work.order.call_id, error=reason)
        result = Result(state=TaskState.FAILED, reason=reason, lost=lost)
        return self._finished(work, result, usage, code)

    def _end(self, work: Work, outcome: Finished | Called) -> None:
        """The work has its result: tell the scheduler, or keep it on disk until one comes."""
        if work.stage is Stage.ENDED:
            return
        work.stage, work.outcome = Stage.ENDED, outcome
        if work.cancelled is not None:
            if work.child is None:
                self.work.pop(work.key, None)
            return
        self.unacknowledged[work.key] = outcome
        if self.scheduler is None or not self.greeted:
            self.journal.append(outcome)
        else:
            self._tell(outcome)

    # --- ending attempts -------------------------------------------------------------------------

    def _cancel(self, message: Cancel) -> None:
        work = self.work.get(("attempt", message.ti_id, message.epoch))
        if work is None or work.stage is Stage.ENDED:
            return
        work.cancelled = work.kill_reason = message.reason
        work.log.line(
            f"[{self.clock.now().isoformat()}] {{venturi}} WARNING - Cancelled: {message.reason}"
        )
        if work.child is None:
            self._end(work, self._lost(work, message.reason))
        else:
            self._kill(work, message.grace)

    def _kill(self, work: Work, grace: float) -> None:
        """SIGTERM now, so that on_kill can run; SIGKILL to its whole group after `grace` seconds."""
        child, host = work.child, work.host
        if child is None or host is None:
            return

        def insist() -> None:
            if work.child is child:
                self._signal(host, child.pid, signal.SIGKILL)

        self._signal(host, child.pid, signal.SIGTERM)
        self._after(grace, insist)

    def _signal(self, host: HostRow, pid: int, number: int) -> None:
        try:
            host.wire.send(Signal(pid=pid, signal=number))
        except (WireClosed, OSError):
            self._lose_host(host)


_READ = selectors.EVENT_READ


def _key_of(entry: Finished | Called) -> tuple[str, int, int]:
    if isinstance(entry, Finished):
        return ("attempt", entry.ti_id, entry.epoch)
    return ("call", entry.call_id, 0)


def _fresh(order: Start | Call) -> Start | Call:
    """The same order for a child that imports the file itself."""
    import msgspec  # noqa: PLC0415

    return msgspec.structs.replace(order, fresh=True)


def _died_while_loading(load: Load) -> Loaded:
    return Loaded(
        file=load.file,
        error=f"The process that imported {load.file.path} ended in the middle of it: the file "
        "called os._exit, crashed the interpreter, or was killed for want of memory.",
    )


def _drain_descriptor(descriptor: int) -> None:
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        return


def take_lock(run_dir: Path) -> int | None:
    """Be the only runner of this home; None when another one is."""
    descriptor = os.open(run_dir / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def main() -> int:
    """`python -m venturi.runner`: the runner of the configured home."""
    from venturi.config import get_config  # noqa: PLC0415
    from venturi.config.paths import private_dir, run_dir  # noqa: PLC0415
    from venturi.runner.preload import preload  # noqa: PLC0415

    setproctitle("airflow runner")
    folder = private_dir(run_dir())
    lock = take_lock(folder)
    if lock is None:
        return 0  # somebody was faster: the scheduler talks to them
    os.umask(0o027)
    conf = get_config()
    preload()
    runner = Runner(
        folder,
        Path(conf.get_mandatory_value("logging", "base_log_folder")),
        plugins=conf.get("core", "plugins_folder", fallback="") or "",
    )
    runner.run()
    return 0
