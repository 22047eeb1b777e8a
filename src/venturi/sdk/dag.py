"""DAG: the tasks of a pipeline, when they are due, and what they have in common."""

import copy
import functools
import inspect
import types
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from types import TracebackType
from typing import Any, Self

from venturi.core.errors import InvalidInput
from venturi.core.run_ids import check_id
from venturi.sdk.dag_legacy import LegacyDag
from venturi.sdk.defaults import defaults
from venturi.sdk.era import author_frame, era_of
from venturi.sdk.exceptions import AirflowDagInconsistent, AirflowException, DuplicateTaskIdFound
from venturi.sdk.node import Node, found_task, link
from venturi.sdk.operator_init import OLD_ARGUMENTS
from venturi.sdk.scope import enter_dag, leave_dag
from venturi.sdk.taskgroup import TaskGroup
from venturi.sdk.values import default_zone, duration, instant, whole
from venturi.spec.model import Era

UNSET: Any = object()

Callbacks = Callable[..., Any] | Sequence[Callable[..., Any]] | None


class DAG(LegacyDag):
    """A pipeline. `with DAG(...)` puts the tasks made inside into it.

    `schedule` is cron text, a preset, a timedelta or relativedelta, a timetable, assets, or None;
    `schedule_interval` and `timetable` are its names in 1.x and 2.x. What is left out follows the
    line of Airflow that the file was written for (see `venturi.sdk.era`). Durations are timedeltas
    or seconds; naive datetimes are in `[core] default_timezone`.
    """

    is_dag = True

    def __init__(
        self,
        dag_id: str,
        description: str | None = None,
        schedule: Any = UNSET,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        full_filepath: str | None = None,
        template_searchpath: str | Iterable[str] | None = None,
        user_defined_macros: Mapping[str, Any] | None = None,
        default_args: Mapping[str, Any] | None = None,
        concurrency: int | None = None,
        max_active_runs: int | None = None,
        dagrun_timeout: timedelta | None = None,
        sla_miss_callback: Callbacks = None,
        *,
        schedule_interval: Any = UNSET,
        timetable: Any = None,
        template_undefined: Any = None,
        user_defined_filters: Mapping[str, Any] | None = None,
        max_active_tasks: int | None = None,
        max_consecutive_failed_dag_runs: int | None = None,
        default_view: str | None = None,
        orientation: str | None = None,
        catchup: bool | None = None,
        on_success_callback: Callbacks = None,
        on_failure_callback: Callbacks = None,
        doc_md: str | None = None,
        params: Mapping[str, Any] | None = None,
        access_control: Mapping[str, Any] | None = None,
        is_paused_upon_creation: bool | None = None,
        jinja_environment_kwargs: Mapping[str, Any] | None = None,
        render_template_as_native_obj: bool = False,
        tags: Collection[str] | None = None,
        owner_links: Mapping[str, str] | None = None,
        auto_register: bool = True,
        fail_stop: bool = False,
        fail_fast: bool = False,
        dag_display_name: str | None = None,
        deadline: Any = None,
        allowed_run_types: Collection[str] | None = None,
        disable_bundle_versioning: bool | None = None,
        rerun_with_latest_version: bool | None = None,
        allow_double_dot_in_ids: bool = True,
    ) -> None:
        frame = author_frame()
        self.fileloc = full_filepath or (frame.f_code.co_filename if frame else "")
        self.defined_at = (self.fileloc, frame.f_lineno if frame else 0)
        self._author_module = str(frame.f_globals.get("__name__", "")) if frame else ""
        self.era = era_of(frame.f_globals) if frame else Era.V3
        if schedule_interval is not UNSET and self.era is Era.V3:
            self.era = Era.V2
        given = defaults()
        self._dag_id = check_id("DAG id", dag_id)
        self.description = description
        self._set_schedule(schedule, schedule_interval, timetable)
        self.default_args: dict[str, Any] = copy.copy(dict(default_args or {}))
        for old, new in OLD_ARGUMENTS.items():
            if new is not None and old in self.default_args:
                self.default_args.setdefault(new, self.default_args[old])
        from venturi.sdk.param import ParamsDict

        self.params = ParamsDict(self.default_args.pop("params", None))
        self.params.update(params or {})
        self._set_dates(start_date, end_date)
        self.template_searchpath = (
            [template_searchpath]
            if isinstance(template_searchpath, str)
            else list(template_searchpath or ())
        )
        self.template_undefined = template_undefined
        self.user_defined_macros = dict(user_defined_macros or {})
        self.user_defined_filters = dict(user_defined_filters or {})
        limit = max_active_tasks if max_active_tasks is not None else concurrency
        self.max_active_tasks = self._whole(limit, given.max_active_tasks, "max_active_tasks")
        self.max_active_runs = self._whole(
            max_active_runs, given.max_active_runs, "max_active_runs"
        )
        self.max_consecutive_failed_dag_runs = self._whole(
            max_consecutive_failed_dag_runs,
            given.max_consecutive_failed_dag_runs,
            "max_consecutive_failed_dag_runs",
        )
        self.dagrun_timeout = duration(dagrun_timeout, f"dagrun_timeout of DAG {dag_id!r}")
        self.sla_miss_callback = sla_miss_callback
        self.default_view = default_view or given.default_view
        self.orientation = orientation or given.orientation
        self.catchup = self._catchup(catchup)
        self.on_success_callback = on_success_callback
        self.on_failure_callback = on_failure_callback
        self.doc_md = doc_md
        self.access_control = access_control
        self.is_paused_upon_creation = is_paused_upon_creation
        self.jinja_environment_kwargs = dict(jinja_environment_kwargs or {})
        self.render_template_as_native_obj = render_template_as_native_obj
        self.tags = {tags} if isinstance(tags, str) else set(tags or ())
        self.owner_links = dict(owner_links or {})
        self.auto_register = auto_register
        self.fail_fast = fail_fast or fail_stop
        self._dag_display_name = dag_display_name
        self.deadline = deadline
        self.allowed_run_types = allowed_run_types
        self.disable_bundle_versioning = disable_bundle_versioning
        self.rerun_with_latest_version = rerun_with_latest_version
        self.allow_double_dot_in_ids = allow_double_dot_in_ids
        if not allow_double_dot_in_ids and ".." in dag_id:
            raise InvalidInput(f"DAG id {dag_id!r} has two dots in a row, which it must not.")
        self.task_dict: dict[str, Node] = {}
        self._mapped_over: frozenset[str] | None = None
        self.edge_info: dict[str, dict[str, Any]] = {}
        #: the highest number given so far to repeated calls of one decorated function
        self.last_numbers: dict[str, int] = {}
        self.returned: Any = None  # the task whose result is the DAG's (`@result`, add_result)
        self.parent_dag: DAG | None = None
        self.is_subdag = False
        self.task_group = TaskGroup.create_root(self)

    def _set_schedule(self, schedule: Any, interval: Any, timetable: Any) -> None:
        said = {
            name: value
            for name, value, absent in (
                ("schedule", schedule, UNSET),
                ("schedule_interval", interval, UNSET),
                ("timetable", timetable, None),
            )
            if value is not absent
        }
        if len(said) > 1:
            raise AirflowDagInconsistent(
                f"DAG {self._dag_id!r} has {' and '.join(said)}; keep one of them (schedule)."
            )
        legacy = self.era is not Era.V3
        self.schedule = next(iter(said.values())) if said else timedelta(days=1) if legacy else None

    def _set_dates(self, start_date: Any, end_date: Any) -> None:
        raw = start_date if start_date is not None else self.default_args.get("start_date")
        found = instant(raw, f"start_date of DAG {self._dag_id!r}")
        #: the zone that cron expressions are read in
        self.timezone: tzinfo = (
            found.tzinfo if found is not None and found.tzinfo else default_zone()
        )
        self.start_date = instant(start_date, f"start_date of DAG {self._dag_id!r}")
        self.end_date = instant(end_date, f"end_date of DAG {self._dag_id!r}")
        for name in ("start_date", "end_date"):
            if self.default_args.get(name):
                self.default_args[name] = instant(self.default_args[name], f"default_args {name}")

    def _whole(self, value: Any, default: int, name: str) -> int:
        return default if value is None else whole(value, f"{name} of DAG {self._dag_id!r}", 0)

    def _catchup(self, said: bool | None) -> bool:
        if said is not None:
            return bool(said)
        configured = defaults().catchup
        return self.era is not Era.V3 if configured is None else configured

    # --- names -------------------------------------------------------------------------------

    @property
    def dag_id(self) -> str:
        """The id."""
        return self._dag_id

    @dag_id.setter
    def dag_id(self, value: str) -> None:
        self._dag_id = check_id("DAG id", value)

    @property
    def dag_display_name(self) -> str:
        """What people call it."""
        return self._dag_display_name or self._dag_id

    @property
    def owner(self) -> str:
        """The owners of its tasks, in one text."""
        return ", ".join(sorted({str(getattr(task, "owner", "")) for task in self.tasks}))

    @property
    def timetable(self) -> Any:
        """The schedule as a timetable object."""
        from venturi.sdk.schedule import timetable_of

        return timetable_of(self)

    # --- tasks -------------------------------------------------------------------------------

    def add_task(self, task: Node, group: TaskGroup | None = None) -> None:
        """Put a task into this DAG (and `group`, default: the root group).

        Raises `DuplicateTaskIdFound` when its id is taken.
        """
        held = self.task_dict.get(task.task_id)
        if held is task:
            return
        if held is not None or task.task_id in self.task_group.used_group_ids:
            kind = "a task" if held is not None else "a task group"
            where = ":".join(str(part) for part in getattr(task, "defined_at", ()))
            raise DuplicateTaskIdFound(
                f"Task id {task.task_id!r} (at {where}) is already the id of {kind} in DAG "
                f"{self._dag_id!r}; rename one."
            )
        if task._dag is not None and task._dag is not self:
            raise AirflowException(
                f"Task {task.task_id!r} is in DAG {task.dag_id!r} and cannot join {self.dag_id!r}."
            )
        mine: Any = task
        if self.start_date is not None:
            start = mine.start_date
            mine.start_date = self.start_date if start is None else max(start, self.start_date)
        if self.end_date is not None:
            last = mine.end_date
            mine.end_date = self.end_date if last is None else min(last, self.end_date)
        task._dag = self
        self.task_dict[task.task_id] = task
        self._mapped_over = None
        if task.task_group is None:
            (group if group is not None else self.task_group).add(task)

    def add_tasks(self, tasks: Iterable[Node]) -> None:
        """Put several tasks into this DAG."""
        for task in tasks:
            self.add_task(task)

    @property
    def tasks(self) -> list[Node]:
        """All tasks, in the order they were made."""
        return list(self.task_dict.values())

    @property
    def task_ids(self) -> list[str]:
        """The ids of all tasks, in the order they were made."""
        return list(self.task_dict)

    @property
    def task_count(self) -> int:
        """How many tasks there are."""
        return len(self.task_dict)

    @property
    def task_group_dict(self) -> dict[str, TaskGroup]:
        """The task groups by id, without the root."""
        return {key: group for key, group in self.task_group.get_task_group_dict().items() if key}

    def mapped_over(self) -> frozenset[str]:
        """The ids of the tasks over whose results others expand, once all tasks are there.

        Remembered: every attempt asks, and should not have to look at every task of the DAG.
        """
        if self._mapped_over is None:
            self._mapped_over = frozenset(
                task_id for task in self.tasks for task_id in task.mapped_over()
            )
        return self._mapped_over

    def has_task(self, task_id: str) -> bool:
        """Whether there is a task of that id."""
        return task_id in self.task_dict

    def has_task_group(self, task_group_id: str) -> bool:
        """Whether there is a task group of that id."""
        return task_group_id in self.task_group_dict

    def get_task(self, task_id: str, include_subdags: bool = False) -> Node:
        """The task of that id. Raises `TaskNotFound`."""
        return found_task(self.task_dict, self._dag_id, task_id)

    def __getitem__(self, task_id: str) -> Node:
        return self.get_task(task_id)

    def __contains__(self, task_id: str) -> bool:
        return task_id in self.task_dict

    @property
    def roots(self) -> list[Node]:
        """The tasks that wait for none."""
        return [task for task in self.tasks if not task.upstream_task_ids]

    @property
    def leaves(self) -> list[Node]:
        """The tasks that none waits for."""
        return [task for task in self.tasks if not task.downstream_task_ids]

    def set_dependency(self, upstream_task_id: str, downstream_task_id: str) -> None:
        """Let one task wait for another, by their ids."""
        link(self.get_task(upstream_task_id), self.get_task(downstream_task_id))

    def set_edge_info(self, upstream_task_id: str, downstream_task_id: str, info: Any) -> None:
        """Keep something about an edge, e.g. its label."""
        self.edge_info.setdefault(upstream_task_id, {})[downstream_task_id] = info

    def get_edge_info(self, upstream_task_id: str, downstream_task_id: str) -> dict[str, Any]:
        """What is kept about an edge."""
        found: dict[str, Any] = self.edge_info.get(upstream_task_id, {})
        return dict(found.get(downstream_task_id, {}))

    def topological_sort(self, include_subdag_tasks: bool = False) -> tuple[Node, ...]:
        """All tasks, each after those it waits for. Raises `AirflowDagCycleException`."""
        from venturi.sdk.cycles import sorted_tasks

        return sorted_tasks(self)

    def check_cycle(self) -> None:
        """Raise `AirflowDagCycleException` if tasks wait for each other in a circle."""
        self.topological_sort()

    def add_result(self, value: Any) -> None:
        """Let the result of this task be the result of the DAG."""
        self.returned = value

    def param(self, name: str, default: Any = UNSET) -> Any:
        """A reference to a param, to be given to tasks; resolved when they run."""
        from venturi.sdk.param import DagParam

        return DagParam(self, name) if default is UNSET else DagParam(self, name, default)

    def validate(self) -> None:
        """Refuse what could not run. Raises a `VenturiError` with a sentence."""
        from venturi.sdk.freeze import freeze_dag

        freeze_dag(self)

    # --- blocks ------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        enter_dag(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        leave_dag()

    def __rshift__(self, other: Any) -> Any:
        for task in other if isinstance(other, list | tuple) else [other]:
            task >> self
        return other

    __lshift__ = __rshift__

    def __repr__(self) -> str:
        return f"<DAG: {self._dag_id}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        duplicate = type(self).__new__(type(self))
        memo[id(self)] = duplicate
        for name, value in self.__dict__.items():
            shared = name in {"user_defined_macros", "user_defined_filters", "timezone", "schedule"}
            kept = shared or name.endswith("_callback") or isinstance(value, types.ModuleType)
            duplicate.__dict__[name] = value if kept else copy.deepcopy(value, memo)
        return duplicate


def dag(dag_id: Any = "", **arguments: Any) -> Any:
    """Decorator: calling the function makes a DAG whose tasks its body describes.

    Takes every argument of `DAG`. The function's name is the id and its docstring the
    `doc_md` where these are not given; its parameters become params of the DAG.
    """
    if callable(dag_id):
        return dag("")(dag_id)

    def decorated(function: Callable[..., Any]) -> Callable[..., DAG]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def factory(*args: Any, **kwargs: Any) -> DAG:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            made = DAG(dag_id or function.__name__, **arguments)
            made.doc_md = made.doc_md or function.__doc__
            with made:
                given = {name: made.param(name, value) for name, value in bound.arguments.items()}
                function(**given)
            return made

        return factory

    return decorated
