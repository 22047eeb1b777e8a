"""What messages are about: a DAG file, an attempt and its run, what it used, how it ended."""

from datetime import datetime

import msgspec

from venturi.core.states import TaskState


class FileRef(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG file in one exact condition: `key` changes whenever the file or what it used does."""

    path: str
    key: str
    root: str = ""  # DAG folder it was found under
    member: str = ""  # file inside a zip archive


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
