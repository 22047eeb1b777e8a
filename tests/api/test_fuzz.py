"""What a machine makes up from the OpenAPI document: no failure of ours, no answer beside it.

`VENTURI_FUZZ=50 pytest tests/api/test_fuzz.py` (`make fuzz`) makes up fifty requests of each
operation; a few of each are part of every run.
"""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests import make
from tests.api.conftest import StoppedClock
from tests.store.home import begun, put, run
from venturi.api.app import create_app
from venturi.config import get_config
from venturi.core.states import TaskState
from venturi.spec.timetable.model import CronInterval
from venturi.store.engine import Store

schemathesis: Any = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
EXAMPLES = int(os.environ.get("VENTURI_FUZZ", "2"))
#: Waits for a run to end; the rest ask for a process of their own each time.
SLOW = {"wait_dag_run_until_finished", "get_plugins", "import_errors"}
#: What is there: every second question is about it.
KNOWN = {
    "dag_id": "d",
    "dag_run_id": "r1",
    "task_id": "a",
    "map_index": -1,
    "try_number": 1,
    "task_try_number": 1,
    "version_number": 1,
    "pool_name": "default_pool",
    "asset_id": 1,
    "event_log_id": 1,
}
KEPT = {"delete_dag", "delete_dag_run", "delete_task_instance", "bulk_dag_runs"}
ASSET = {"type": "asset", "name": "orders", "uri": "s3://b/orders", "group": "asset"}
SPEC = make.dag(
    make.task("a", outlets=(ASSET,)),
    make.task("b", "a"),
    dag_id="d",
    timetable=CronInterval(expr="@daily"),
)


@pytest.fixture
def described(store: Store, tmp_path: Path) -> Any:
    """The document of a server that has a DAG with a run."""
    put(store, SPEC)
    run(store, SPEC, instances={"a": begun(), "b": begun(TaskState.FAILED)})
    app = create_app(store, get_config(), StoppedClock(), tmp_path)
    return schemathesis.openapi.from_asgi("/openapi.json", app, headers={"host": "localhost:8080"})


@pytest.mark.timeout(0 if EXAMPLES > 2 else 120)
@pytest.mark.filterwarnings("ignore")  # of the libraries that make things up
def test_whatever_is_asked_is_answered_as_the_document_says(described: Any) -> None:
    from hypothesis import HealthCheck, Phase, Verbosity, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    problems: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    for found in described.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        if name in SLOW:
            continue

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            about = case.operation.definition.raw["operationId"]
            if statuses.total() % 2 and about not in KEPT:
                named = {key: KNOWN[key] for key in case.path_parameters if key in KNOWN}
                case.path_parameters.update(named)
            case.headers["Host"] = "localhost:8080"
            answer = case.call_and_validate(checks=checks)
            statuses[answer.status_code] += 1

        try:
            ask()
        except Exception as error:
            problems[name] = str(error)[:1500]
    assert problems == {}
    assert statuses.total() >= 100
    assert statuses[200] > 20, "the questions reach handlers"
