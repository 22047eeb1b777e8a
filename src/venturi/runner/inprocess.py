"""Running DAGs and tasks in this very process, where breakpoints stop and nothing is recorded.

`dag.test()` and `dag.run()` of a DAG file, `airflow tasks test`, `airflow tasks render`. Variables,
connections and earlier XComs are read from the installation where there is one; what a test sets or
pushes stays in memory.
"""

import copy
import importlib
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec

from venturi.config import get_config
from venturi.core.attempts import AttemptInfo, Result, RunInfo
from venturi.core.clock import Clock, SystemClock
from venturi.core.errors import InvalidInput, VenturiError
from venturi.core.requests import GetRun
from venturi.core.run_ids import run_id as make_run_id
from venturi.core.states import RunState, RunType
from venturi.runner.attempt import prepared, run_attempt
from venturi.runner.local_code import load_policies, rule_over
from venturi.runner.memory import MemoryComms, read_secrets
from venturi.runner.tasklog import LineFormat
from venturi.runner.trial import Trial
from venturi.sdk.comms import Comms, comms_set
from venturi.sdk.context import context_set
from venturi.sdk.runtime_run import DagRun, info_of
from venturi.sdk.runtime_ti import RuntimeTaskInstance
from venturi.sdk.secrets_masker import SecretsMasker
from venturi.sdk.template_context import context_of
from venturi.sdk.values import utc
from venturi.spec.timetable import infer_manual_interval
from venturi.spec.timetable.model import DataInterval, NeedsRunner


class TestRun(DagRun):
    """What `dag.test()` gives back: the run, and how each of its task instances ended."""

    __test__ = False  # not a test of pytest's

    def __init__(self, trial: Trial) -> None:
        super().__init__(trial.info, trial.dag)
        self.state = trial.run.state
        #: task id (`<task id>_<index>` for a mapped one) -> state
        self.task_states: dict[str, str] = dict(trial.comms.states)
        #: ti id -> result, for tests that look closer
        self.results: dict[int, Result] = trial.results
        self._xcoms = trial.comms

    def get_task_states(self) -> dict[str, str]:
        """The states of its task instances."""
        return dict(self.task_states)

    def xcom(self, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """The XCom a task pushed, or None."""
        from venturi.sdk.serde import decode

        return decode(self._xcoms.xcoms.get((task_id, map_index, key)))


def run_dag_test(
    dag: Any,
    *,
    logical_date: datetime | str | None = None,
    run_conf: Mapping[str, Any] | None = None,
    run_after: datetime | None = None,
    conn_file_path: str | None = None,
    variable_file_path: str | None = None,
    mark_success_pattern: str | None = None,
    use_executor: bool = False,  # noqa: ARG001 - part of the known signature
    clock: Clock | None = None,
    beyond: Comms | None = None,
    **_: Any,
) -> TestRun:
    """Run all of `dag` here, task by task, as the scheduler would decide; the finished run.

    Retries are made at once, letters are not sent. `logical_date` defaults to now.
    `conn_file_path` and `variable_file_path` (JSON, YAML, .env) come before the installation's.
    """
    from venturi.sdk.freeze import freeze_dag

    clock = clock or SystemClock()
    _rule_over(dag)
    spec = freeze_dag(dag)
    date = utc(logical_date, "logical_date") or utc(run_after, "run_after") or clock.now()
    info = trial_run(dag, date, run_conf, timetable=spec.timetable)
    variables = read_secrets(variable_file_path) if variable_file_path else None
    connections = read_secrets(conn_file_path) if conn_file_path else None
    with _installed(beyond) as asked, console():
        trial = Trial(
            dag,
            spec,
            info,
            MemoryComms(info, asked, variables=variables, connections=connections),
            clock,
            mark_success=mark_success_pattern,
            longest_map=get_config().getint("core", "max_map_length"),
        )
        state = trial.finish()
        level = logging.INFO if state is RunState.SUCCESS else logging.ERROR
        log = logging.getLogger("airflow.test")
        log.log(level, "%s of %s: %s", info.run_id, info.dag_id, state)
    return TestRun(trial)


#: What `dag.test()` calls.
test_dag = run_dag_test


def run_dag(
    dag: Any, start_date: Any = None, end_date: Any = None, conf: Any = None, **_: Any
) -> list[TestRun]:
    """Run `dag` here for all its dates between two dates, as `dag.run()` of 1.x did."""
    first = utc(start_date, "start_date") or utc(dag.start_date, "start_date")
    if first is None:
        raise InvalidInput(f"dag.run() of {dag.dag_id!r} needs a start_date.")
    last = utc(end_date, "end_date") or first
    dates = dag.get_run_dates(first, last) or [first]
    return [run_dag_test(dag, logical_date=date, run_conf=conf) for date in dates]


def run_task(
    task: Any, start_date: Any = None, end_date: Any = None, mark_success: bool = False, **_: Any
) -> list[Result]:
    """Run one task here for all dates of its DAG between two, as `task.run()` of 1.x did."""
    dag = task.get_dag()
    first = utc(start_date, "start_date") or utc(task.start_date, "start_date")
    if first is None:
        raise InvalidInput(f"task.run() of {task.task_id!r} needs a start_date.")
    last = utc(end_date, "end_date") or first
    dates = dag.get_run_dates(first, last) or [first]
    return [
        run_task_test(dag, task.task_id, date.isoformat(), mark_success=mark_success)
        for date in dates
    ]


def clear_dag(dag: Any, **_: Any) -> int:
    """Clearing changes the installation, which a DAG file does not do by itself."""
    raise VenturiError(
        f"Task instances are cleared by a command: `airflow tasks clear {dag.dag_id}`."
    )


def clear_task(task: Any, **_: Any) -> int:
    """Clearing changes the installation, which a DAG file does not do by itself."""
    raise VenturiError(
        "Task instances are cleared by a command: "
        f"`airflow tasks clear {task.dag_id} -t {task.task_id}`."
    )


def run_task_test(
    dag: Any,
    task_id: str,
    date_or_run_id: str | None = None,
    *,
    params: Mapping[str, Any] | None = None,
    conf: Mapping[str, Any] | None = None,
    map_index: int = -1,
    mark_success: bool = False,
    breaks: bool = False,
    clock: Clock | None = None,
    beyond: Comms | None = None,
) -> Result:
    """Run one task here, whatever its upstream and its state; nothing is recorded.

    `date_or_run_id` names a run of the installation or a date (default: now). `params` override
    the task's. With `breaks` an exception of the task is raised, for a post-mortem debugger.
    """
    clock = clock or SystemClock()
    _rule_over(dag)
    dag.get_task(task_id)  # raises TaskNotFound with what there is
    with _installed(beyond) as asked, console():
        info = _named_run(dag, date_or_run_id, clock, asked, conf)
        return run_attempt(
            _with_params(dag, task_id, params),
            _attempt(dag, info, task_id, map_index, mark_success),
            MemoryComms(info, asked),
            file_loc=dag.fileloc,
            clock=clock,
            test_mode=True,
            breaks=breaks,
            interruptible=True,
        )


def render_task(
    dag: Any,
    task_id: str,
    date_or_run_id: str | None = None,
    *,
    map_index: int = -1,
    clock: Clock | None = None,
    beyond: Comms | None = None,
) -> dict[str, Any]:
    """The template fields of a task as they would be rendered, by name."""
    clock = clock or SystemClock()
    written = dag.get_task(task_id)
    with _installed(beyond) as asked:
        info = _named_run(dag, date_or_run_id, clock, asked, None)
        ti = RuntimeTaskInstance(
            _attempt(dag, info, task_id, map_index), written, dag=dag, clock=clock, test_mode=True
        )
        context = context_of(ti)
        with comms_set(MemoryComms(info, asked)), context_set(context):
            task = prepared(written, context)
            context["task"] = ti.task = task
            task.resolve_template_files()
            task.render_template_fields(context)
    return {field: getattr(task, field, None) for field in task.template_fields}


def trial_run(
    dag: Any,
    date: datetime,
    conf: Mapping[str, Any] | None = None,
    *,
    timetable: Any = None,
    external: bool = True,
) -> RunInfo:
    """A manual run of `dag` for this date, as if somebody had started it."""
    interval = _interval(dag, date, timetable)
    return RunInfo(
        dag_id=dag.dag_id,
        run_id=make_run_id(RunType.MANUAL, date),
        run_type=RunType.MANUAL.value,
        run_after=date,
        logical_date=date,
        data_interval_start=interval.start,
        data_interval_end=interval.end,
        start_date=date,
        conf=json.dumps(dict(conf or {})),
        external_trigger=external,
    )


@contextmanager
def console() -> Iterator[None]:
    """Show log records on standard output, without secrets, unless logging is set up already."""
    root = logging.getLogger()
    if root.handlers:
        yield
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(LineFormat())
    handler.addFilter(SecretsMasker())
    before = root.level
    root.addHandler(handler)
    root.setLevel(get_config().get("logging", "logging_level") or "INFO")
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def open_comms() -> Comms:
    """Who answers code that runs outside of any run: the installation, else only memory."""
    installation: Comms | None = _installation()
    if installation is not None:
        return installation
    now = SystemClock().now()
    return MemoryComms(RunInfo(dag_id="", run_id="", run_type="manual", run_after=now))


def _installation() -> Any:
    """The database of this home, if there is one and this process may open it; else None."""
    try:
        opened = importlib.import_module("venturi.store.direct").open_direct()
    except ImportError:
        return None
    return opened


@contextmanager
def _installed(beyond: Comms | None) -> Iterator[Comms | None]:
    """`beyond`, else the installation, closed again afterwards."""
    opened = _installation() if beyond is None else None
    try:
        yield beyond if beyond is not None else opened
    finally:
        if opened is not None:
            opened.close()


def _named_run(
    dag: Any,
    date_or_run_id: str | None,
    clock: Clock,
    beyond: Comms | None,
    conf: Mapping[str, Any] | None,
) -> RunInfo:
    """The run that people mean by a run id or a date."""
    if not date_or_run_id:
        return trial_run(dag, clock.now(), conf, external=False)
    date = _date(date_or_run_id)
    if beyond is not None:
        question = GetRun(
            dag_id=dag.dag_id,
            run_id=None if date else date_or_run_id,
            logical_date=date,
        )
        answer = beyond.ask(question)
        if answer:
            found = info_of(answer)
            return msgspec.structs.replace(found, conf=json.dumps(dict(conf))) if conf else found
    if date is None:
        raise InvalidInput(
            f"{date_or_run_id!r} is neither a run of {dag.dag_id!r} nor a date such as 2026-11-22."
        )
    return trial_run(dag, date, conf, external=False)


def _date(text: str) -> datetime | None:
    try:
        return utc(text, "date")
    except VenturiError:
        return None


def _interval(dag: Any, date: datetime, timetable: Any) -> DataInterval:
    if timetable is None:
        from venturi.sdk.freeze import freeze_dag

        timetable = freeze_dag(dag).timetable
    try:
        return infer_manual_interval(timetable, date)
    except NeedsRunner:
        own = dag.timetable.infer_manual_data_interval(run_after=date)
        return DataInterval(start=own.start, end=own.end)


def _rule_over(dag: Any) -> None:
    """The installation's policies hold here as they do where the scheduler has files read."""
    load_policies()
    rule_over((dag,))


def _attempt(
    dag: Any, info: RunInfo, task_id: str, map_index: int, mark_success: bool = False
) -> AttemptInfo:
    task = dag.get_task(task_id)
    return AttemptInfo(
        ti_id=0,
        try_number=1,
        epoch=0,
        run=info,
        task_id=task_id,
        map_index=map_index,
        max_tries=int(getattr(task, "retries", 0) or 0),
        mark_success=mark_success,
    )


def _with_params(dag: Any, task_id: str, params: Mapping[str, Any] | None) -> Any:
    """`dag`, in which the task has these params too."""
    if not params:
        return dag
    own = copy.copy(dag)
    task = copy.copy(dag.get_task(task_id))
    task.params = {**dict(task.params or {}), **params}
    own.task_dict = {**dag.task_dict, task_id: task}
    return own
