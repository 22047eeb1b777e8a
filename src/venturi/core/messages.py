"""Everything that is said between scheduler, runner, host and task process.

Frozen, tagged, versioned structs; msgpack on the wire. Values that users made (XComs, conf, params)
travel as JSON text so that nobody on the way needs to understand them.
"""

from datetime import datetime

import msgspec

from venturi.core.states import TaskState

PROTOCOL = 1


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Base of all messages: keyword-only, tagged by class name."""


# --- what a DAG file is ----------------------------------------------------------------------


class FileRef(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG file in one exact condition: `key` changes whenever the file or what it used does."""

    path: str
    key: str
    root: str = ""  # DAG folder it was found under
    member: str = ""  # file inside a zip archive


# --- an attempt ------------------------------------------------------------------------------


class XComValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One XCom: `value` is JSON text as stored."""

    task_id: str
    value: str | None
    key: str = "return_value"
    map_index: int = -1


class RunInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The run an attempt belongs to, as templates see it."""

    dag_id: str
    run_id: str
    run_type: str
    run_after: datetime
    logical_date: datetime | None = None
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    start_date: datetime | None = None
    queued_at: datetime | None = None
    conf: str = "{}"  # JSON
    state: str = "running"
    external_trigger: bool = False
    triggering_user: str | None = None
    note: str | None = None


class AttemptInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a task process needs to know about the attempt it is."""

    ti_id: int
    try_number: int
    epoch: int
    run: RunInfo
    task_id: str
    map_index: int = -1
    max_tries: int = 0
    log_path: str = ""  # relative to the log folder
    queue: str = "default"
    pool: str = "default_pool"
    priority_weight: int = 1
    #: the executor that the task asks for; empty: the installation's first one
    executor: str = ""
    queued_at: datetime | None = None
    #: when the first attempt of this try began: a rescheduled sensor counts its timeout from here
    first_started_at: datetime | None = None
    reschedule_count: int = 0
    #: XComs of the tasks named in TaskSpec.reads, when small: spares the child a round trip
    xcoms: tuple[XComValue, ...] = ()
    #: the task ids whose XComs are completely contained in `xcoms`
    prefetched: tuple[str, ...] = ()
    mark_success: bool = False


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a process used, from wait4. CPU in seconds, memory in bytes, I/O in blocks."""

    cpu_user: float = 0.0
    cpu_system: float = 0.0
    max_rss: int = 0
    read_blocks: int = 0
    write_blocks: int = 0


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an attempt ended, in the words of the task process (or of whoever saw it die).

    `state` is SUCCESS, FAILED, SKIPPED, UP_FOR_RESCHEDULE or DEFERRED; whether FAILED becomes a
    retry is decided by `decide.outcome`.
    """

    state: TaskState
    #: one line for people: "Bash command failed: exit code 1"
    reason: str = ""
    #: FAILED and no further try, whatever `retries` says
    no_retry: bool = False
    #: nobody knows how it ended: the process vanished (rule R13)
    lost: bool = False
    reschedule_at: datetime | None = None
    #: next try no sooner than this many seconds from now (RetryPolicy)
    retry_in: float | None = None
    xcoms: tuple[XComValue, ...] = ()
    #: lengths of results that mapped tasks may expand over: (key, length)
    lengths: tuple[tuple[str, int], ...] = ()
    #: direct or indirect downstream task ids that this task decided to skip
    skips: tuple[str, ...] = ()
    rendered: str | None = None  # JSON of the rendered template fields
    map_label: str | None = None
    #: instances to skip at once, with everything that follows (short circuit)
    skips_whole: bool = False


# --- scheduler -> runner ---------------------------------------------------------------------


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


# --- runner -> scheduler ---------------------------------------------------------------------


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
    request: "Request"
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


# --- workers behind a broker -----------------------------------------------------------------


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


# --- what may be asked -------------------------------------------------------------------------


class GetVariable(Message, frozen=True, kw_only=True):
    key: str


class SetVariable(Message, frozen=True, kw_only=True):
    key: str
    value: str
    description: str | None = None


class DeleteVariable(Message, frozen=True, kw_only=True):
    key: str


class GetConnection(Message, frozen=True, kw_only=True):
    conn_id: str


class GetXCom(Message, frozen=True, kw_only=True):
    """Answer: JSON list of {"task_id", "map_index", "run_id", "value": JSON text}, newest first."""

    dag_id: str
    task_ids: tuple[str, ...] = ()  # empty: any
    key: str | None = "return_value"
    run_id: str | None = None
    map_indexes: tuple[int, ...] | None = None  # None: all
    include_prior_dates: bool = False
    limit: int | None = None


class SetXCom(Message, frozen=True, kw_only=True):
    dag_id: str
    run_id: str
    task_id: str
    key: str
    value: str
    map_index: int = -1
    length: int | None = None


class DeleteXCom(Message, frozen=True, kw_only=True):
    dag_id: str
    run_id: str
    task_id: str
    key: str
    map_index: int = -1


class TriggerRun(Message, frozen=True, kw_only=True):
    """Answer: {"run_id": ...}, or error kind `exists` / `not_found`."""

    dag_id: str
    run_id: str | None = None
    logical_date: datetime | None = None
    conf: str = "{}"
    reset: bool = False  # clear the run if it exists
    fail_when_paused: bool = False
    note: str | None = None


class GetRun(Message, frozen=True, kw_only=True):
    """Answer: the run as RunInfo-like JSON object, or null. By id, else newest before a date."""

    dag_id: str
    run_id: str | None = None
    logical_date: datetime | None = None
    before: datetime | None = None
    state: str | None = None


class CountInstances(Message, frozen=True, kw_only=True):
    """Answer: number of matching task instances or runs (`task_ids` None and no group: runs)."""

    dag_id: str
    task_ids: tuple[str, ...] | None = None
    group_id: str | None = None
    logical_dates: tuple[datetime, ...] | None = None
    run_ids: tuple[str, ...] | None = None
    states: tuple[str, ...] | None = None
    map_index: int | None = None


class GetStates(Message, frozen=True, kw_only=True):
    """Answer: {run_id: {task_id or "task_id_index": state}}."""

    dag_id: str
    task_ids: tuple[str, ...] | None = None
    group_id: str | None = None
    logical_dates: tuple[datetime, ...] | None = None
    run_ids: tuple[str, ...] | None = None


class GetDagState(Message, frozen=True, kw_only=True):
    """Answer: {"exists", "is_paused", "fileloc"} of a DAG."""

    dag_id: str


Request = (
    GetVariable
    | SetVariable
    | DeleteVariable
    | GetConnection
    | GetXCom
    | SetXCom
    | DeleteXCom
    | TriggerRun
    | GetRun
    | CountInstances
    | GetStates
    | GetDagState
)

# --- host and task process <-> runner ----------------------------------------------------------


class Spare(Message, frozen=True, kw_only=True):
    """A forked child waits for an attempt; comes with two descriptors: channel, log pipe."""

    pid: int


class Beget(Message, frozen=True, kw_only=True):
    """To the base: fork a host; comes with its end of the channel. Answered by `Born`."""

    host: int


class Born(Message, frozen=True, kw_only=True):
    """The host with this number has been forked."""

    host: int
    pid: int


class Exited(Message, frozen=True, kw_only=True):
    """A child of the host has been waited for."""

    pid: int
    code: int  # negative: killed by that signal
    usage: Usage


class Fork(Message, frozen=True, kw_only=True):
    """To a host: keep this many spares ready."""

    spares: int


class Signal(Message, frozen=True, kw_only=True):
    """To a host: send this signal to a child (and to its whole process group)."""

    pid: int
    signal: int


class Mask(Message, frozen=True, kw_only=True):
    """From a task process: never write these strings to a log."""

    secrets: tuple[str, ...]


class Begun(Message, frozen=True, kw_only=True):
    """From a task process: user code starts now."""

    at: datetime


class Done(Message, frozen=True, kw_only=True):
    """From a task process: its result; the process exits right after."""

    result: Result
    usage: Usage = Usage()


class CalledBack(Message, frozen=True, kw_only=True):
    """From a callback process: how the callbacks went."""

    error: str | None = None


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
FromHost = Spare | Born | Exited | Loaded | Ask
ToHost = Load | Beget | Fork | Signal | Reply | Stop
FromTask = Begun | Ask | Mask | Done | CalledBack | TimetableSaid
ToTask = Start | Call | AskTimetable | Reply
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
