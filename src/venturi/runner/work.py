"""What the runner has accepted: attempts and calls, from acceptance to acknowledgement."""

from datetime import datetime
from enum import StrEnum

from venturi.core.messages import Call, Called, Finished, Start
from venturi.runner.hosts import Child, HostRow
from venturi.runner.logfiles import LogFile


class Stage(StrEnum):
    """How far a piece of work has come."""

    WAITING = "waiting"  # for a child
    RUNNING = "running"
    ENDED = "ended"  # its result is known; the process may still be leaving


class Work:
    """One attempt (`Start`) or one call of callbacks (`Call`)."""

    def __init__(self, order: Start | Call, log: LogFile) -> None:
        self.order = order
        self.log = log
        self.stage = Stage.WAITING
        self.child: Child | None = None
        self.host: HostRow | None = None
        self.started_at: datetime | None = None
        self.outcome: Finished | Called | None = None
        #: why it was cancelled; its result is not wanted any more
        self.cancelled: str | None = None
        #: Why the process was killed by us, when it was
        self.kill_reason = ""

    @property
    def key(self) -> tuple[str, int, int]:
        """Unique among all work: kind, id, epoch."""
        order = self.order
        if isinstance(order, Start):
            return ("attempt", order.attempt.ti_id, order.attempt.epoch)
        return ("call", order.call_id, 0)

    @property
    def name(self) -> str:
        """For messages."""
        order = self.order
        if isinstance(order, Start):
            return f"{order.attempt.run.dag_id}.{order.attempt.task_id}"
        return f"{order.dag_id} {order.kind}"
