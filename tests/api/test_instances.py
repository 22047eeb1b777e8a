"""Task instances through the REST API: lists, tries, clearing, marking."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, update
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, execute, put, run, run_row, task_row
from venturi.core.states import TaskState
from venturi.spec.model import DagSpec, GroupSpec
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


def grouped(dag_id: str, *inner: str) -> DagSpec:
    """A DAG with a group `load` that has another in it with these tasks; `a` is outside."""
    return make.dag(
        make.task("a"),
        make.task("b", "a", group="load"),
        *(make.task(name, "b", group="load.deep") for name in inner),
        dag_id=dag_id,
        groups=(GroupSpec(group_id="load"), GroupSpec(group_id="load.deep", parent="load")),
    )


def test_the_tasks_of_a_group_are_listed(web: TestClient, store: Store) -> None:
    """In one run by the run's version, else by the present version of each DAG."""
    old = grouped("g", "c", "d")
    put(store, old, path="/dags/g.py")
    run(store, old, "old", days_ago=3)
    new = grouped("g", "c", "e")
    put(store, new, path="/dags/g.py", key="k2")
    run(store, new, "new", days_ago=2)
    for dag_id, inner in (("same", ("c", "e")), ("h", ("d",))):
        put(store, grouped(dag_id, *inner), path=f"/dags/{dag_id}.py")
        run(store, grouped(dag_id, *inner), "new")

    def found(path: str, group_id: str = "load", **params: Any) -> list[str]:
        answer = web.get(path, params={**params, "task_group_id": group_id})
        assert answer.status_code == 200, answer.text
        rows = answer.json()["task_instances"]
        assert answer.json()["total_entries"] == len(rows)
        return sorted(f"{each['dag_id']}.{each['dag_run_id']}.{each['task_id']}" for each in rows)

    of_old, of_new = "dags/g/dagRuns/old/taskInstances", "dags/g/dagRuns/new/taskInstances"
    assert found(of_old) == ["g.old.b", "g.old.c", "g.old.d"]
    assert found(of_new) == ["g.new.b", "g.new.c", "g.new.e"]
    assert found(of_old, "load.deep") == ["g.old.c", "g.old.d"]
    assert found(of_old, task_id="d") == ["g.old.d"]
    assert found(of_old, task_id="a") == []
    assert len(found(of_old, "~")) == len(found(of_old, "")) == 4
    every = "dags/g/dagRuns/~/taskInstances"
    assert found(every, "load.deep") == ["g.new.c", "g.new.e", "g.old.c"]
    assert found("dags/~/dagRuns/~/taskInstances", "load.deep") == [
        *("g.new.c", "g.new.e", "g.old.c", "h.new.d", "same.new.c", "same.new.e"),
    ]
    assert found("dags/~/dagRuns/old/taskInstances", "load.deep") == ["g.old.c"]
    assert found("dags/~/dagRuns/~/taskInstances", "nowhere") == []
    for path in (of_old, every):
        unknown = web.get(path, params={"task_group_id": "nowhere"})
        assert (unknown.status_code, "no task group 'nowhere'" in unknown.text) == (404, True)


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
    params = {"limit": "2", "order_by": "-map_index", "cursor": ""}
    page = web.get(f"{base}/listMapped", params=params).json()
    assert [each["map_index"] for each in page["task_instances"]] == [2, 1]
    assert page["total_entries"] == 3
    params["cursor"] = page["next_cursor"]
    page = web.get(f"{base}/listMapped", params=params).json()
    assert [each["map_index"] for each in page["task_instances"]] == [0]
    assert page["next_cursor"] is None
    assert web.get(f"{base}/listMapped", params={"cursor": "nonsense"}).status_code == 400
    one = {"new_state": "failed"}
    assert web.patch(f"{base}/2", json=one).json()["total_entries"] == 1
    assert web.patch(base, json=one).json()["total_entries"] == 3


def test_a_mapped_task_is_listed_within_its_group_only(web: TestClient, store: Store) -> None:
    groups = (GroupSpec(group_id="in"), GroupSpec(group_id="out"))
    spec = make.dag(make.mapped("m", length=2, group="in"), dag_id="wide", groups=groups)
    put(store, spec, path="/dags/wide.py")
    run(store, spec)
    execute(store, update(task_instance).values(map_index=0).where(task_instance.c.task_id == "m"))
    path = "dags/wide/dagRuns/r1/taskInstances/m/listMapped"
    for group_id, total in (("in", 1), ("out", 0), ("~", 1)):
        answer = web.get(path, params={"task_group_id": group_id})
        assert (answer.status_code, answer.json()["total_entries"]) == (200, total)
    assert web.get(path, params={"task_group_id": "m"}).status_code == 404


def test_a_task_without_map_indexes_has_an_empty_list_of_them(
    web: TestClient, store: Store
) -> None:
    empty = web.get(f"{TIS}/a/listMapped")
    assert (empty.status_code, empty.json()["total_entries"]) == (200, 0)
    assert web.get(f"{TIS}/none/listMapped").status_code == 404
    put(store, make.dag(make.task("b"), dag_id="d"), key="k2")  # `a` has gone, its run has not
    assert web.get(f"{TIS}/a/listMapped").status_code == 200
