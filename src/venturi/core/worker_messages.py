"""What workers behind a broker say, and the gateway that speaks with them for the scheduler."""

from venturi.core.attempts import FileRef
from venturi.core.messages import (
    Ack,
    Ask,
    Beat,
    Cancel,
    Finished,
    Hello,
    Renewed,
    Reply,
    Start,
    Started,
    Stop,
    Welcome,
)
from venturi.core.wire import Message


class Hail(Message, frozen=True, kw_only=True):
    """First word of a worker on a new session: who it is; its runner's `Hello` follows."""

    name: str  # as Celery shows it: celery@host
    hostname: str
    pid: int
    concurrency: int
    queues: tuple[str, ...] = ()


class Claim(Message, frozen=True, kw_only=True):
    """A worker has heard the bell for this attempt and asks to have it (rule R2)."""

    ti_id: int
    epoch: int


class Refused(Message, frozen=True, kw_only=True):
    """The answer to a claim that is not granted; a granted one is answered by `Start`."""

    ti_id: int
    epoch: int
    reason: str


class LogPiece(Message, frozen=True, kw_only=True):
    """A piece of an attempt's log, from `offset` of what this attempt has written."""

    ti_id: int
    epoch: int
    path: str  # relative to the log folder
    offset: int
    data: bytes


class WantBundle(Message, frozen=True, kw_only=True):
    """A worker lacks the source of this file; answered by `Bundle`."""

    file: FileRef
    #: digest of the copy it has, if it has one that is no longer young
    have: str = ""


class Bundle(Message, frozen=True, kw_only=True):
    """The source of a DAG file: (path below its root, content); none when `digest` is known."""

    file: FileRef
    digest: str = ""
    files: tuple[tuple[str, bytes], ...] = ()
    error: str = ""


class Farewell(Message, frozen=True, kw_only=True):
    """A worker leaves: it has nothing more to tell."""


class Ring(Message, frozen=True, kw_only=True):
    """To the gateway: let a worker on this queue know of the attempt (rule R4)."""

    ti_id: int
    try_number: int
    epoch: int
    queue: str
    priority: int = 0


FromWorker = (
    Hail | Hello | Started | Finished | Ask | Beat | Claim | WantBundle | LogPiece | Farewell
)
ToWorker = Welcome | Renewed | Start | Refused | Cancel | Ack | Reply | Bundle


class WorkerSays(Message, frozen=True, kw_only=True):
    """From the gateway: what a worker has said."""

    worker: str
    said: FromWorker


class TellWorker(Message, frozen=True, kw_only=True):
    """To the gateway: for this worker."""

    worker: str
    said: ToWorker


class Settled(Message, frozen=True, kw_only=True):
    """To the gateway: nobody need be rung for these attempts any more."""

    keys: tuple[tuple[int, int], ...]


class Remark(Message, frozen=True, kw_only=True):
    """From the gateway: a line for people."""

    text: str


class Reach(Message, frozen=True, kw_only=True):
    """From the gateway: whether the broker can be reached, and why not."""

    broker: str
    problem: str = ""


ToGateway = Ring | TellWorker | Settled | Stop
FromGateway = WorkerSays | Remark | Reach
