"""`ti` in templates and callables: the task instance that is running."""

import logging
import socket
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import quote

from venturi.core.attempts import AttemptInfo
from venturi.core.clock import Clock, SystemClock
from venturi.core.keys import TaskKey
from venturi.core.requests import CountInstances, GetRun, GetStates, SetXCom
from venturi.core.states import TaskState
from venturi.sdk.comms import current_comms
from venturi.sdk.runtime_run import DagRun, ask_run, moment
from venturi.sdk.runtime_xcom import RETURN_KEY, UNSAID, Pull, pull
from venturi.sdk.serde import NotSerializable, length_of
from venturi.sdk.siblings import id_in_subdag, sibling_id
from venturi.sdk.xcom_codec import to_text
from venturi.spec.model import Era


class TaskInstanceKey(NamedTuple):
    """How a task instance is named."""

    dag_id: str
    task_id: str
    run_id: str
    try_number: int = 1
    map_index: int = -1

    @property
    def primary(self) -> tuple[str, str, str, int]:
        """The key without the try."""
        return self.dag_id, self.task_id, self.run_id, self.map_index

    @property
    def reduced(self) -> "TaskInstanceKey":
        """The key of the try before, as 1.x needed it."""
        return self._replace(try_number=max(1, self.try_number - 1))


class RuntimeTaskInstance:
    """The task instance of this attempt. Dates are pendulum DateTimes in UTC."""

    def __init__(
        self,
        attempt: AttemptInfo,
        task: Any,
        *,
        dag: Any = None,
        clock: Clock | None = None,
        start_date: datetime | None = None,
        test_mode: bool = False,
    ) -> None:
        self._attempt = attempt
        self._clock = clock if clock is not None else SystemClock()
        self._started = start_date if start_date is not None else self._clock.now()
        self.dag = dag if dag is not None else task.get_dag()
        self.task = task
        self.id = attempt.ti_id
        self.dag_id = attempt.run.dag_id
        self.run_id = attempt.run.run_id
        self.task_id = attempt.task_id
        self.map_index = attempt.map_index
        self.try_number = attempt.try_number
        self.max_tries = attempt.max_tries
        self.queue = attempt.queue
        self.pool = attempt.pool
        self.priority_weight = attempt.priority_weight
        self.state: Any = TaskState.RUNNING
        self.end_date: Any = None
        self.operator = getattr(task, "task_type", type(task).__name__)
        self.test_mode = test_mode
        self.is_premature = False
        self.rendered_map_index: str | None = None
        #: Downstream tasks this one decided to skip, and whether with everything after them.
        self.skips: tuple[str, ...] = ()
        self.skips_whole = False
        #: XComs pushed while running: key -> length, for tasks that expand over them.
        self.lengths: dict[str, int] = {}
        #: How many instances a mapped task has in this run; None while nobody asked.
        self._expanded: int | None = None

    # --- who and when ------------------------------------------------------------------------

    @property
    def key(self) -> TaskInstanceKey:
        """How this instance and try are named."""
        return TaskInstanceKey(
            self.dag_id, self.task_id, self.run_id, self.try_number, self.map_index
        )

    @cached_property
    def dag_run(self) -> DagRun:
        """The run."""
        return DagRun(self._attempt.run, self.dag)

    @cached_property
    def start_date(self) -> Any:
        """When this attempt began."""
        return moment(self._started)

    @property
    def duration(self) -> float:
        """Seconds since this attempt began."""
        return ((self._clock.now()) - self._started).total_seconds()

    @property
    def logical_date(self) -> Any:
        """The date the run is about; None for runs without one."""
        return self.dag_run.logical_date

    @property
    def execution_date(self) -> Any:
        """Name of `logical_date` in 1.x and 2.x."""
        return self.dag_run.logical_date

    @cached_property
    def hostname(self) -> str:
        """The machine this runs on."""
        return socket.gethostname()

    @cached_property
    def unixname(self) -> str:
        """The system user this runs as."""
        import getpass

        return getpass.getuser()

    @property
    def queued_dttm(self) -> Any:
        """When this attempt was queued."""
        return moment(self._attempt.queued_at)

    @property
    def prev_attempted_tries(self) -> int:
        """How many tries there were, this one included."""
        return self.try_number

    @property
    def reschedule_count(self) -> int:
        """How often a sensor of this try has given its slot back."""
        return self._attempt.reschedule_count

    @property
    def first_started_at(self) -> datetime:
        """When the first attempt of this try began; a rescheduled sensor's timeout counts here."""
        return self._attempt.first_started_at or self._started

    @property
    def expanded_count(self) -> int | None:
        """How many instances this mapped task has in its run; None for other tasks."""
        if self.map_index < 0:
            return None
        if self._expanded is None:
            self._expanded = self.get_ti_count(
                self.dag_id, task_ids=[self.task_id], run_ids=[self.run_id]
            )
        return self._expanded

    def get_first_reschedule_date(self, context: Any = None) -> datetime | None:
        """When the first attempt of this try began, if it has been rescheduled since."""
        return self._attempt.first_started_at if self._attempt.reschedule_count else None

    # --- XComs -------------------------------------------------------------------------------

    def xcom_push(
        self, key: str, value: Any, execution_date: datetime | None = None, session: Any = None
    ) -> None:
        """Store `value` under `key` at once, whatever becomes of the task.

        Raises `NotSerializable` naming task and key when `value` has no form as JSON.
        """
        length = length_of(value)
        current_comms().ask(
            SetXCom(
                dag_id=self.dag_id,
                run_id=self.run_id,
                task_id=self.task_id,
                map_index=self.map_index,
                key=key,
                value=self.encoded(key, value),
                length=length,
            )
        )
        if length is not None:
            self.lengths[key] = length

    def encoded(self, key: str, value: Any) -> str:
        """`value` as it is stored. Raises `NotSerializable` or `XComTooLarge` naming both."""
        name = TaskKey(self.dag_id, self.run_id, self.task_id, self.map_index)
        try:
            return to_text(value, key, name, self._era)
        except NotSerializable as error:
            raise NotSerializable(
                f"XCom {key!r} of task {self.task_id!r} cannot be stored: {error}. Return numbers, "
                "text, lists, dicts, dates, sets, bytes, NumPy arrays or data classes, or set "
                "do_xcom_push=False."
            ) from error

    def xcom_pull(
        self,
        task_ids: str | Iterable[str] | None = None,
        dag_id: str | None = None,
        key: str | None = RETURN_KEY,
        include_prior_dates: bool = False,
        session: Any = None,
        *,
        map_indexes: int | Iterable[int] | None = UNSAID,
        default: Any = None,
        run_id: str | None = None,
    ) -> Any:
        """The XCom of another task: one value for one task id, several for several.

        `key` None means any; a mapped task gives the list of its instances' values.
        `include_prior_dates` looks into earlier runs too, newest first.
        """
        dag_id, task_ids = self._place_of(dag_id, task_ids)
        what = Pull(dag_id, run_id or self.run_id, key, include_prior_dates)
        return pull(self._attempt, self._era, what, task_ids, map_indexes, default)

    def _place_of(
        self, dag_id: str | None, task_ids: str | Iterable[str] | None
    ) -> tuple[str, str | list[str] | None]:
        """DAG and tasks as they are named here, where SubDAGs have become groups."""

        def place(named: str) -> str:
            if dag_id is None:
                return sibling_id(self.task, named)
            return id_in_subdag(self.dag, dag_id, named) or named

        home = dag_id or self.dag_id
        if dag_id is not None and id_in_subdag(self.dag, dag_id, "") is not None:
            home = self.dag_id
        if task_ids is None:
            return home, None
        if isinstance(task_ids, str):
            return home, place(task_ids)
        return home, [place(each) for each in task_ids]

    # --- other instances and runs ------------------------------------------------------------

    def get_template_context(self, session: Any = None, **_: Any) -> Any:
        """The context of this attempt: what templates and callables are given."""
        from venturi.sdk.template_context import context_of

        return context_of(self)

    def get_dagrun(self, session: Any = None) -> DagRun:
        """The run."""
        return self.dag_run

    def get_previous_dagrun(self, state: Any = None, session: Any = None) -> DagRun | None:
        """The run before this one, in `state` if given."""
        return self.dag_run.get_previous_dagrun(state)

    def get_previous_start_date(self, state: Any = None, session: Any = None) -> Any:
        """When the run before this one began."""
        found = self.get_previous_dagrun(state)
        return found.start_date if found else None

    def get_previous_execution_date(self, state: Any = None, session: Any = None) -> Any:
        """The date of the run before this one."""
        found = self.get_previous_dagrun(state)
        return found.logical_date if found else None

    @property
    def previous_start_date_success(self) -> Any:
        """When the last successful run before this one began."""
        return self.get_previous_start_date("success")

    @staticmethod
    def get_dagrun_state(dag_id: str, run_id: str) -> str | None:
        """The state of a run, or None when there is no such run."""
        found = ask_run(GetRun(dag_id=dag_id, run_id=run_id))
        return None if found is None else str(found.state)

    @staticmethod
    def get_ti_count(
        dag_id: str,
        map_index: int | None = None,
        task_ids: list[str] | None = None,
        task_group_id: str | None = None,
        logical_dates: list[datetime] | None = None,
        run_ids: list[str] | None = None,
        states: list[str] | None = None,
    ) -> int:
        """How many task instances match."""
        question = CountInstances(
            dag_id=dag_id,
            map_index=map_index,
            task_ids=_tuple(task_ids) or (),
            group_id=task_group_id,
            logical_dates=_tuple(logical_dates),
            run_ids=_tuple(run_ids),
            states=_tuple(states),
        )
        return int(current_comms().ask(question) or 0)

    @staticmethod
    def get_dr_count(
        dag_id: str,
        logical_dates: list[datetime] | None = None,
        run_ids: list[str] | None = None,
        states: list[str] | None = None,
    ) -> int:
        """How many runs match."""
        question = CountInstances(
            dag_id=dag_id,
            logical_dates=_tuple(logical_dates),
            run_ids=_tuple(run_ids),
            states=_tuple(states),
        )
        return int(current_comms().ask(question) or 0)

    @staticmethod
    def get_task_states(
        dag_id: str,
        map_index: int | None = None,  # noqa: ARG004 - part of the known signature
        task_ids: list[str] | None = None,
        task_group_id: str | None = None,
        logical_dates: list[datetime] | None = None,
        run_ids: list[str] | None = None,
    ) -> dict[str, Any]:
        """States by run id and task id."""
        question = GetStates(
            dag_id=dag_id,
            task_ids=_tuple(task_ids),
            group_id=task_group_id,
            logical_dates=_tuple(logical_dates),
            run_ids=_tuple(run_ids),
        )
        return dict(current_comms().ask(question) or {})

    def current_state(self, session: Any = None) -> Any:
        """The state of this instance."""
        return self.state

    def refresh_from_db(self, session: Any = None, **_: Any) -> None:
        """Nothing to do: the attempt is the newest there is (name of 1.x and 2.x)."""

    # --- decisions of the task ---------------------------------------------------------------

    def record_skips(self, task_ids: Iterable[str], whole: bool = False) -> None:
        """Have the tasks `task_ids` after this one skipped; `whole`: with everything after them."""
        self.skips = tuple(dict.fromkeys((*self.skips, *task_ids)))
        self.skips_whole = self.skips_whole or whole

    def render_templates(self, context: Any = None, jinja_env: Any = None) -> Any:
        """Render the task's template fields once more."""
        self.task.render_template_fields(
            context if context is not None else self.get_template_context(), jinja_env
        )
        return self.task

    # --- links -------------------------------------------------------------------------------

    @property
    def log_url(self) -> str:
        """The page with the log of this try."""
        index = f"/mapped/{self.map_index}" if self.map_index >= 0 else ""
        return (
            f"{_base_url()}/dags/{quote(self.dag_id)}/runs/{quote(self.run_id)}"
            f"/tasks/{quote(self.task_id)}{index}?try_number={self.try_number}"
        )

    @property
    def mark_success_url(self) -> str:
        """The page where a person can mark this instance as success."""
        return self.log_url

    @property
    def log_filepath(self) -> str:
        """Where the log lies, relative to the log folder."""
        return self._attempt.log_path

    @cached_property
    def log(self) -> logging.Logger:
        """The task's logger."""
        return logging.getLogger("airflow.task")

    def __repr__(self) -> str:
        index = f" map_index={self.map_index}" if self.map_index >= 0 else ""
        return f"<TaskInstance: {self.dag_id}.{self.task_id} {self.run_id}{index} [{self.state}]>"

    @property
    def _era(self) -> Era:
        return getattr(self.dag, "era", Era.V3)


def _tuple(items: Iterable[Any] | None) -> tuple[Any, ...] | None:
    return None if items is None else tuple(items)


def _base_url() -> str:
    from venturi.config import get_config

    config = get_config()
    said = config.get("api", "base_url", fallback="") or "http://localhost:8080"
    return said.rstrip("/")
