"""Runs through the REST API."""

import json

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, execute, put, run, run_row, task_row
from venturi.core.states import TaskState
from venturi.store.bell import Bell, Ring
from venturi.store.engine import Store
from venturi.store.schema.runs import dag_run

SPEC = make.dag(make.task("a"), make.task("b", "a"), dag_id="d")
RUNS = "dags/d/dagRuns"


@pytest.fixture(autouse=True)
def _dag(store: Store) -> None:
    put(store, SPEC)


def test_a_run_is_triggered_and_the_bell_rings(web: TestClient, bell: Bell, store: Store) -> None:
    body = {
        "dag_run_id": "mine",
        "logical_date": "2026-11-20T00:00:00+01:00",
        "conf": {"key": [1, "two"]},
        "note": "by hand",
    }
    answer = web.post(RUNS, json=body)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made["dag_run_id"] == "mine"
    assert made["state"] == "queued"
    assert made["run_type"] == "manual"
    assert made["logical_date"] == "2026-11-19T23:00:00Z"
    assert made["conf"] == {"key": [1, "two"]}
    assert made["note"] == "by hand"
    assert made["triggered_by"] == "rest_api"
    assert made["dag_versions"][0]["version_number"] == 1
    assert web.get(f"{RUNS}/mine").json() == made
    assert bell.answer() == [Ring(dag_ids=("d",), run_ids=(run_row(store, "mine").id,))]


def test_an_empty_body_makes_a_run_for_no_date(web: TestClient) -> None:
    made = web.post(RUNS, json={}).json()
    assert made["logical_date"] is None
    assert made["dag_run_id"].startswith("manual__")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"logical_date": "2026-11-20T00:00:00"}, 422),  # no time zone
        ({"dag_run_id": "../../etc/passwd"}, 400),
        ({"dag_run_id": "taken"}, 409),
        ({"data_interval_start": "2026-11-20T00:00:00Z"}, 400),
        ({"surprise": 1}, 422),
        ({"conf": [1]}, 422),
    ],
)
def test_what_cannot_be_triggered_says_so(
    web: TestClient, store: Store, body: dict[str, object], status: int
) -> None:
    run(store, SPEC, "taken")
    answer = web.post(RUNS, json=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def test_a_run_of_no_dag_is_404(web: TestClient) -> None:
    assert web.post("dags/none/dagRuns", json={}).status_code == 404
    assert web.get("dags/none/dagRuns").status_code == 404
    assert web.get(f"{RUNS}/none").status_code == 404


def test_lists_are_filtered_and_span_dags(web: TestClient, store: Store) -> None:
    other = make.dag(make.task("a"), dag_id="other")
    put(store, other)
    run(store, SPEC, "one", state="success", days_ago=3)
    run(store, SPEC, "two", state="failed", days_ago=2)
    run(store, other, "three", state="running", days_ago=1)

    def ids(path: str = "dags/~/dagRuns", **params: object) -> list[str]:
        answer = web.get(path, params=params)  # type: ignore[arg-type]
        assert answer.status_code == 200, answer.text
        return [each["dag_run_id"] for each in answer.json()["dag_runs"]]

    assert ids(RUNS) == ["one", "two"]
    assert ids() == ["one", "two", "three"]
    assert ids(order_by="-logical_date", limit=1) == ["three"]
    assert ids(state=["success", "running"]) == ["one", "three"]
    assert ids(logical_date_gte="2026-11-20T12:00:00+00:00") == ["two", "three"]
    assert ids(logical_date_lt="2026-11-20T12:00:00Z") == ["one"]
    assert web.get(RUNS, params={"start_date_gt": "soon"}).status_code == 422
    batch = web.post("dags/~/dagRuns/list", json={"dag_ids": ["d"], "states": ["failed"]})
    assert [each["dag_run_id"] for each in batch.json()["dag_runs"]] == ["two"]


def test_a_plus_in_an_address_may_arrive_as_a_space(web: TestClient, store: Store) -> None:
    run(store, SPEC, "one", days_ago=1)
    answer = web.get(f"{RUNS}?logical_date_gte=2026-11-01T00:00:00+00:00")
    assert answer.json()["total_entries"] == 1


def test_a_run_is_marked_and_annotated(web: TestClient, store: Store, bell: Bell) -> None:
    row_id = run(store, SPEC, instances={"a": begun(TaskState.RUNNING)})
    answer = web.patch(f"{RUNS}/r1", json={"state": "failed", "note": "enough"})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["note"]) == ("failed", "enough")
    assert task_row(store, "a").state == "failed"
    assert bell.answer() == [Ring(dag_ids=("d",), run_ids=(row_id,))]
    web.patch(f"{RUNS}/r1", params={"update_mask": "note"}, json={"state": "success", "note": None})
    row = run_row(store)
    assert (row.state, row.note) == ("failed", None)
    assert web.patch(f"{RUNS}/r1", json={"state": "running"}).status_code == 422


def test_a_run_is_deleted_unless_it_runs(web: TestClient, store: Store) -> None:
    run(store, SPEC, "done", state="success", days_ago=2)
    run(store, SPEC, "busy", state="running")
    assert web.delete(f"{RUNS}/done").status_code == 204
    assert web.get(f"{RUNS}/done").status_code == 404
    assert web.delete(f"{RUNS}/busy").status_code == 409


def test_a_run_is_cleared(web: TestClient, store: Store) -> None:
    run(store, SPEC, state="success", instances={"a": begun(), "b": begun(TaskState.FAILED)})
    dry = web.post(f"{RUNS}/r1/clear", json={}).json()
    assert dry["total_entries"] == 2
    assert task_row(store, "a").state == "success"
    answer = web.post(f"{RUNS}/r1/clear", json={"dry_run": False, "only_failed": True}).json()
    assert answer["state"] == "queued"
    assert (task_row(store, "a").state, task_row(store, "b").state) == ("success", None)


GROWN = make.dag(*SPEC.tasks, make.task("extra", label="One more"))


def test_a_run_gets_the_tasks_that_are_new(web: TestClient, store: Store, bell: Bell) -> None:
    row_id = run(store, SPEC, state="success", instances={"a": begun(), "b": begun()})
    put(store, GROWN, key="k2")
    dry = web.post(f"{RUNS}/r1/clear", json={"only_new": True})
    assert dry.status_code == 200, dry.text
    shown = {"task_id": "extra", "task_display_name": "One more"}
    assert dry.json() == {"task_instances": [shown], "total_entries": 1}
    assert run_row(store).state == "success"
    body = {"only_new": True, "dry_run": False, "note": "it grew"}
    answer = web.post(f"{RUNS}/r1/clear", json=body).json()
    assert (answer["state"], answer["note"]) == ("queued", "it grew")
    assert answer["dag_versions"][0]["version_number"] == 2
    assert (task_row(store, "a").state, task_row(store, "extra").state) == ("success", None)
    assert bell.answer() == [Ring(dag_ids=("d",), run_ids=(row_id,))]
    assert web.post(f"{RUNS}/r1/clear", json={"only_new": True}).json()["total_entries"] == 0
    assert web.post(f"{RUNS}/other/clear", json={"only_new": True}).status_code == 404


def test_several_runs_get_the_tasks_that_are_new(web: TestClient, store: Store) -> None:
    names = ("one", "two")
    for days, name in enumerate(names, 1):
        run(store, SPEC, name, state="failed", days_ago=days, instances={"a": begun()})
    put(store, GROWN, key="k2")
    body = {"only_new": True, "dag_runs": [{"dag_run_id": name} for name in names]}
    where = "dags/d/clearDagRuns"
    dry = web.post(where, json=body).json()
    assert [each["task_id"] for each in dry["task_instances"]] == ["extra", "extra"]
    answer = web.post(where, json={**body, "dry_run": False}).json()
    assert [each["state"] for each in answer["dag_runs"]] == ["queued", "queued"]
    assert [task_row(store, "a", name).state for name in names] == ["success", "success"]
    assert [task_row(store, "extra", name).state for name in names] == [None, None]


@pytest.mark.parametrize("where", [f"{RUNS}/r1/clear", "dags/d/clearDagRuns"])
def test_new_tasks_and_failed_ones_are_not_asked_for_at_once(web: TestClient, where: str) -> None:
    answer = web.post(where, json={"only_new": True, "only_failed": True})
    assert answer.status_code == 422
    (part,) = answer.json()["detail"]
    assert part["loc"] == ["body", "only_new"]
    assert "not both" in part["msg"]


def test_a_busy_run_gets_no_new_tasks(web: TestClient, store: Store) -> None:
    run(store, SPEC, instances={"a": begun(TaskState.RUNNING)})
    put(store, GROWN, key="k2")
    answer = web.post(f"{RUNS}/r1/clear", json={"only_new": True, "dry_run": False})
    assert answer.status_code == 409
    assert "queued or running" in answer.json()["detail"]


def test_waiting_ends_with_the_run_and_its_results(web: TestClient, store: Store) -> None:
    from venturi.store.apply import put_xcoms

    run(store, SPEC, state="success")
    row = {
        "dag_id": "d",
        "run_id": "r1",
        "task_id": "a",
        "map_index": -1,
        "key": "return_value",
        "value": json.dumps({"n": 42}),
        "timestamp": make.NOW,
        "execution_date": None,
        "length": None,
    }
    store.retrying(lambda tx: put_xcoms(tx, [row]))
    answer = web.get(f"{RUNS}/r1/wait", params={"interval": 0.01, "result": "a"})
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in answer.text.splitlines()] == [
        {"state": "success", "results": {"a": {"n": 42}}}
    ]
    assert web.get(f"{RUNS}/r1/wait").status_code == 422
    assert web.get(f"{RUNS}/r1/wait", params={"interval": 0}).status_code == 422


def test_runs_are_listed_by_how_long_they_took(web: TestClient, store: Store) -> None:
    lasted = (("short", 5), ("long", 90.5), ("going", None))
    for number, (run_id, seconds) in enumerate(lasted):
        row_id = run(store, SPEC, run_id, days_ago=number + 1)
        end = None if seconds is None else make.later(seconds)
        values = {"start_date": make.NOW, "end_date": end}
        execute(store, update(dag_run).where(dag_run.c.id == row_id).values(**values))

    def listed(**asked: str | float) -> list[str]:
        answer = web.get(RUNS, params=asked).json()
        assert answer["total_entries"] == len(answer["dag_runs"])
        return [each["dag_run_id"] for each in answer["dag_runs"]]

    assert listed(duration_gt=5) == ["long"]
    assert sorted(listed(duration_gte=5)) == ["long", "short"]
    assert listed(duration_lte=90.5, duration_gt=6) == ["long"]
    assert listed(duration_lt=90.5) == ["short"]
    assert listed(order_by="-duration", duration_gte=0) == ["long", "short"]


def test_a_filter_sees_the_duration_that_the_answer_shows(web: TestClient, store: Store) -> None:
    row_id = run(store, SPEC, "one")
    dates = {"start_date": make.later(0.999999), "end_date": make.later(90_002.233332)}
    execute(store, update(dag_run).where(dag_run.c.id == row_id).values(**dates))
    shown = web.get(f"{RUNS}/one").json()["duration"]
    assert shown == 90001.233333

    def total(**asked: float) -> int:
        return int(web.get(RUNS, params=asked).json()["total_entries"])

    assert total(duration_gte=shown) == total(duration_lte=shown) == 1
    assert total(duration_gt=shown) == total(duration_lt=shown) == 0
    assert total(duration_gt=90001.233332, duration_lt=90001.233334) == 1


@pytest.mark.parametrize("path", [RUNS, "dags/d/dagRuns/~/taskInstances"])
@pytest.mark.parametrize("bound", ["inf", "-inf", "nan"])
def test_a_duration_without_end_is_a_bad_request(web: TestClient, path: str, bound: str) -> None:
    answer = web.get(path, params={"duration_lt": bound})
    assert (answer.status_code, "finite" in answer.json()["detail"]) == (400, True)


@pytest.mark.parametrize(
    "asked",
    [
        {"bundle_version": "v1"},
        {"partition_date_gte": "2020-01-01T00:00:00Z"},
        {"partition_date_lte": "2030-01-01T00:00:00Z"},
        {"consuming_asset_pattern": "sales"},
        {"consuming_asset_pattern": "~"},  # the contract has it: this one does not mean all
    ],
)
def test_what_no_run_has_finds_none(web: TestClient, store: Store, asked: dict[str, str]) -> None:
    run(store, SPEC)
    assert web.get(RUNS, params=asked).json()["total_entries"] == 0
    assert web.get(RUNS, params={"consuming_asset_pattern": ""}).json()["total_entries"] == 1
