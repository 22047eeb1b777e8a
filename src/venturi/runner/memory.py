"""An engine in memory, for runs without processes: `dag.test()`, `airflow tasks test`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from venturi.core.attempts import RunInfo, XComValue
from venturi.core.errors import InvalidInput, NotFound
from venturi.core.requests import (
    CountInstances,
    DeleteVariable,
    DeleteXCom,
    GetConnection,
    GetRun,
    GetStates,
    GetVariable,
    GetXCom,
    Request,
    SetVariable,
    SetXCom,
)
from venturi.sdk.comms import Comms


class MemoryComms:
    """Answers for one run from memory, and for everything else from `beyond`, if there is one.

    What is set here stays here: a test run changes no variable of the installation.
    """

    def __init__(
        self,
        run: RunInfo,
        beyond: Comms | None = None,
        *,
        variables: Mapping[str, Any] | None = None,
        connections: Mapping[str, Any] | None = None,
    ) -> None:
        self.run = run
        self.beyond = beyond
        self.variables = {key: _text(value) for key, value in (variables or {}).items()}
        self.connections = dict(connections or {})
        self.deleted: set[str] = set()
        #: (task id, map index, key) -> JSON text, oldest first
        self.xcoms: dict[tuple[str, int, str], str] = {}
        #: task id, or `<task id>_<index>` for a mapped one -> state
        self.states: dict[str, str] = {}

    def mask(self, secret: str) -> None:
        """Nothing to do: log records of this process are masked where they are made."""

    def put(self, xcoms: tuple[XComValue, ...]) -> None:
        """Keep what an attempt pushed with its result."""
        for each in xcoms:
            if each.value is not None:
                self._put((each.task_id, each.map_index, each.key), each.value)

    def ask(self, request: Request) -> Any:
        """The answer. Raises `NotFound` for what is not here and cannot be asked beyond."""
        match request:
            case GetVariable(key=key):
                return self._variable(request, key)
            case SetVariable(key=key, value=value):
                self.deleted.discard(key)
                self.variables[key] = value
            case DeleteVariable(key=key):
                known = key in self.variables
                self.variables.pop(key, None)
                self.deleted.add(key)
                return int(known)
            case GetConnection(conn_id=conn_id):
                found = self.connections.get(conn_id)
                return found if found is not None else self._beyond(request, None)
            case SetXCom():
                self._put((request.task_id, request.map_index, request.key), request.value)
            case DeleteXCom():
                self.xcoms.pop((request.task_id, request.map_index, request.key), None)
            case GetXCom():
                return self._xcoms(request)
            case GetStates() if self._is_mine(request):
                return {self.run.run_id: self._states_of(request.task_ids)}
            case CountInstances() if self._is_mine(request):
                return self._count(request)
            case GetRun(run_id=run_id) if run_id == self.run.run_id:
                return _as_answer(self.run)
            case GetRun() | GetStates() | CountInstances():
                return self._beyond(request, _NOTHING[type(request)])
            case _:
                return self._asked_beyond(request)
        return None

    def _put(self, place: tuple[str, int, str], value: str) -> None:
        self.xcoms.pop(place, None)
        self.xcoms[place] = value

    def _variable(self, request: GetVariable, key: str) -> Any:
        if key in self.variables:
            return self.variables[key]
        return None if key in self.deleted else self._beyond(request, None)

    def _xcoms(self, request: GetXCom) -> list[dict[str, Any]]:
        found = [
            {"task_id": task_id, "map_index": index, "run_id": self.run.run_id, "value": value}
            for (task_id, index, key), value in reversed(self.xcoms.items())
            if request.dag_id == self.run.dag_id
            and request.run_id in {None, self.run.run_id}
            and (not request.task_ids or task_id in request.task_ids)
            and request.key in {None, key}
            and (request.map_indexes is None or index in request.map_indexes)
        ]
        mine = request.dag_id == self.run.dag_id and request.run_id == self.run.run_id
        if mine and not request.include_prior_dates and (found or self.states):
            return found
        return [*found, *(self._beyond(request, None) or ())]

    def _is_mine(self, request: GetStates | CountInstances) -> bool:
        asked = request.run_ids
        return request.dag_id == self.run.dag_id and asked is not None and self.run.run_id in asked

    def _states_of(self, task_ids: tuple[str, ...] | None) -> dict[str, str]:
        return {
            name: state
            for name, state in self.states.items()
            if task_ids is None or name in task_ids or name.rpartition("_")[0] in task_ids
        }

    def _count(self, request: CountInstances) -> int:
        if request.task_ids is None and request.group_id is None:
            return 1
        states = self._states_of(request.task_ids or None).values()
        return sum(request.states is None or state in request.states for state in states)

    def _beyond(self, request: Request, otherwise: Any) -> Any:
        return otherwise if self.beyond is None else self.beyond.ask(request)

    def _asked_beyond(self, request: Request) -> Any:
        if self.beyond is None:
            raise NotFound(
                f"{type(request).__name__} needs an installation: run `airflow db migrate` first, "
                "or set AIRFLOW_HOME to the one you mean."
            )
        return self.beyond.ask(request)


_NOTHING: dict[type, Any] = {GetRun: None, GetStates: {}, CountInstances: 0}


def read_secrets(path: str | Path) -> dict[str, Any]:
    """Variables or connections from a JSON, YAML or .env file. Raises `InvalidInput`."""
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    if file.suffix == ".env":
        lines = [line.strip() for line in text.splitlines()]
        pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
        return {key.strip(): value.strip() for key, _, value in pairs}
    import yaml

    try:
        loaded = json.loads(text) if file.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise InvalidInput(f"{file} is neither JSON nor YAML: {error}.") from error
    if not isinstance(loaded, dict):
        raise InvalidInput(f"{file} must hold names and values, like {{'my_name': 'my value'}}.")
    return loaded


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _as_answer(run: RunInfo) -> dict[str, Any]:
    import msgspec

    answer: dict[str, Any] = msgspec.to_builtins(run)
    return answer
