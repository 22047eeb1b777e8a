"""What a task process (or an import) may ask the engine, carried by `Ask`, answered by `Reply`."""

from datetime import datetime

from venturi.core.wire import Message


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
