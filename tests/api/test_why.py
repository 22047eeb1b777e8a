"""Why something does not run, through the REST API."""

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, put, run
from venturi.core.states import TaskState
from venturi.store.engine import Store

SPEC = make.dag(make.task("a"), make.task("b", "a"), dag_id="d")


@pytest.fixture(autouse=True)
def _dag(store: Store) -> None:
    put(store, SPEC)


def rules(web: TestClient, **query: str) -> dict[str, str]:
    answer = web.get("dags/d/why", params=query)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["total_entries"] == len(said["reasons"])
    return {r["rule"]: r["reason"] for r in said["reasons"] if r["rule"] != "no_scheduler"}


def test_a_dag_a_run_and_a_task_say_what_holds_them(web: TestClient, store: Store) -> None:
    assert set(rules(web)) == {"no_schedule"}
    run(store, SPEC, "r1", instances={"a": begun(TaskState.RUNNING)})
    assert set(rules(web, dag_run_id="r1")) == {"running"}
    assert rules(web, task_id="b")["upstream"] == "upstream a is running"
    assert rules(web, task_id="b", dag_run_id="r1", map_index="-1")["upstream"]


def test_what_is_not_there_is_not_found(web: TestClient) -> None:
    assert web.get("dags/none/why").status_code == 404
    assert web.get("dags/none/why", params={"task_id": "a"}).status_code == 404
    assert web.get("dags/d/why", params={"task_id": "a"}).status_code == 404
    assert web.get("dags/d/why", params={"dag_run_id": "none"}).status_code == 404
