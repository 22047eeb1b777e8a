"""Factories of runs, attempts and an engine that answers from dicts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from venturi.core.attempts import AttemptInfo, RunInfo
from venturi.core.errors import NotFound
from venturi.core.requests import GetConnection, GetRun, GetVariable, GetXCom, Request, SetXCom

DAY = datetime(2026, 11, 22, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is told."""

    def __init__(self, at: datetime = DAY + timedelta(hours=9)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class FakeComms:
    """Answers from dicts and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.masked: list[str] = []
        self.xcoms: list[dict[str, Any]] = []
        self.variables: dict[str, str] = {}
        self.connections: dict[str, dict[str, Any]] = {}
        self.runs: list[dict[str, Any]] = []
        self.answers: dict[type, Any] = {}

    def mask(self, secret: str) -> None:
        self.masked.append(secret)

    def ask(self, request: Request) -> Any:
        self.asked.append(request)
        if type(request) in self.answers:
            return self.answers[type(request)]
        match request:
            case GetXCom():
                return self._pulled(request)
            case SetXCom():
                self.push(request.task_id, json.loads(request.value), request.key)
                return None
            case GetVariable(key=key):
                if key not in self.variables:
                    raise NotFound(f"There is no variable {key!r}.")
                return self.variables[key]
            case GetConnection(conn_id=conn_id):
                if conn_id not in self.connections:
                    raise NotFound(f"There is no connection {conn_id!r}.")
                return self.connections[conn_id]
            case GetRun():
                return self.runs[0] if self.runs else None
        raise AssertionError(f"nobody expected {request}")

    def push(
        self,
        task_id: str,
        value: Any,
        key: str = "return_value",
        map_index: int = -1,
        run: str = "",
    ) -> None:
        row = {
            "task_id": task_id,
            "map_index": map_index,
            "run_id": run or "r1",
            "key": key,
            "value": json.dumps(value),
        }
        self.xcoms.insert(0, row)

    def _pulled(self, request: GetXCom) -> list[dict[str, Any]]:
        return [
            row
            for row in self.xcoms
            if (not request.task_ids or row["task_id"] in request.task_ids)
            and request.key in {None, row["key"]}
            and (request.map_indexes is None or row["map_index"] in request.map_indexes)
            and (request.include_prior_dates or row["run_id"] == request.run_id)
        ]


def run(**changes: Any) -> RunInfo:
    """A scheduled run of DAG `d` for 22 November 2026."""
    fields: dict[str, Any] = {
        "dag_id": "d",
        "run_id": "r1",
        "run_type": "scheduled",
        "run_after": DAY,
        "logical_date": DAY,
        "data_interval_start": DAY,
        "data_interval_end": DAY,
        "start_date": DAY + timedelta(minutes=1),
    }
    return RunInfo(**{**fields, **changes})


def attempt(task_id: str = "t", **changes: Any) -> AttemptInfo:
    """The first try of task `t`; `run` may be given."""
    fields: dict[str, Any] = {
        "ti_id": 1,
        "try_number": 1,
        "epoch": 1,
        "task_id": task_id,
        "run": changes.pop("run", None) or run(),
    }
    return AttemptInfo(**{**fields, **changes})
