"""Big lists over HTTP from a cursor on: each list there is, and what clients are told of it."""

from typing import Any

import pytest
from sqlalchemy import insert, update
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, put, run
from venturi.spec.model import GroupSpec
from venturi.store.engine import Store
from venturi.store.schema.later import asset, asset_event
from venturi.store.schema.people import log
from venturi.store.schema.runs import dag_run, xcom

SPEC = make.dag(make.task("a"), make.task("b", "a"), make.task("c", "b"), dag_id="d")
LISTS = {
    "/dags": "dags",
    "/dags/~/dagRuns": "dag_runs",
    "/dags/~/dagRuns/~/taskInstances": "task_instances",
    "/dags/~/dagRuns/~/taskInstances/~/xcomEntries": "xcom_entries",
    "/eventLogs": "event_logs",
    "/assets/events": "asset_events",
}
#: Whose answers have the fields always, as the contract has them.
CONTRACT = {"dag_runs", "task_instances"}


@pytest.fixture(autouse=True)
def _filled(store: Store) -> None:
    """Three of each thing at least."""
    for number, name in enumerate(("d", "e", "f")):
        spec = make.dag(*SPEC.tasks, dag_id=name)
        put(store, spec, path=f"/dags/{name}.py")
        run(store, spec, days_ago=number + 1, instances={"a": begun()})
    of = {"dag_id": "d", "run_id": "r1", "task_id": "a", "timestamp": make.NOW, "value": "1"}
    with store.write() as tx:
        tx.execute(insert(xcom), [{**of, "key": f"k{n}"} for n in range(3)])
        tx.execute(insert(log), [{"dttm": make.NOW, "event": f"e{n}"} for n in range(3)])
        dates = {"created_at": make.NOW, "updated_at": make.NOW}
        made = {"id": 1, "name": "x", "uri": "x", "group": "asset", "is_active": True}
        tx.execute(insert(asset), [{**made, **dates}])
        happened = {"asset_id": 1, "timestamp": make.NOW, "source_map_index": -1}
        tx.execute(insert(asset_event), [happened] * 3)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_read_from_cursor_to_cursor(web: TestClient, path: str) -> None:
    field = LISTS[path]
    whole = web.get(path).json()
    assert len(whole[field]) == whole["total_entries"] >= 3
    if field in CONTRACT:
        none = (whole["next_cursor"], whole["previous_cursor"], whole["total_entries_limit"])
        assert none == (None, None, None)
    else:
        assert not {"next_cursor", "previous_cursor", "total_entries_limit"} & set(whole)
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = web.get(path, params={"limit": "2", "offset": "1", "cursor": cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert (page["previous_cursor"] is None) == (cursor == "")
        assert page["total_entries"] == whole["total_entries"] <= page["total_entries_limit"]
        found += page[field]
        cursor = page["next_cursor"]
    assert found == whole[field]


@pytest.mark.parametrize("path", LISTS)
def test_what_is_no_cursor_is_a_bad_request(web: TestClient, path: str) -> None:
    answer = web.get(path, params={"cursor": "nonsense"})
    assert (answer.status_code, "no cursor" in answer.json()["detail"]) == (400, True)


def test_a_cursor_is_of_the_order_it_was_made_in(web: TestClient) -> None:
    path = "/dags/~/dagRuns"
    asked = {"limit": "1", "order_by": "-run_after"}
    made = web.get(path, params={**asked, "cursor": ""}).json()["next_cursor"]
    assert web.get(path, params={**asked, "cursor": made}).json()["dag_runs"][0]["dag_id"] == "e"
    other = web.get(path, params={"limit": "1", "order_by": "run_id", "cursor": made})
    assert (other.status_code, "order_by" in other.json()["detail"]) == (400, True)


@pytest.mark.parametrize("path", LISTS)
def test_big_lists_have_a_tag_and_are_not_sent_twice(web: TestClient, path: str) -> None:
    for params in ({}, {"cursor": "", "limit": "2"}):
        first = web.get(path, params=params)
        again = web.get(path, params=params, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "field", "params"),
    [
        ("/dags/~/dagRuns", "dag_runs", {"duration_gte": "60", "order_by": "duration"}),
        (
            "/dags/g/dagRuns/~/taskInstances",
            "task_instances",
            {"task_group_id": "g", "order_by": "-run_after"},
        ),
        (
            "/dags/~/dagRuns/~/taskInstances/~/xcomEntries",
            "xcom_entries",
            {
                "dag_display_name_pattern": "d",
                "run_after_lt": make.NOW.isoformat(),
                "order_by": "-key",
            },
        ),
    ],
)
def test_filters_go_along_with_a_cursor(
    web: TestClient, store: Store, path: str, field: str, params: dict[str, str]
) -> None:
    groups = (GroupSpec(group_id="g", children=("x", "y", "z")),)
    spec = make.dag(*(make.task(name, group="g") for name in "wxyz"), dag_id="g", groups=groups)
    put(store, spec, path="/dags/g.py")
    run(store, spec)
    with store.write() as tx:
        for dag_id, seconds in (("d", 59), ("e", 61), ("f", 60), ("g", 62)):
            dates = {"start_date": make.NOW, "end_date": make.later(seconds)}
            tx.execute(update(dag_run).values(**dates).where(dag_run.c.dag_id == dag_id))
    whole = web.get(path, params=params).json()
    assert whole["total_entries"] == len(whole[field]) == 3
    found: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = web.get(path, params={**params, "limit": "2", "cursor": cursor}).json()
        found += page[field]
        cursor = page["next_cursor"]
    assert found == whole[field]
