"""Start a run of another DAG."""

import json
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from venturi.core.clock import Clock, SystemClock
from venturi.core.errors import Conflict, InvalidInput
from venturi.core.requests import GetRun, TriggerRun
from venturi.core.run_ids import check_run_id
from venturi.core.states import RunState
from venturi.sdk.comms import current_comms
from venturi.sdk.exceptions import AirflowException, AirflowSkipException, DagRunAlreadyExists
from venturi.sdk.operator import BaseOperator

_NOW: Any = object()


class DagRunOrder:
    """1.x: what a `python_callable` fills in; `payload` becomes the conf of the new run."""

    def __init__(self, run_id: str | None = None, payload: Any = None) -> None:
        self.run_id = run_id
        self.payload = payload


class TriggerDagRunLink:
    """Link from the task to the DAG it triggers."""

    name = "Triggered DAG"

    def get_link(self, operator: Any, *, ti_key: Any = None) -> str:
        """Path of the page of the other DAG."""
        return f"/dags/{operator.trigger_dag_id}"


class TriggerDagRunOperator(BaseOperator):
    """Starts a run of another DAG and may wait for its end.

    trigger_dag_id             the DAG
    trigger_run_id             id of the new run; default one made by the engine
    conf                       dict for the run, seen there as `dag_run.conf`
    logical_date               its logical date, a datetime or text in ISO format; default now
                               (earlier name: execution_date)
    reset_dag_run              clear the run and start it again if it exists
    wait_for_completion        end only when the run has ended
    poke_interval              seconds between two looks at it; default 60
    allowed_states             states of the run that end this task as success; default success
    failed_states              states that fail it; default failed
    skip_when_already_exists   a run that exists skips this task instead of failing it
    fail_when_dag_is_paused    fail if the other DAG is paused
    note                       note on the new run
    deferrable                 wait without a slot: not yet, it waits in its process
    python_callable            1.x: `function(context, dag_run_obj)` that returns `dag_run_obj`,
                               with what it put into `.payload` and `.run_id`; None: no run

    The result `trigger_run_id` is pushed as XCom.
    """

    template_fields = (
        "trigger_dag_id",
        "trigger_run_id",
        "logical_date",
        "conf",
        "wait_for_completion",
        "skip_when_already_exists",
    )
    template_fields_renderers = {"conf": "py"}
    ui_color = "#fde9a9"
    operator_extra_links = (TriggerDagRunLink(),)
    shallow_copy_attrs = ("python_callable",)
    clock: Clock = SystemClock()

    def __init__(
        self,
        *,
        trigger_dag_id: str,
        python_callable: Callable[..., Any] | None = None,
        trigger_run_id: str | None = None,
        conf: Mapping[str, Any] | str | None = None,
        logical_date: str | datetime | None = _NOW,
        execution_date: str | datetime | None = None,
        reset_dag_run: bool = False,
        wait_for_completion: bool = False,
        poke_interval: float = 60,
        allowed_states: Collection[str] | None = None,
        failed_states: Collection[str] | None = None,
        skip_when_already_exists: bool = False,
        fail_when_dag_is_paused: bool = False,
        note: str | None = None,
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.trigger_dag_id = trigger_dag_id
        self.python_callable = python_callable
        self.trigger_run_id = trigger_run_id
        self.conf = conf
        self._takes_now = logical_date is _NOW and execution_date is None
        date = execution_date if logical_date is _NOW else logical_date
        self.logical_date = date.isoformat() if isinstance(date, datetime) else date
        self.reset_dag_run = reset_dag_run
        self.wait_for_completion = wait_for_completion
        self.poke_interval = poke_interval
        self.allowed_states = _states(allowed_states or (RunState.SUCCESS,))
        self.failed_states = _states(failed_states or (RunState.FAILED,))
        self.skip_when_already_exists = skip_when_already_exists
        self.fail_when_dag_is_paused = fail_when_dag_is_paused
        self.note = note
        self.deferrable = deferrable

    def execute(self, context: Mapping[str, Any]) -> None:
        run_id, conf = self.trigger_run_id, self.conf
        if self.python_callable is not None:
            order = self.python_callable(context, DagRunOrder(run_id=run_id))
            if not order:
                self.log.info("python_callable asked for no run.")
                return
            run_id = order.run_id or run_id
            conf = order.payload if order.payload is not None else conf
        if run_id is not None:
            check_run_id(run_id)
        date = self.clock.now() if self._takes_now else _moment(self.logical_date, self.task_id)
        question = TriggerRun(
            dag_id=self.trigger_dag_id,
            run_id=run_id,
            logical_date=date,
            conf=_as_json(conf, self.task_id),
            reset=self.reset_dag_run,
            fail_when_paused=self.fail_when_dag_is_paused,
            note=self.note,
        )
        try:
            run_id = current_comms().ask(question)["run_id"]
        except Conflict as error:
            if self.skip_when_already_exists:
                raise AirflowSkipException(str(error)) from error
            raise DagRunAlreadyExists(str(error)) from error
        self.log.info("Triggered run %s of DAG %s.", run_id, self.trigger_dag_id)
        ti = context["ti"]
        ti.xcom_push(key="trigger_run_id", value=run_id)
        if date is not None:
            ti.xcom_push(key="trigger_logical_date_iso", value=date.isoformat())
        if self.wait_for_completion:
            self._wait(str(run_id))

    def _wait(self, run_id: str) -> None:
        # Signals interrupt this wait, and an exception from their handler ends it.
        pause = threading.Event()
        while True:
            run = current_comms().ask(GetRun(dag_id=self.trigger_dag_id, run_id=run_id))
            state = run.get("state") if run else None
            if state is None:
                raise AirflowException(
                    f"Run {run_id!r} of DAG {self.trigger_dag_id!r} has vanished while "
                    f"{self.task_id!r} waited for it."
                )
            if state in self.failed_states:
                raise AirflowException(
                    f"Run {run_id!r} of DAG {self.trigger_dag_id!r} ended as {state}."
                )
            if state in self.allowed_states:
                self.log.info("Run %s of DAG %s: %s.", run_id, self.trigger_dag_id, state)
                return
            self.log.info("Run %s is %s; looking again in %s s.", run_id, state, self.poke_interval)
            pause.wait(self.poke_interval)


def _states(given: Collection[str]) -> frozenset[str]:
    return frozenset(str(getattr(each, "value", each)) for each in given)


def _as_json(conf: Any, task_id: str) -> str:
    if conf is None:
        return "{}"
    if isinstance(conf, str):
        try:
            conf = json.loads(conf)
        except json.JSONDecodeError as error:
            raise InvalidInput(f"conf of {task_id!r} is not JSON: {error}.") from error
    try:
        return json.dumps(conf)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"conf of {task_id!r} cannot be written as JSON ({error}); use texts, numbers, lists "
            "and dicts."
        ) from error


def _moment(text: str | None, task_id: str) -> datetime | None:
    if text is None:
        return None
    from dateutil.parser import ParserError, parse

    try:
        moment = parse(text)
    except (ParserError, OverflowError) as error:
        raise InvalidInput(
            f"logical_date {text!r} of {task_id!r} is not a date and time; write it like "
            "2026-11-22T08:30:00+00:00."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
