"""Questions to timetables: each gets a child, and an answer whatever becomes of the child."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from venturi.core.host_messages import Mask
from venturi.core.messages import Ask, AskTimetable, Reply, Start, TimetableSaid
from venturi.core.wire import Message
from venturi.runner.host_row import Child
from venturi.runner.hosts import Hosts
from venturi.runner.logfiles import LogFile
from venturi.runner.reactor import Reactor
from venturi.runner.wire import WireClosed

PIECE = 1 << 16
#: What a timetable prints is kept up to so many bytes each time it is asked.
LOG_BYTES = 1 << 16
#: Seconds after its own limit in which the child can say itself that it was late.
MERCY = 2.0

Asker = Callable[[Ask, Callable[[Reply], None], Start | None], None]


class Consultation:
    """One question, from the order to the answer."""

    def __init__(self, order: AskTimetable, log: LogFile) -> None:
        self.order, self.log = order, log
        self.child: Child | None = None
        self.late = False
        self.answered = False


class Consulting:
    """The questions that a runner has been asked to put."""

    def __init__(
        self, reactor: Reactor, log_dir: Path, *, tell: Callable[[Message], None], ask: Asker
    ) -> None:
        self.reactor, self.log_dir = reactor, log_dir
        self.tell, self.ask = tell, ask
        self.hosts: Hosts
        self.open: list[Consultation] = []

    def accept(self, order: AskTimetable) -> None:
        """Put the question; answered by `TimetableSaid`."""
        log = LogFile(self.log_dir, f"dag_id={order.dag_id}/timetable.log", LOG_BYTES)
        case = Consultation(order, log)
        self.open.append(case)
        if order.fresh:
            self._take_fresh(case)
        else:
            self.hosts.take(order.file, lambda child, reason: self._employ(case, child, reason))

    def _take_fresh(self, case: Consultation) -> None:
        self.hosts.take_fresh(lambda child, reason: self._employ(case, child, reason))

    def _employ(self, case: Consultation, child: Child | None, reason: str) -> None:
        if child is not None and case.answered:
            child.close()
        elif child is not None:
            case.child = child
            self.reactor.watch(child.wire, lambda _: self._hear(case))
            self.reactor.watch(child.log, lambda _: self._copy_log(case))
            with suppress(WireClosed):
                child.wire.send(case.order)
            seconds = case.order.limit * (2 if case.order.fresh else 1) + MERCY
            self.reactor.after(seconds, lambda: self._be_late(case))
        elif reason:
            self._end(case, reason)
        else:  # the file turned out to be open: this child imports it afresh
            case.order = msgspec.structs.replace(case.order, fresh=True)
            self._take_fresh(case)

    def _hear(self, case: Consultation) -> None:
        child = case.child
        if child is None:
            return
        try:
            for message in child.wire.read():
                match message:
                    case TimetableSaid():
                        self._answer(case, message)
                    case Ask():
                        self.ask(message, child.wire.send, None)
                    case Mask():
                        for secret in message.secrets:
                            case.log.mask(secret)
                    case _:
                        pass
        except (WireClosed, OSError):
            self._copy_log(case)
            took = f"took longer than {case.order.limit:g} s and was killed"
            how = took if case.late else "ended its process without an answer"
            self._end(case, f"its timetable {how}.")
            self._close(case, child)

    def _copy_log(self, case: Consultation) -> None:
        child = case.child
        if child is None:
            return
        while True:
            try:
                data = os.read(child.log, PIECE)
            except BlockingIOError:
                return
            if not data:
                self.reactor.forget(child.log)
                return
            case.log.write(data)

    def _be_late(self, case: Consultation) -> None:
        if case.child is not None:
            case.late = True
            self.hosts.signal(case.child.host, case.child.pid, signal.SIGKILL)

    def _end(self, case: Consultation, error: str) -> None:
        order = case.order
        self._answer(case, TimetableSaid(ask_id=order.ask_id, dag_id=order.dag_id, error=error))

    def _answer(self, case: Consultation, said: TimetableSaid) -> None:
        if case.answered:
            return
        case.answered = True
        self.open.remove(case)
        self.tell(said)

    def _close(self, case: Consultation, child: Child) -> None:
        self.reactor.forget(child.wire)
        self.reactor.forget(child.log)
        child.close()
        case.child = None
        case.log.close()
