"""What the pages' questions cost, counted: statements and bytes, however much there is."""

import gzip
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.testclient import TestClient

from bench.null_engine import Statements
from tests import make
from tests.store.home import execute, put, run
from venturi.api.packing import packed, takes_gzip
from venturi.api.ui.cells import packed as packed_cells
from venturi.spec.codec import encode
from venturi.spec.model import DagSpec
from venturi.store.engine import Store
from venturi.store.schema.dags import dag_version
from venturi.store.schema.runs import task_instance

UI = "http://localhost:8080/ui"
ENDED = {"state": "success", "start_date": make.NOW, "end_date": make.NOW, "try_number": 1}


def wide(tasks: int, dag_id: str = "d") -> DagSpec:
    return make.dag(*(make.task(f"task_{number:04}") for number in range(tasks)), dag_id=dag_id)


def asked(web: TestClient, store: Store, path: str) -> tuple[int, Any]:
    """Statements of a question that has been asked before, and its answer."""
    assert web.get(f"{UI}{path}").status_code == 200
    counted = Statements(store)
    answer = web.get(f"{UI}{path}")
    return counted.count, answer.json()


@pytest.mark.parametrize("dags", [3, 60])
def test_the_list_of_dags_takes_as_many_statements_for_few_as_for_many(
    web: TestClient, store: Store, dags: int
) -> None:
    for number in range(dags):
        put(store, wide(1, f"d{number:02}"), path=f"/dags/{number}.py")
        run(store, wide(1, f"d{number:02}"), state="success")
    statements, answer = asked(web, store, "/dags?limit=50")
    assert len(answer["dags"]) == min(dags, 50)
    assert all(len(row["runs"]) == 1 for row in answer["dags"])
    assert statements <= 9


def test_last_runs_are_the_last_and_stand_oldest_first(web: TestClient, store: Store) -> None:
    for dag_id in ("a", "b"):
        put(store, wide(1, dag_id), path=f"/dags/{dag_id}.py")
        for days_ago in (3, 20, 1, *range(4, 20)):
            run(store, wide(1, dag_id), f"{dag_id}{days_ago}", days_ago=days_ago)
    rows = web.get(f"{UI}/dags").json()["dags"]
    # 14 of them; two days ago nothing ran.
    wanted = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 1]
    for row in rows:
        ids = [each["run_id"] for each in row["runs"]]
        assert ids == [f"{row['dag_id']}{days_ago}" for days_ago in wanted]


@pytest.mark.parametrize(("tasks", "runs"), [(5, 2), (300, 12)])
def test_a_grid_takes_few_statements_and_a_byte_for_each_cell(
    web: TestClient, store: Store, tasks: int, runs: int
) -> None:
    put(store, wide(tasks))
    for number in range(runs):
        run(store, wide(tasks), f"r{number}", days_ago=number + 1)
    statements, grid = asked(web, store, "/dags/d/grid")
    assert statements <= 7
    assert [len(row) for row in grid["cells"]["rows"].values()] == [tasks] * runs
    size = len(web.get(f"{UI}/dags/d/grid", headers={"accept-encoding": "identity"}).content)
    assert size <= 600 + runs * (600 + tasks) + tasks * 60


def test_runs_alone_are_asked_for_without_their_tasks(web: TestClient, store: Store) -> None:
    put(store, wide(300))
    run(store, wide(300))
    statements, grid = asked(web, store, "/dags/d/grid?cells=false")
    assert (len(grid["runs"]), grid["tasks"]) == (1, [])
    assert statements <= 5


@pytest.mark.parametrize("path", ["structure", "runs/r1/states", "runs/r1/gantt", "durations"])
def test_pages_of_a_dag_take_few_statements(web: TestClient, store: Store, path: str) -> None:
    put(store, wide(300))
    run(store, wide(300))
    assert asked(web, store, f"/dags/d/{path}")[0] <= 7


def test_a_letter_stands_for_a_state_and_counts_stand_beside() -> None:
    found = packed_cells(
        ["a", "b", "c"],
        {"r1": {"a": "success", "b": "failed"}, "r2": {"b": "success", "c": {"running": 2}}},
    )
    assert found.states == ["success", "failed"]
    assert found.rows == {"r1": "ab.", "r2": ".a#"}
    assert found.counts == {"r2": {2: {"running": 2}}}


def test_a_description_that_was_read_again_is_shown_as_it_is_now(
    web: TestClient, store: Store
) -> None:
    put(store, make.dag(make.task("a", doc="before"), dag_id="d"))
    assert web.get(f"{UI}/dags/d/structure").json()["nodes"][0]["tooltip"] == "before"
    again = encode(make.dag(make.task("a", doc="after"), dag_id="d"))
    later = make.NOW + timedelta(seconds=1)
    execute(store, update(dag_version).values(spec=again, last_updated=later))
    assert web.get(f"{UI}/dags/d/structure").json()["nodes"][0]["tooltip"] == "after"


def test_charts_hold_the_slowest_tasks_or_those_that_are_asked_for(
    web: TestClient, store: Store
) -> None:
    put(store, wide(20))
    run(store, wide(20), state="success")
    for number in range(20):
        took = update(task_instance).where(task_instance.c.task_id == f"task_{number:04}")
        execute(store, took.values(**ENDED, duration=float(number)))
    found = web.get(f"{UI}/dags/d/durations").json()
    assert found["names"][:2] == ["task_0019", "task_0018"]
    assert len(found["names"]) == 20
    assert set(found["tasks"]) == set(found["names"][:8])
    chosen = web.get(f"{UI}/dags/d/durations?task_id=task_0001&task_id=task_0003").json()
    assert set(chosen["tasks"]) == {"task_0001", "task_0003"}


def test_a_long_answer_goes_out_compressed_to_who_takes_it(web: TestClient, store: Store) -> None:
    put(store, wide(300))
    path = f"{UI}/dags/d/structure"
    plain = web.get(path, headers={"accept-encoding": "identity"})
    small = web.get(path, headers={"accept-encoding": "br, gzip"})
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert plain.headers["vary"] == small.headers["vary"] == "accept-encoding"
    assert small.json() == plain.json()
    assert int(small.headers["content-length"]) * 5 < len(plain.content)
    had = {"accept-encoding": "gzip", "if-none-match": small.headers["etag"]}
    assert web.get(path, headers=had).status_code == 304


def test_what_is_short_or_no_json_is_left_alone() -> None:
    text = "x" * 20_000
    assert packed(PlainTextResponse(text), "gzip").body == text.encode()
    assert packed(JSONResponse("short"), "gzip").body == b'"short"'
    long = packed(JSONResponse(text), "gzip")
    assert gzip.decompress(bytes(long.body)) == f'"{text}"'.encode()
    assert packed(JSONResponse(text), "br").headers["content-length"] == str(len(text) + 2)


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip; q=0", False),
        ("gzip;q=0.000, br", False),
        ("x-gzip", False),
        ("", False),
    ],
)
def test_gzip_is_taken_where_it_is_named_and_not_refused(header: str, takes: bool) -> None:
    assert takes_gzip(header) is takes
