"""All work of a runner: accepts each order once, gives it a child, hears it, reports its end."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from venturi.core.attempts import Result, Usage
from venturi.core.host_messages import Begun, CalledBack, Done, Exited, FromTask, Mask
from venturi.core.messages import Ask, Call, Called, Cancel, Finished, Grown, Reply, Start, Started
from venturi.core.states import TaskState
from venturi.core.wire import Message
from venturi.runner.endings_words import killed_words
from venturi.runner.host_row import Child, HostRow
from venturi.runner.hosts import Hosts
from venturi.runner.logfiles import LogFile
from venturi.runner.reactor import Reactor
from venturi.runner.wire import WireClosed
from venturi.runner.work import Stage, Work, WorkKey, failed, headline, key_of_order

#: Log pipes are read in pieces of this size; the pipe itself holds 64 KiB.
PIECE = 1 << 16
#: When a process ends there may be this much left: a pipe can be made larger, up to 1 MiB.
LAST_PIECES = 16
#: Asks something on behalf of a task: the question, who wants the reply, the attempt that asks.
Asker = Callable[[Ask, Callable[[Reply], None], Start | None], None]


class Workshop:
    """The work that is waiting, running, or ended and not yet acknowledged."""

    def __init__(
        self,
        reactor: Reactor,
        log_dir: Path,
        hostname: str,
        *,
        tell: Callable[[Message], None],
        ask: Asker,
        report: Callable[[Finished | Called], None],
        tells_logs: bool = False,
        beginning: Callable[[tuple[int, int]], None] = lambda _key: None,
    ) -> None:
        self.reactor, self.log_dir, self.hostname = reactor, log_dir, hostname
        self.tell, self.ask, self.report = tell, ask, report
        #: whether somebody carries the logs elsewhere and wants to know when they grow
        self.tells_logs = tells_logs
        #: hears of each attempt before it is given to its process
        self.beginning = beginning
        self.hosts: Hosts
        self.log_bytes_max = 100 << 20
        self.work: dict[WorkKey, Work] = {}
        self.by_pid: dict[int, Work] = {}
        #: why no more work is begun; empty while it is
        self.closing = ""

    @property
    def is_quiet(self) -> bool:
        """Nothing is waiting or running."""
        return all(work.stage is Stage.ENDED for work in self.work.values())

    def running(self) -> tuple[tuple[int, int], ...]:
        """(ti_id, epoch) of the attempts that have not ended."""
        return tuple(
            (key[1], key[2])
            for key, work in self.work.items()
            if key[0] == "attempt" and work.stage is not Stage.ENDED
        )

    def begun(self) -> list[Started]:
        """The attempts that execute: a scheduler that comes late has not heard of them."""
        known = (work.begun() for work in self.work.values() if work.stage is Stage.RUNNING)
        return [started for started in known if started is not None]

    # --- orders --------------------------------------------------------------------------------

    def accept(self, order: Start | Call) -> None:
        """Take an order; the caller has made sure that it is not an echo."""
        relative = order.attempt.log_path if isinstance(order, Start) else order.log_path
        log = LogFile(self.log_dir, relative or "callbacks.log", self.log_bytes_max)
        if self.tells_logs:
            log.grown = lambda size: self.tell(Grown(path=relative, size=size))
        work = Work(order, log, self.hostname)
        self.work[key_of_order(order)] = work
        if self.closing:
            self._lose(work, self.closing)
        elif order.fresh:
            self._take_fresh(work)
        else:
            self.hosts.take(order.file, lambda child, reason: self._employ(work, child, reason))

    def _take_fresh(self, work: Work) -> None:
        self.hosts.take_fresh(lambda child, reason: self._employ(work, child, reason))

    def _employ(self, work: Work, child: Child | None, reason: str) -> None:
        """A child is there for the work, or the reason why there is none."""
        if work.stage is Stage.ENDED:
            if child is not None:
                child.close()
        elif child is not None:
            work.child, work.stage = child, Stage.RUNNING
            self.by_pid[child.pid] = work
            self.reactor.watch(child.wire, lambda _: self._hear(work))
            self.reactor.watch(child.log, lambda _: self._copy_log(work))
            if isinstance(work.order, Start):
                self.beginning((work.order.attempt.ti_id, work.order.attempt.epoch))
            with suppress(WireClosed):  # it may have died waiting; its exit tells
                child.wire.send(work.order)
        elif reason:
            work.log.line(f"{reason}")
            self._end(work, failed(headline(reason), lost=False))
        else:
            # The file turned out to be open: this attempt imports it afresh.
            work.order = msgspec.structs.replace(work.order, fresh=True)
            self._take_fresh(work)

    def cancel(self, order: Cancel) -> None:
        """End an attempt whose result nobody wants any more."""
        work = self.work.get(("attempt", order.ti_id, order.epoch))
        if work is None or work.stage is Stage.ENDED:
            return
        work.cancelled, work.kill_reason = True, order.reason
        self._say(work, "WARNING", f"Cancelled: {order.reason}")
        if work.child is None:
            self._lose(work, order.reason)
        else:
            self._kill(work, order.grace)

    def close(self, reason: str, grace: float) -> None:
        """Begin nothing more, and end what runs."""
        self.closing = reason
        self.end_all(reason, grace)

    def end_all(self, reason: str, grace: float) -> None:
        """End what runs and what waits."""
        for work in list(self.work.values()):
            if work.stage is Stage.ENDED:
                continue
            if work.child is None:
                self._lose(work, reason)
            else:
                work.kill_reason = reason
                self._kill(work, grace)

    def forget(self, key: WorkKey) -> None:
        """The report of this work has been taken; its process may still be leaving."""
        work = self.work.get(key)
        if work is not None and work.stage is Stage.ENDED:
            work.taken = True
            if work.child is None:
                del self.work[key]

    # --- hearing -------------------------------------------------------------------------------

    def _hear(self, work: Work) -> None:
        child = work.child
        if child is None:
            return
        try:
            for message in child.wire.read():
                self._from_task(work, child, message)
        except WireClosed:
            self.reactor.forget(child.wire)

    def _from_task(self, work: Work, child: Child, message: FromTask) -> None:
        order = work.order
        match message:
            case Begun():
                started = work.begin(message.at, self.reactor.clock.monotonic())
                if started is not None:
                    self.tell(started)
            case Mask():
                for secret in message.secrets:
                    work.log.mask(secret)
            case Ask():
                self.ask(message, child.wire.send, order if isinstance(order, Start) else None)
            case Done():
                self._copy_log(work, LAST_PIECES)
                self._end(work, self._told(work, message.result), message.usage, 0)
            case CalledBack():
                self._copy_log(work, LAST_PIECES)
                self._end(work, Result(state=TaskState.SUCCESS, reason=message.error or ""))

    def _told(self, work: Work, result: Result) -> Result:
        """What a task says, unless it failed only because it was told to end: that has a reason."""
        if not work.kill_reason or result.state is not TaskState.FAILED or result.no_retry:
            return result
        self._say(work, "ERROR", work.kill_reason)
        return failed(work.kill_reason, lost=True)

    def _copy_log(self, work: Work, pieces: int = 1) -> None:
        """Move what is in the pipe to the file; secrets told before it are masked in it.

        A task that never stops writing must not keep the others waiting: one piece at a time.
        """
        child = work.child
        if child is None:
            return
        for _ in range(pieces):
            data = self._read_log(child)
            work.unwritten += data
            # A secret is always announced before it can be printed: hear the channel first. What
            # is heard may be the end, which wants all of the log: also what was read here.
            if data and work.stage is Stage.RUNNING and self.reactor.is_watched(child.wire):
                self._hear(work)
            ready, work.unwritten = work.unwritten, b""
            if ready:
                work.log.write(ready)
            if len(data) < PIECE:
                return

    def _read_log(self, child: Child) -> bytes:
        try:
            data = os.read(child.log, PIECE)
        except BlockingIOError:
            return b""
        if not data:
            self.reactor.forget(child.log)
        return data

    # --- ending --------------------------------------------------------------------------------

    def exited(self, _host: HostRow, message: Exited) -> None:
        """A child has been waited for."""
        work = self.by_pid.get(message.pid)
        if work is not None:
            self._hear(work)
            self._gone(work, message.code, message.usage, work.kill_reason)

    def host_died(self, host: HostRow) -> None:
        """A host has gone, and its children with it."""
        for work in [
            work for work in self.by_pid.values() if work.child and work.child.host is host
        ]:
            self._hear(work)
            self._gone(work, None, Usage(), work.kill_reason or "its host process died")

    def _gone(self, work: Work, code: int | None, usage: Usage, reason: str) -> None:
        """The process of this work does not exist any more."""
        child = work.child
        if child is None:
            return
        self._copy_log(work, LAST_PIECES)
        del self.by_pid[child.pid]
        self.reactor.forget(child.wire)
        self.reactor.forget(child.log)
        if work.stage is not Stage.ENDED:
            words = reason or killed_words(code)
            self._say(work, "ERROR", words)
            self._end(work, failed(words, lost=True), usage, code)
        child.close()
        work.child = None
        work.log.close()
        if work.cancelled or work.taken or isinstance(work.order, Call):
            self.work.pop(work.key, None)

    def _lose(self, work: Work, reason: str) -> None:
        self._end(work, failed(reason, lost=True))

    def _end(
        self,
        work: Work,
        result: Result,
        usage: Usage | None = None,
        code: int | None = None,
    ) -> None:
        """The work has its result: report it, unless nobody wants it."""
        if work.stage is Stage.ENDED:
            return
        work.stage = Stage.ENDED
        if work.cancelled:
            if work.child is None:
                self.work.pop(work.key, None)
            return
        clock = self.reactor.clock
        at = work.ended_at(clock.now(), clock.monotonic())
        self.report(work.finished(at, result, usage or Usage(), code))

    def _kill(self, work: Work, grace: float) -> None:
        """SIGTERM now, so that on_kill can run; SIGKILL to its group after `grace` seconds."""
        child = work.child
        if child is None:
            return

        def insist() -> None:
            if work.child is child:
                self.hosts.signal(child.host, child.pid, signal.SIGKILL)

        self.hosts.signal(child.host, child.pid, signal.SIGTERM)
        self.reactor.after(grace, insist)

    def _say(self, work: Work, level: str, text: str) -> None:
        stamp = self.reactor.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        work.log.line(f"[{stamp}+0000] {{venturi}} {level} - {text}")
