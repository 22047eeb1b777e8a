"""What scheduler and runner say to each other."""

from datetime import datetime

from venturi.core.attempts import AttemptInfo, FileRef, Result, RunInfo, Usage
from venturi.core.requests import Request
from venturi.core.wire import PROTOCOL, Message


class Welcome(Message, frozen=True, kw_only=True):
    """First word of a scheduler on a new connection: who it is and what counts."""

    term: int
    scheduler: str
    capacity: int
    hosts_max: int = 8
    loads_at_once: int = 2
    import_timeout: float = 30.0
    import_memory: int = 1 << 30
    log_bytes_max: int = 100 << 20
    #: seconds without a word of the scheduler after which a runner ends what it runs; 0: never
    lease: float = 0.0
    protocol: int = PROTOCOL


class Renewed(Message, frozen=True, kw_only=True):
    """The beat with this number was heard: the lease runs from its sending on."""

    number: int


class Load(Message, frozen=True, kw_only=True):
    """Import this file and report what it defines. Limits in seconds and bytes."""

    file: FileRef
    timeout: float
    memory: int
    keep: bool = True  # keep the host as template


class Start(Message, frozen=True, kw_only=True):
    """Run this attempt."""

    file: FileRef
    attempt: AttemptInfo
    #: an import that looked outside: do it again for each attempt
    fresh: bool = False
    import_timeout: float = 30.0


class Call(Message, frozen=True, kw_only=True):
    """Run the callbacks of a task instance or a run; answered by `Called`."""

    call_id: int
    file: FileRef
    kind: str  # on_success | on_failure | on_retry | on_skipped | sla_miss | deadline
    dag_id: str
    run: RunInfo
    reason: str = ""
    attempt: AttemptInfo | None = None  # None: the DAG's own callbacks
    state: str = ""
    email: bool = False  # also send the failure/retry mail
    callbacks: bool = True
    fresh: bool = False
    log_path: str = ""
    #: sla_miss: the tasks that were not done in time
    missed: tuple[str, ...] = ()
    #: deadline: which of the DAG's alerts, counted from 0, and the instant that has passed
    alert: int = 0
    deadline_at: datetime | None = None
    at: datetime | None = None  # when it was found


class AskTimetable(Message, frozen=True, kw_only=True):
    """Ask an author's own timetable for the run after the last one; `TimetableSaid` answers.

    `last_start` and `last_end` are the last scheduled run's data interval, None before the first.
    """

    ask_id: int
    file: FileRef
    dag_id: str
    last_start: datetime | None = None
    last_end: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    catchup: bool = False
    fresh: bool = False
    #: seconds that the import of an open file, and then the answer, may take
    limit: float = 30.0


class Cancel(Message, frozen=True, kw_only=True):
    """End this attempt: SIGTERM, then SIGKILL after `grace` seconds."""

    ti_id: int
    epoch: int
    reason: str
    grace: float = 60.0


class Ack(Message, frozen=True, kw_only=True):
    """These results are committed; the runner may forget them."""

    keys: tuple[tuple[int, int], ...] = ()  # (ti_id, epoch)
    calls: tuple[int, ...] = ()


class Reply(Message, frozen=True, kw_only=True):
    """Answer to an `Ask`."""

    ask_id: int
    value: str | None = None  # JSON
    error: str | None = None
    error_kind: str = ""


class Forget(Message, frozen=True, kw_only=True):
    """The host of this file is not needed any more."""

    file: FileRef


class Stop(Message, frozen=True, kw_only=True):
    """End: cancel what runs (after `drain` seconds), then exit."""

    drain: float = 0.0
    #: why, in the words that the attempts show
    reason: str = ""
    #: nobody is left to wait: no grace
    at_once: bool = False


class Drain(Message, frozen=True, kw_only=True):
    """Take nothing new, make room for a successor, leave when all is done; `Draining` answers."""


class Hello(Message, frozen=True, kw_only=True):
    """First word of a runner: who it is and what it knows."""

    runner_id: str
    hostname: str
    pid: int
    accepted: tuple[tuple[int, int], ...] = ()  # (ti_id, epoch) that run or ended unacknowledged
    #: what it was started with (`config.digest`)
    digest: str = ""
    protocol: int = PROTOCOL


class Draining(Message, frozen=True, kw_only=True):
    """The socket is free for a successor; only this is still being worked on or told about."""

    attempts: tuple[tuple[int, int], ...] = ()
    calls: tuple[int, ...] = ()


class Loaded(Message, frozen=True, kw_only=True):
    """What a file defines, or why it cannot be read."""

    file: FileRef
    dags: tuple[bytes, ...] = ()  # encoded DagSpec
    error: str | None = None
    #: files and modules it depends on: (path, key)
    depends: tuple[tuple[str, str], ...] = ()
    #: why it counts as open; empty when closed
    open_because: str = ""
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0
    cpu: float = 0.0


class Started(Message, frozen=True, kw_only=True):
    """An attempt is executing."""

    ti_id: int
    epoch: int
    pid: int
    hostname: str
    at: datetime


class Finished(Message, frozen=True, kw_only=True):
    """An attempt has ended."""

    ti_id: int
    epoch: int
    at: datetime
    result: Result
    started_at: datetime | None = None
    pid: int | None = None
    hostname: str = ""
    exit_code: int | None = None  # negative: killed by that signal
    usage: Usage = Usage()


class Called(Message, frozen=True, kw_only=True):
    """Callbacks have run (or could not)."""

    call_id: int
    error: str | None = None


class TimetableSaid(Message, frozen=True, kw_only=True):
    """The run that an author's timetable wants next: none without `run_after`, unless `error`."""

    ask_id: int
    dag_id: str
    run_after: datetime | None = None
    logical_date: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None
    error: str = ""


class Ask(Message, frozen=True, kw_only=True):
    """A task process (or an import) asks the engine something; answered by `Reply`."""

    ask_id: int
    request: Request
    ti_id: int | None = None
    epoch: int | None = None


class Beat(Message, frozen=True, kw_only=True):
    """Still here; what runs (rule R5)."""

    running: tuple[tuple[int, int], ...] = ()
    #: counts the beats of a runner that lives on a lease
    number: int = 0


class Grown(Message, frozen=True, kw_only=True):
    """The log of this work has grown: whoever carries it elsewhere may read on."""

    path: str
    size: int


FromScheduler = (
    Welcome
    | Renewed
    | Load
    | Start
    | Call
    | AskTimetable
    | Cancel
    | Ack
    | Reply
    | Forget
    | Stop
    | Drain
)
FromRunner = (
    Hello | Draining | Loaded | Started | Finished | Called | TimetableSaid | Ask | Beat | Grown
)
