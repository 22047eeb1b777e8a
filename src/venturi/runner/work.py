"""What the runner has accepted: attempts and calls, from acceptance to acknowledgement."""

from datetime import datetime, timedelta
from enum import StrEnum

from venturi.core.attempts import Result, Usage
from venturi.core.messages import Call, Called, Finished, Start, Started
from venturi.core.states import TaskState
from venturi.runner.host_row import Child
from venturi.runner.logfiles import LogFile

#: Kind, id, epoch: unique among all work.
WorkKey = tuple[str, int, int]


class Stage(StrEnum):
    """How far a piece of work has come."""

    WAITING = "waiting"  # for a child
    RUNNING = "running"
    ENDED = "ended"  # its result is known; the process may still be leaving


class Work:
    """One attempt (`Start`) or one call of callbacks (`Call`)."""

    def __init__(self, order: Start | Call, log: LogFile, hostname: str) -> None:
        self.order = order
        self.log = log
        self.hostname = hostname
        self.key = key_of_order(order)
        self.stage = Stage.WAITING
        self.child: Child | None = None
        self.started_at: datetime | None = None
        #: the same moment on the monotonic clock
        self.started_monotonic = 0.0
        #: read from its log pipe and not yet in the file
        self.unwritten = b""
        #: it was cancelled: nobody wants its result any more
        self.cancelled = False
        #: its report has been acknowledged
        self.taken = False
        #: why its process was killed, when it was
        self.kill_reason = ""

    def begin(self, at: datetime, monotonic: float) -> Started | None:
        """The task process says that it executes."""
        self.started_at, self.started_monotonic = at, monotonic
        return self.begun()

    def ended_at(self, now: datetime, monotonic: float) -> datetime:
        """The instant of its end: not before its start, though the clock was set back meanwhile."""
        if self.started_at is None:
            return now
        return max(now, self.started_at + timedelta(seconds=monotonic - self.started_monotonic))

    def begun(self) -> Started | None:
        """The report that the attempt executes; None before it does."""
        if self.child is None or self.started_at is None or isinstance(self.order, Call):
            return None
        return Started(
            ti_id=self.order.attempt.ti_id,
            epoch=self.order.attempt.epoch,
            pid=self.child.pid,
            hostname=self.hostname,
            at=self.started_at,
        )

    def finished(
        self, at: datetime, result: Result, usage: Usage, code: int | None
    ) -> Finished | Called:
        """The report of how it ended."""
        if isinstance(self.order, Call):
            return Called(call_id=self.order.call_id, error=result.reason or None)
        return Finished(
            ti_id=self.order.attempt.ti_id,
            epoch=self.order.attempt.epoch,
            at=at,
            result=result,
            started_at=self.started_at,
            pid=self.child.pid if self.child else None,
            hostname=self.hostname,
            exit_code=code,
            usage=usage,
        )


def failed(reason: str, *, lost: bool) -> Result:
    """The result of work that could not say itself how it ended."""
    return Result(state=TaskState.FAILED, reason=reason, lost=lost)


def headline(story: str) -> str:
    """The line of a story that says what happened: the first, or the last one of a traceback."""
    lines = story.strip().splitlines() or [""]
    return lines[-1] if lines[0].startswith("Traceback") else lines[0]


def key_of_order(order: Start | Call) -> WorkKey:
    """The key of an order's work."""
    if isinstance(order, Start):
        return ("attempt", order.attempt.ti_id, order.attempt.epoch)
    return ("call", order.call_id, 0)


def key_of_report(report: Finished | Called) -> WorkKey:
    """The key of the work that a report is about."""
    if isinstance(report, Finished):
        return ("attempt", report.ti_id, report.epoch)
    return ("call", report.call_id, 0)
