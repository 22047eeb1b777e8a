"""What the pages ask for: home, lists, grid, graph, charts, history, palette, changes."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from starlette.testclient import TestClient

from tests import make
from tests.api.conftest import StoppedClock
from tests.store.home import execute, put, run
from venturi.api.app import create_app
from venturi.api.ui.hub import Changed, Hub, difference
from venturi.api.ui.structure import edges, grid_rows, nodes
from venturi.config import get_config
from venturi.spec.model import DagSpec, EdgeLabel, GroupSpec
from venturi.store.commands import jobs
from venturi.store.commands.workers import Attendant, attend
from venturi.store.engine import Store
from venturi.store.queries.pulse import Pulse
from venturi.store.schema.dags import dag_access
from venturi.store.schema.people import dag_favorite, sla_miss
from venturi.store.schema.runs import deadline

UI = "http://localhost:8080/ui"


def spec(dag_id: str = "d") -> DagSpec:
    """Two tasks in groups, one after them."""
    return make.dag(
        make.task("after", upstream=("outer.b",)),
        make.task("outer.b", group="outer", upstream=("outer.inner.a",)),
        make.task("outer.inner.a", group="outer.inner"),
        dag_id=dag_id,
        groups=(
            GroupSpec(group_id="outer", children=("outer.inner", "outer.b")),
            GroupSpec(group_id="outer.inner", parent="outer", children=("outer.inner.a",)),
        ),
        edge_labels=(EdgeLabel(upstream="outer.b", downstream="after", label="then"),),
    )


def test_rows_of_a_grid_stand_upstream_first_and_below_their_groups() -> None:
    rows = [(row.id, row.label, row.kind, row.depth) for row in grid_rows(spec())]
    assert rows == [
        ("outer", "outer", "group", 0),
        ("outer.inner", "inner", "group", 1),
        ("outer.inner.a", "a", "task", 2),
        ("outer.b", "b", "task", 1),
        ("after", "after", "task", 0),
    ]


def test_groups_that_wait_for_each_other_are_still_listed_once() -> None:
    tangled = make.dag(
        make.task("g.a", group="g"),
        make.task("h.b", group="h", upstream=("g.a",)),
        make.task("g.c", group="g", upstream=("h.b",)),
        groups=(GroupSpec(group_id="g"), GroupSpec(group_id="h")),
    )
    assert sorted(row.id for row in grid_rows(tangled)) == ["g", "g.a", "g.c", "h", "h.b"]


def test_a_graph_names_groups_before_members_and_keeps_labels() -> None:
    assert [node.kind for node in nodes(spec())] == ["group", "group", "task", "task", "task"]
    found = {(edge.source, edge.target): edge.label for edge in edges(spec())}
    assert found == {("outer.b", "after"): "then", ("outer.inner.a", "outer.b"): None}


def test_the_home_page_tells_what_runs_and_how_it_is(web: TestClient, store: Store) -> None:
    put(store, spec())
    ended = {"outer.b": {"state": "success"}, "after": {"state": "failed"}}
    run(store, spec(), state="running", instances=ended)
    home = web.get(f"{UI}/home").json()
    assert home["dags"] == {"total": 1, "active": 1, "paused": 0}
    (row,) = home["running"]
    assert (row["dag_id"], row["done"], row["total"], row["failed"]) == ("d", 2, 3, 1)
    assert home["health"]["scheduler"]["status"] == "unhealthy"
    assert home["failed"] == []


def test_the_list_of_dags_has_last_runs_and_is_paged(web: TestClient, store: Store) -> None:
    for dag_id in ("a", "b", "c"):
        put(store, spec(dag_id))
    run(store, spec("b"), state="success")
    first = web.get(f"{UI}/dags", params={"limit": 2}).json()
    assert [row["dag_id"] for row in first["dags"]] == ["a", "b"]
    assert [each["state"] for each in first["dags"][1]["runs"]] == ["success"]
    assert (first["total"], first["next_cursor"]) == (3, 2)
    rest = web.get(f"{UI}/dags", params={"limit": 2, "cursor": 2}).json()
    assert [row["dag_id"] for row in rest["dags"]] == ["c"]
    assert rest["next_cursor"] is None
    assert web.get(f"{UI}/dags", params={"search": "B"}).json()["total"] == 1


def test_a_grid_aligns_cells_with_tasks_and_a_run_tells_its_states(
    web: TestClient, store: Store
) -> None:
    put(store, spec())
    made = run(store, spec(), state="running")
    grid = web.get(f"{UI}/dags/d/grid").json()
    tasks = [row["id"] for row in grid["tasks"] if row.get("kind") != "group"]
    (head,) = grid["runs"]
    assert len(grid["cells"]["rows"][head["run_id"]]) == len(tasks) == 3
    assert grid["older"] is None
    states = web.get(f"{UI}/dags/d/runs/{head['run_id']}/states").json()
    assert states["run"]["state"] == "running"
    assert set(states["cells"]) <= set(tasks)
    assert made is not None


@pytest.mark.parametrize(
    "path",
    ["structure", "calendar", "durations", "grid?limit=0", "calendar?start=2026-01-01"],
)
def test_charts_answer_also_without_runs(web: TestClient, store: Store, path: str) -> None:
    put(store, spec())
    assert web.get(f"{UI}/dags/d/{path}").status_code == 200
    assert web.get(f"{UI}/dags/nobody/{path}").status_code == 404


def test_the_palette_finds_dags_and_tasks(web: TestClient, store: Store) -> None:
    put(store, spec("sales"))
    found = web.get(f"{UI}/search", params={"q": "SALE"}).json()
    assert [row["dag_id"] for row in found["dags"]] == ["sales"]
    found = web.get(f"{UI}/search", params={"q": "inner"}).json()
    assert [row["task_id"] for row in found["tasks"]] == ["outer.inner.a"]
    assert web.get(f"{UI}/search", params={"q": " "}).json() == {
        "dags": [],
        "tasks": [],
        "runs": [],
    }


def test_favourites_are_kept_for_each_person_and_told_with_the_list(
    web: TestClient, store: Store
) -> None:
    for dag_id in ("a", "b"):
        put(store, spec(dag_id))
    assert web.post(f"{UI[:-3]}/api/v2/dags/b/favorite").status_code == 204
    listed = web.get(f"{UI}/dags").json()["dags"]
    assert [(row["dag_id"], row["is_favorite"]) for row in listed] == [("a", False), ("b", True)]
    for wanted, found in (("true", ["b"]), ("false", ["a"])):
        some = web.get(f"{UI}/dags", params={"favorite": wanted}).json()
        assert [row["dag_id"] for row in some["dags"]] == found
    execute(store, update(dag_favorite).values(username="somebody else"))
    assert web.get(f"{UI}/dags", params={"favorite": "true"}).json()["dags"] == []


def test_charts_tell_what_people_know_to_have_happened_meanwhile(
    web: TestClient, store: Store
) -> None:
    put(store, spec())
    run(store, spec(), "early", state="success", days_ago=9)
    run(store, spec(), "late", state="success", days_ago=2)
    for label, first, last in (("before", 20, 15), ("outage", 12, 5), ("after", 1, 1)):
        event = {
            "label": label,
            "start_date": (make.NOW - timedelta(days=first)).isoformat(),
            "end_date": (make.NOW - timedelta(days=last)).isoformat(),
        }
        assert web.post(f"{UI}/profiling/events", json=event).status_code == 201
    events = web.get(f"{UI}/dags/d/durations").json()["events"]
    assert [each["label"] for each in events] == ["outage"]


def test_missed_slas_name_their_run_and_deadlines_are_filtered(
    web: TestClient, store: Store
) -> None:
    for dag_id in ("d", "e"):
        put(store, spec(dag_id))
    number = run(store, spec("d"))
    with store.write() as tx:
        for dag_id, date in (("d", make.NOW - timedelta(days=1)), ("e", make.NOW)):
            miss = {"task_id": "after", "execution_date": date, "timestamp": make.NOW}
            tx.execute(insert(sla_miss).values(dag_id=dag_id, **miss))
        for name, missed in (("soon", False), ("missed", True)):
            at = {"alert": 0, "deadline_time": make.NOW, "created_at": make.NOW}
            of = {"dagrun_id": number, "dag_id": "d", "name": name, "missed": missed}
            tx.execute(insert(deadline).values(**of, **at))
    found = web.get(f"{UI}/slaMisses", params={"order_by": "dag_id", "limit": 10}).json()
    assert [(row["dag_id"], row["run_id"]) for row in found["sla_misses"]] == [
        ("d", "r1"),
        ("e", None),
    ]
    one = web.get(f"{UI}/slaMisses", params={"dag_id": "e", "task_id": "after"}).json()
    assert one["total_entries"] == 1
    assert web.get(f"{UI}/slaMisses", params={"task_id": "other"}).json()["total_entries"] == 0
    late = web.get(f"{UI}/deadlines", params={"missed": "true", "dag_id": "d"}).json()
    assert [(row["name"], row["run_id"]) for row in late["deadlines"]] == [("missed", "r1")]
    assert web.get(f"{UI}/deadlines", params={"order_by": "-id"}).json()["total_entries"] == 2


def test_what_dags_grant_to_roles_is_listed(web: TestClient, store: Store) -> None:
    with store.write() as tx:
        for dag_id, role, action in (
            ("d", "Team", "read"),
            ("e", "Team", "edit"),
            ("e", "X", "read"),
        ):
            tx.execute(insert(dag_access).values(dag_id=dag_id, role=role, action=action))
    found = web.get(f"{UI}/grants", params={"role": "Team", "order_by": "-dag_id"}).json()
    assert [(row["dag_id"], row["action"]) for row in found["grants"]] == [
        ("e", "edit"),
        ("d", "read"),
    ]
    assert web.get(f"{UI}/grants", params={"dag_id": "e"}).json()["total_entries"] == 2


def test_queues_and_machines_tell_what_waits_and_runs(web: TestClient, store: Store) -> None:
    put(store, spec())
    since = make.NOW - timedelta(minutes=5)
    busy = {"state": "running", "hostname": "m1", "start_date": since}
    run(
        store,
        spec(),
        instances={
            "after": {"state": "queued", "queue": "gpu", "queued_dttm": since},
            "outer.b": {**busy, "queue": "gpu"},
            "outer.inner.a": {**busy, "queue": None},
        },
    )
    found = web.get(f"{UI}/queues").json()
    assert found["places"] > 0
    loads = {
        row["queue"]: (row["scheduled"], row["queued"], row["running"]) for row in found["queues"]
    }
    assert loads == {"default": (0, 0, 1), "gpu": (0, 1, 1)}
    assert found["queues"][1]["waiting_since"].startswith(since.strftime("%Y-%m-%dT%H:%M"))
    (machine,) = found["machines"]
    assert (machine["hostname"], machine["running"]) == ("m1", 2)
    assert machine["queues"] == ["default", "gpu"]


def test_workers_are_shown_as_the_scheduler_knows_them(
    store: Store, web: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert web.get(f"{UI}/workers").json() == {
        "is_remote": False,
        "workers": [],
        "problem": None,
    }
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    get_config.cache_clear()
    now = make.NOW
    who = Attendant(name="celery@far", hostname="far", pid=7, queues=("default", "gpu"), places=16)
    held = {"state": "running", "epoch": 3, "external_executor_id": "3:celery@far-0a1b2c3d"}
    put(store, spec())
    run(store, spec(), instances={"after": held, "outer.b": {**held, "epoch": 4}})
    with store.write() as tx:
        attend(tx, who, "CeleryExecutor", now)
        row = jobs.register(tx, jobs.SCHEDULER, now, hostname="m", unixname="u", pid=1)
        jobs.heartbeat(tx, row, now, "The broker cannot be reached.")
    with TestClient(create_app(store, get_config(), StoppedClock(), tmp_path)) as client:
        found = client.get(f"{UI}/workers").json()
    assert (found["is_remote"], found["problem"]) == (True, "The broker cannot be reached.")
    (worker,) = found["workers"]
    assert worker.pop("heard_at").startswith(now.strftime("%Y-%m-%dT%H:%M"))
    assert worker == {
        "name": "celery@far",
        "hostname": "far",
        "pid": 7,
        "queues": ["default", "gpu"],
        "active": 1,
        "places": 16,
    }


def test_two_looks_differ_in_what_changed_began_and_ended() -> None:
    before = Pulse({("d", "1"): (1, "running"), ("e", "1"): (4, "running")}, 0, 0, ())
    after = Pulse({("d", "1"): (2, "running"), ("f", "1"): (0, "queued")}, 0, 0, ())
    found = difference(before, after)
    assert found.runs == {("d", "1"), ("e", "1"), ("f", "1")}
    assert found.dags == {"d", "e", "f"}


def test_a_listener_hears_of_a_new_run_and_nobody_looks_after_the_last_left(store: Store) -> None:
    put(store, spec())

    async def listen() -> Changed | None:
        with ThreadPoolExecutor(1) as pool:
            hub = Hub(store, pool)
            changes = hub.listen()
            waiting = asyncio.ensure_future(anext(changes))
            for _ in range(200):
                # The first look sees what is there; only what comes after it is news.
                await asyncio.sleep(0.02)
                if hub.looks:
                    break
            await asyncio.get_running_loop().run_in_executor(
                None, lambda: run(store, spec(), state="running")
            )
            heard = await asyncio.wait_for(waiting, 20)
            await changes.aclose()
            assert hub.listeners == set()
            return heard

    heard = asyncio.run(listen())
    assert heard is not None
    assert heard.dags == {"d"}
