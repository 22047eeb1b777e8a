"""Task instances through the REST API: lists, tries, clearing, marking."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, execute, put, run, run_row, task_row
from venturi.core.states import TaskState
from venturi.spec.model import GroupSpec
from venturi.store.bell import Bell, Ring
from venturi.store.engine import Store
from venturi.store.schema.runs import rendered_fields, task_instance, task_instance_history

SPEC = make.dag(make.task("a"), make.task("b", "a"), make.task("c", "b"), dag_id="d")
TIS = "dags/d/dagRuns/r1/taskInstances"
CLEAR = "dags/d/clearTaskInstances"


@pytest.fixture(autouse=True)
def _run(store: Store) -> None:
    put(store, SPEC)
    run(
        store,
        SPEC,
        state="failed",
        instances={
            "a": begun(pid=7, hostname="here"),
            "b": begun(TaskState.FAILED, try_number=2, note="why"),
            "c": {"state": TaskState.UPSTREAM_FAILED},
        },
    )


def history(store: Store, task_id: str, try_number: int, **values: Any) -> None:
    """An earlier try of a task instance."""
    row = task_row(store, task_id)
    values = {"state": "failed", "start_date": make.NOW, "reason": "exit code 1", **values}
    execute(
        store,
        insert(task_instance_history).values(
            task_instance_id=row.id,
            dag_id="d",
            run_id="r1",
            task_id=task_id,
            map_index=-1,
            try_number=try_number,
            epoch=try_number,
            **values,
        ),
    )


def test_a_list_has_every_field_of_the_contract(web: TestClient, store: Store) -> None:
    row = task_row(store, "a")
    execute(
        store,
        insert(rendered_fields).values(
            task_instance_id=row.id,
            dag_id="d",
            run_id="r1",
            task_id="a",
            rendered_fields='{"bash_command": "echo 1"}',
        ),
    )
    answer = web.get(TIS).json()
    assert answer["total_entries"] == 3
    first = answer["task_instances"][0]
    assert UUID(first["id"]).version == 8
    assert first["rendered_fields"] == {"bash_command": "echo 1"}
    assert (first["task_id"], first["state"], first["pid"]) == ("a", "success", 7)
    assert first["dag_version"]["version_number"] == 1
    assert web.get(f"{TIS}/a").json() == first


def test_lists_are_filtered(web: TestClient) -> None:
    def ids(**params: Any) -> list[str]:
        rows = web.get(TIS, params=params).json()["task_instances"]
        return [each["task_id"] for each in rows]

    assert ids(state=["failed", "upstream_failed"]) == ["b", "c"]
    assert ids(task_id="c") == ["c"]
    assert ids(try_number=2) == ["b"]
    assert ids(order_by="-task_id", limit=2) == ["c", "b"]
    body = {"dag_ids": ["d"], "state": ["success"]}
    batch = web.post("dags/~/dagRuns/~/taskInstances/list", json=body).json()
    assert [each["task_id"] for each in batch["task_instances"]] == ["a"]
    assert web.get("dags/~/dagRuns/~/taskInstances").json()["total_entries"] == 3


def test_what_is_not_there_is_404(web: TestClient) -> None:
    assert web.get(f"{TIS}/none").status_code == 404
    assert web.get("dags/d/dagRuns/none/taskInstances").status_code == 404
    assert web.get(f"{TIS}/a/3").status_code == 404
    assert web.get(f"{TIS}/a/x").status_code == 422


def test_tries_are_told_oldest_first(web: TestClient, store: Store) -> None:
    history(store, "b", 1)
    answer = web.get(f"{TIS}/b/tries").json()
    assert [each["try_number"] for each in answer["task_instances"]] == [1, 2]
    assert web.get(f"{TIS}/b/tries/1").json()["state"] == "failed"
    assert web.get(f"{TIS}/b/-1/tries/2").json()["try_number"] == 2
    assert web.get(f"{TIS}/b/tries/9").status_code == 404


def test_a_dry_run_of_clearing_changes_nothing(web: TestClient, store: Store) -> None:
    answer = web.post(CLEAR, json={"dag_run_id": "r1"}).json()
    assert [each["task_id"] for each in answer["task_instances"]] == ["b", "c"]
    assert task_row(store, "b").state == "failed"


def test_clearing_lets_tasks_run_again(web: TestClient, store: Store, bell: Bell) -> None:
    body = {
        "dry_run": False,
        "dag_run_id": "r1",
        "task_ids": ["b"],
        "include_downstream": True,
        "only_failed": False,
        "note": "again",
    }
    answer = web.post(CLEAR, json=body)
    assert answer.status_code == 200, answer.text
    rows = {each["task_id"]: each for each in answer.json()["task_instances"]}
    assert {task: row["state"] for task, row in rows.items()} == {"b": None, "c": None}
    assert rows["b"]["note"] == "again"
    assert task_row(store, "a").state == "success"
    assert run_row(store).state == "queued"
    assert bell.answer() == [Ring(dag_ids=("d",), run_ids=(run_row(store).id,))]


def test_clearing_tells_contradictions(web: TestClient) -> None:
    answer = web.post(CLEAR, json={"include_future": True})
    assert answer.status_code == 400
    assert web.post(CLEAR, json={"task_ids": ["none"]}).status_code == 404
    dates = {"dag_run_id": "r1", "start_date": "2026-11-01T00:00:00Z"}
    assert web.post(CLEAR, json=dates).status_code == 400


def test_running_instances_can_be_spared(web: TestClient, store: Store) -> None:
    run(store, SPEC, "r2", days_ago=2, instances={"a": begun(TaskState.RUNNING)})
    body = {
        "dag_run_id": "r2",
        "dry_run": False,
        "only_failed": False,
        "prevent_running_task": True,
    }
    assert web.post(CLEAR, json=body).status_code == 409
    assert task_row(store, "a", "r2").state == "running"


def test_an_instance_is_marked(web: TestClient, store: Store, bell: Bell) -> None:
    answer = web.patch(f"{TIS}/b", json={"new_state": "success", "note": "fine"})
    assert answer.status_code == 200, answer.text
    marked = answer.json()["task_instances"]
    assert [(each["task_id"], each["state"], each["note"]) for each in marked] == [
        ("b", "success", "fine")
    ]
    assert task_row(store, "c").state is None  # what failed after it gets its chance
    assert len(bell.answer()) == 1


def test_a_dry_run_of_marking_tells_which(web: TestClient, store: Store) -> None:
    body = {"new_state": "success", "include_downstream": True}
    answer = web.patch(f"{TIS}/b/dry_run", json=body).json()
    assert [each["task_id"] for each in answer["task_instances"]] == ["b", "c"]
    assert task_row(store, "b").state == "failed"


def test_only_what_the_mask_names_is_changed(web: TestClient, store: Store) -> None:
    body = {"new_state": "success", "note": "fine"}
    assert web.patch(f"{TIS}/b/-1", params={"update_mask": "note"}, json=body).status_code == 200
    row = task_row(store, "b")
    assert (row.state, row.note) == ("failed", "fine")


def test_a_state_nobody_can_set_is_422(web: TestClient) -> None:
    assert web.patch(f"{TIS}/b", json={"new_state": "running"}).status_code == 422


def test_the_instances_of_a_mapped_task_are_listed(web: TestClient, store: Store) -> None:
    spec = make.dag(make.mapped("m", length=3), dag_id="wide")
    put(store, spec)
    run(store, spec)
    from venturi.store.schema.runs import task_instance

    first = task_row(store, "m")
    values = {name: getattr(first, name) for name in first._fields}
    for index in range(3):
        changed = values | {"id": first.id + 100 + index, "map_index": index, "state": "success"}
        execute(store, insert(task_instance).values(**changed))
    execute(store, task_instance.delete().where(task_instance.c.id == first.id))
    base = "dags/wide/dagRuns/r1/taskInstances/m"
    rows = web.get(f"{base}/listMapped").json()["task_instances"]
    assert [each["map_index"] for each in rows] == [0, 1, 2]
    assert web.get(f"{base}/1").json()["map_index"] == 1
    assert "map index" in web.get(base).json()["detail"]
    one = {"new_state": "failed"}
    assert web.patch(f"{base}/2", json=one).json()["total_entries"] == 1
    assert web.patch(base, json=one).json()["total_entries"] == 3


GROUPED = make.dag(
    make.task("g.a"),
    make.task("g.in.b"),
    make.task("z"),
    dag_id="grouped",
    groups=(
        GroupSpec(group_id="g", children=("g.a", "g.in")),
        GroupSpec(group_id="g.in", parent="g", children=("g.in.b",)),
    ),
)


def test_a_list_is_restricted_to_the_tasks_of_a_group(web: TestClient, store: Store) -> None:
    put(store, GROUPED, path="/dags/grouped.py")
    run(store, GROUPED)
    path = "dags/grouped/dagRuns/{}/taskInstances"

    def listed(run_id: str, **asked: str) -> list[str]:
        answer = web.get(path.format(run_id), params=asked).json()
        return sorted(each["task_id"] for each in answer["task_instances"])

    assert listed("r1", task_group_id="g") == ["g.a", "g.in.b"]
    assert listed("~", task_group_id="g.in") == ["g.in.b"]
    assert listed("r1", task_group_id="g", task_id="z") == []
    # A run has the groups of its own version.
    put(store, make.dag(make.task("z"), dag_id="grouped"), path="/dags/grouped.py", key="k2")
    assert listed("r1", task_group_id="g") == ["g.a", "g.in.b"]
    missing = web.get(path.format("~"), params={"task_group_id": "g"})
    assert missing.status_code == 404 and "no task group 'g'" in missing.json()["detail"]
    unclear = web.get("dags/~/dagRuns/~/taskInstances", params={"task_group_id": "g"})
    assert unclear.status_code == 400 and "needs a DAG" in unclear.json()["detail"]


def test_the_instances_of_a_mapped_task_are_read_from_cursor_to_cursor(
    web: TestClient, store: Store
) -> None:
    of = task_row(store, "c")
    rows = [{**of._mapping, "id": of.id + 100 + n, "map_index": n} for n in range(5)]
    execute(store, insert(task_instance).values(rows))
    found: list[int] = []
    cursor: str | None = ""
    path = f"{TIS}/c/listMapped"
    while cursor is not None:
        answer = web.get(path, params={"limit": 2, "cursor": cursor}).json()
        found += [each["map_index"] for each in answer["task_instances"]]
        cursor = answer["next_cursor"]
    assert found == [0, 1, 2, 3, 4]
