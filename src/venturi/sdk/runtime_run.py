"""`dag_run` in templates and callables: the run a task belongs to."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from venturi.core.attempts import RunInfo
from venturi.core.requests import CountInstances, GetRun, GetStates
from venturi.core.states import RunState, RunType
from venturi.sdk.comms import current_comms


def moment(value: datetime | str | None) -> Any:
    """`value` as a pendulum DateTime in UTC, as templates and callables have it; None for None."""
    if value is None:
        return None
    import pendulum

    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    # Made by hand: `pendulum.instance` takes ten times as long, and every attempt needs some.
    day, clock = (at.year, at.month, at.day), (at.hour, at.minute, at.second, at.microsecond)
    return pendulum.DateTime(*day, *clock, tzinfo=pendulum.UTC)


class OtherInstance(NamedTuple):
    """A task instance as others see it."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    state: str | None

    @classmethod
    def named(cls, run: "DagRun", name: str, state: str | None) -> "OtherInstance":
        """From its name in the engine's answer: the task id, `<task id>_<index>` when mapped."""
        task_id, _, index = name.rpartition("_")
        known = getattr(run.dag, "task_dict", None)
        mapped = index.isdigit() and (task_id in known and name not in known if known else False)
        place = (task_id, int(index)) if mapped else (name, -1)
        return cls(run.dag_id, run.run_id, *place, state)

    def current_state(self, session: Any = None) -> str | None:
        """The state."""
        return self.state


class DagRun:
    """A run. Dates are pendulum DateTimes in UTC, `conf` is the dict it was triggered with."""

    def __init__(self, info: RunInfo, dag: Any = None, *, end_date: Any = None) -> None:
        self._info = info
        self.dag = dag
        self.dag_id = info.dag_id
        self.run_id = info.run_id
        self.state: Any = _as_state(info.state)
        self.run_type: Any = _as_type(info.run_type)
        self.external_trigger = info.external_trigger
        self.note = info.note
        self.triggering_user_name = info.triggering_user
        self.end_date = moment(end_date)
        self.partition_key: str | None = None
        self.consumed_asset_events: list[Any] = []

    @cached_property
    def conf(self) -> dict[str, Any]:
        """What the run was triggered with."""
        loaded = json.loads(self._info.conf or "{}")
        return loaded if loaded is not None else {}

    @cached_property
    def logical_date(self) -> Any:
        """The date the run is about; None for runs without one."""
        return moment(self._info.logical_date)

    @property
    def execution_date(self) -> Any:
        """Name of `logical_date` in 1.x and 2.x."""
        return self.logical_date

    @cached_property
    def data_interval_start(self) -> Any:
        """Where the data of this run begins."""
        return moment(self._info.data_interval_start)

    @cached_property
    def data_interval_end(self) -> Any:
        """Where the data of this run ends."""
        return moment(self._info.data_interval_end)

    @cached_property
    def start_date(self) -> Any:
        """When the run began."""
        return moment(self._info.start_date)

    @cached_property
    def queued_at(self) -> Any:
        """When the run was made."""
        return moment(self._info.queued_at)

    @cached_property
    def run_after(self) -> Any:
        """The earliest moment the run may begin."""
        return moment(self._info.run_after)

    @property
    def is_backfill(self) -> bool:
        """Whether a backfill made it."""
        return bool(self.run_type == RunType.BACKFILL)

    def get_dag(self) -> Any:
        """The DAG."""
        return self.dag

    def get_state(self) -> Any:
        """The state of the run."""
        return self.state

    def get_previous_dagrun(self, state: str | None = None, session: Any = None) -> "DagRun | None":
        """The run before this one, in `state` if given."""
        before = self._info.logical_date or self._info.run_after
        return ask_run(GetRun(dag_id=self.dag_id, before=before, state=_text(state)), self.dag)

    def get_previous_scheduled_dagrun(self, session: Any = None) -> "DagRun | None":
        """The scheduled run before this one."""
        found = self.get_previous_dagrun()
        while found is not None and found.run_type != RunType.SCHEDULED:
            found = found.get_previous_dagrun()
        return found

    def get_task_states(self) -> dict[str, str]:
        """The states of its task instances, by task id (`<task id>_<index>` for mapped ones)."""
        answer = current_comms().ask(GetStates(dag_id=self.dag_id, run_ids=(self.run_id,))) or {}
        return dict(answer.get(self.run_id, {}))

    def get_task_instances(
        self, state: Any = None, session: Any = None, **_: Any
    ) -> list["OtherInstance"]:
        """Its task instances, those in `state` (one or several) if given."""
        wanted = None if state is None else {_text(each) for each in _listed(state)}
        found = [
            OtherInstance.named(self, name, each) for name, each in self.get_task_states().items()
        ]
        return [each for each in found if wanted is None or each.state in wanted]

    def get_task_instance(
        self, task_id: str, session: Any = None, *, map_index: int = -1
    ) -> "OtherInstance | None":
        """One of its task instances, or None."""
        found = self.get_task_instances()
        return next((e for e in found if (e.task_id, e.map_index) == (task_id, map_index)), None)

    def count_tasks(self, states: Any = None) -> int:
        """How many of its task instances are in one of `states` (default: any)."""
        wanted = None if states is None else tuple(str(_text(state)) for state in states)
        question = CountInstances(
            dag_id=self.dag_id, task_ids=(), run_ids=(self.run_id,), states=wanted
        )
        return int(current_comms().ask(question) or 0)

    def __repr__(self) -> str:
        return f"<DagRun {self.dag_id} @ {self.logical_date}: {self.run_id}, {self.state}>"


def ask_run(question: GetRun, dag: Any = None) -> DagRun | None:
    """The run that the engine answers `question` with."""
    answer = current_comms().ask(question)
    return None if not answer else run_of(answer, dag)


def run_of(answer: Mapping[str, Any], dag: Any = None) -> DagRun:
    """A run as the engine described it in an answer."""
    return DagRun(info_of(answer), dag, end_date=answer.get("end_date"))


def info_of(answer: Mapping[str, Any]) -> RunInfo:
    """What is known of a run that the engine described in an answer."""
    import msgspec

    known = {name: answer[name] for name in RunInfo.__struct_fields__ if name in answer}
    conf = known.get("conf", "{}")
    known["conf"] = conf if isinstance(conf, str) else json.dumps(conf)
    known.setdefault("run_type", RunType.MANUAL.value)
    known.setdefault("run_after", answer.get("logical_date"))
    return msgspec.convert(known, RunInfo, strict=False)


def _listed(state: Any) -> list[Any]:
    return list(state) if isinstance(state, list | tuple | set | frozenset) else [state]


def _text(state: Any) -> str | None:
    return None if state is None else str(getattr(state, "value", state))


def _as_state(text: str) -> RunState | str:
    try:
        return RunState(text)
    except ValueError:
        return text


def _as_type(text: str) -> RunType | str:
    try:
        return RunType(text)
    except ValueError:
        return text
