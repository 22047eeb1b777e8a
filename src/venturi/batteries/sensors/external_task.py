"""Wait for tasks of another DAG, or tell that another DAG waits for a task here."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from venturi.batteries.callables import wanted_kwargs
from venturi.batteries.operators.empty import EmptyOperator
from venturi.core.requests import CountInstances, GetDagState, GetStates
from venturi.core.states import RunState, TaskState
from venturi.sdk.comms import current_comms
from venturi.sdk.exceptions import AirflowException, AirflowSkipException
from venturi.sdk.sensor import BaseSensorOperator


class ExternalTaskFailed(AirflowException):
    """What was waited for has ended in one of `failed_states`."""


class _Seen(StrEnum):
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    OPEN = "open"


class ExternalTaskSensor(BaseSensorOperator):
    """Waits until tasks, a task group or a whole run of another DAG have ended as hoped.

    external_dag_id          the other DAG
    external_task_id(s)      its tasks; without them and without a group: its run
    external_task_group_id   a group of its tasks
    allowed_states           states to wait for; default success
    skipped_states           states that skip this task
    failed_states            states that fail this task at once
    execution_delta          the other run's logical date is this much before that of this run
    execution_date_fn        function of the logical date (and what it names of the context) that
                             gives the other run's date, or several
    check_existence          fail at once if there is no such DAG
    poll_interval            seconds, for `deferrable`
    deferrable               wait without a slot: for now by rescheduling
    """

    template_fields = (
        "external_dag_id",
        "external_task_id",
        "external_task_ids",
        "external_task_group_id",
    )
    ui_color = "#d3dff2"
    ui_fgcolor = "#1d2b4f"

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str | None = None,
        external_task_ids: Collection[str] | None = None,
        external_task_group_id: str | None = None,
        allowed_states: Collection[str] | None = None,
        skipped_states: Collection[str] | None = None,
        failed_states: Collection[str] | None = None,
        execution_delta: timedelta | None = None,
        execution_date_fn: Callable[..., Any] | None = None,
        check_existence: bool = False,
        poll_interval: float = 2.0,
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        if deferrable:
            kwargs["mode"] = "reschedule"
        super().__init__(**kwargs)
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        self.external_task_ids = external_task_ids
        self.external_task_group_id = external_task_group_id
        self.allowed_states = _states(allowed_states or (TaskState.SUCCESS,))
        self.skipped_states = _states(skipped_states or ())
        self.failed_states = _states(failed_states or ())
        self.execution_delta = execution_delta
        self.execution_date_fn = execution_date_fn
        self.check_existence = check_existence
        self.poll_interval = poll_interval
        self.deferrable = deferrable
        self._is_known_to_exist = False
        self._check_arguments()

    def poke(self, context: Mapping[str, Any]) -> bool:
        dates = self.dates(context)
        if self.check_existence and not self._is_known_to_exist:
            self._check_existence()
        shown = ", ".join(each.isoformat() for each in dates)
        self.log.info("Looking at %s of %s", self._target(), shown)
        match self._look(dates):
            case _Seen.FAILED:
                said = f"{self._target()} of {shown} has failed."
                if self.soft_fail:
                    raise AirflowSkipException(f"{said} Skipped because of soft_fail.")
                raise ExternalTaskFailed(said)
            case _Seen.SKIPPED:
                raise AirflowSkipException(f"{self._target()} of {shown} was skipped.")
            case _Seen.DONE:
                return True
        return False

    def dates(self, context: Mapping[str, Any]) -> tuple[datetime, ...]:
        """The logical dates of the runs to look at."""
        date: datetime | None = context.get("logical_date")
        if self.execution_date_fn is not None:
            args = () if date is None else (date,)
            named = wanted_kwargs(self.execution_date_fn, args, {}, context)
            found = self.execution_date_fn(*args, **named)
            return tuple(found) if isinstance(found, list | tuple | set) else (found,)
        if date is None:
            date = context["dag_run"].run_after
        return (date - self.execution_delta if self.execution_delta is not None else date,)

    # ---------------------------------------------------------------------------------------

    def _check_arguments(self) -> None:
        named = [
            name
            for name in ("external_task_id", "external_task_ids", "external_task_group_id")
            if getattr(self, name) is not None
        ]
        if len(named) > 1:
            raise AirflowException(f"{self.task_id!r}: give only one of {', '.join(named)}.")
        if self.execution_delta is not None and self.execution_date_fn is not None:
            raise AirflowException(
                f"{self.task_id!r}: give only one of execution_delta and execution_date_fn."
            )
        known = {*TaskState} if named else {*RunState}
        lists = (self.allowed_states, self.skipped_states, self.failed_states)
        for state in (each for states in lists for each in states):
            if state not in known:
                raise AirflowException(
                    f"{self.task_id!r}: {state!r} is not a state of a {'task' if named else 'run'}"
                    f"; known are {', '.join(sorted(known))}."
                )
            if sum(state in states for states in lists) > 1:
                raise AirflowException(
                    f"{self.task_id!r}: {state!r} can be only one of allowed, skipped and failed."
                )

    def _task_ids(self) -> tuple[str, ...]:
        if self.external_task_id is not None:
            return (self.external_task_id,)
        return tuple(dict.fromkeys(self.external_task_ids or ()))

    def _target(self) -> str:
        if self.external_task_group_id is not None:
            return f"group {self.external_dag_id}.{self.external_task_group_id}"
        ids = self._task_ids()
        if ids:
            return ", ".join(f"{self.external_dag_id}.{each}" for each in ids)
        return f"the run of {self.external_dag_id}"

    def _check_existence(self) -> None:
        if not current_comms().ask(GetDagState(dag_id=self.external_dag_id))["exists"]:
            raise AirflowException(
                f"{self.task_id!r} waits for DAG {self.external_dag_id!r}, which does not exist."
            )
        self._is_known_to_exist = True

    def _look(self, dates: Sequence[datetime]) -> _Seen:
        group = self.external_task_group_id
        if group is None and not self._task_ids():
            return self._look_at_runs(dates)
        answer: Mapping[str, Mapping[str, str | None]] = current_comms().ask(
            GetStates(
                dag_id=self.external_dag_id,
                task_ids=self._task_ids() or None,
                group_id=group,
                logical_dates=tuple(dates),
            )
        )
        runs = [
            {name: state for name, state in run.items() if state != TaskState.REMOVED}
            for run in (answer or {}).values()
        ]
        states = {state for run in runs for state in run.values()}
        if states & self.failed_states:
            return _Seen.FAILED
        if states & self.skipped_states:
            return _Seen.SKIPPED
        is_whole = len(runs) >= len(set(dates)) and all(self._has_all(run) for run in runs)
        return _Seen.DONE if is_whole and states <= self.allowed_states else _Seen.OPEN

    def _has_all(self, run: Mapping[str, str | None]) -> bool:
        ids = self._task_ids()
        return bool(run) and all(any(_is_of(name, each) for name in run) for each in ids)

    def _look_at_runs(self, dates: Sequence[datetime]) -> _Seen:
        for states, seen in (
            (self.failed_states, _Seen.FAILED),
            (self.skipped_states, _Seen.SKIPPED),
        ):
            if states and self._count(dates, states) > 0:
                return seen
        whole = self._count(dates, self.allowed_states) >= len(set(dates))
        return _Seen.DONE if whole else _Seen.OPEN

    def _count(self, dates: Sequence[datetime], states: Collection[str]) -> int:
        question = CountInstances(
            dag_id=self.external_dag_id, logical_dates=tuple(dates), states=tuple(sorted(states))
        )
        return int(current_comms().ask(question) or 0)


class ExternalTaskMarker(EmptyOperator):
    """Says that a task of another DAG depends on this one, so that clearing reaches it.

    external_dag_id, external_task_id   the task that waits (usually an `ExternalTaskSensor`)
    logical_date                        date of its run, as text; default that of this run
                                        (earlier name: execution_date)
    recursion_depth                     how many markers clearing follows one after the other
    """

    template_fields = ("external_dag_id", "external_task_id", "logical_date")
    ui_color = "#d3dff2"
    ui_fgcolor = "#1d2b4f"

    def __init__(
        self,
        *,
        external_dag_id: str,
        external_task_id: str,
        logical_date: str | datetime | None = None,
        execution_date: str | datetime | None = None,
        recursion_depth: int = 10,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.external_dag_id = external_dag_id
        self.external_task_id = external_task_id
        date = logical_date or execution_date or "{{ logical_date.isoformat() }}"
        self.logical_date = date.isoformat() if isinstance(date, datetime) else date
        if recursion_depth <= 0:
            raise AirflowException(f"recursion_depth of {self.task_id!r} must be 1 or more.")
        self.recursion_depth = recursion_depth


def _states(given: Collection[str]) -> frozenset[str]:
    names = (given,) if isinstance(given, str) else given
    return frozenset(str(getattr(each, "value", each)) for each in names)


def _is_of(name: str, task_id: str) -> bool:
    """Whether `name` is the task or one of its mapped instances (`task_3`)."""
    if name == task_id:
        return True
    head, _, index = name.rpartition("_")
    return head == task_id and index.isdigit()
