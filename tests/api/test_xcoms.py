"""XComs through the REST API."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, put, run
from venturi.store.apply import put_xcoms
from venturi.store.engine import Store

SPEC = make.dag(make.task("a"), make.task("b"), dag_id="d")
XCOMS = "dags/d/dagRuns/r1/taskInstances/a/xcomEntries"


@pytest.fixture(autouse=True)
def _run(store: Store) -> None:
    put(store, SPEC)
    run(store, SPEC, instances={"a": begun()})
    rows = [row("a", "return_value", {"n": [1, 2]}), row("a", "word", "hi"), row("b", "word", 3)]
    store.retrying(lambda tx: put_xcoms(tx, rows))


def row(task_id: str, key: str, value: Any) -> dict[str, Any]:
    """The columns of an XCom."""
    return {
        "dag_id": "d",
        "run_id": "r1",
        "task_id": task_id,
        "map_index": -1,
        "key": key,
        "value": json.dumps(value),
        "timestamp": make.NOW,
        "execution_date": None,
        "length": None,
    }


def test_a_list_has_keys_without_values(web: TestClient) -> None:
    answer = web.get(XCOMS).json()
    assert [each["key"] for each in answer["xcom_entries"]] == ["return_value", "word"]
    assert "value" not in answer["xcom_entries"][0]
    assert answer["xcom_entries"][0]["run_after"]
    everywhere = web.get(
        "dags/~/dagRuns/~/taskInstances/~/xcomEntries", params={"xcom_key": "word"}
    )
    assert everywhere.json()["total_entries"] == 2


def test_one_has_its_value_or_its_value_as_text(web: TestClient) -> None:
    assert web.get(f"{XCOMS}/return_value").json()["value"] == {"n": [1, 2]}
    text = web.get(f"{XCOMS}/return_value", params={"stringify": True}).json()["value"]
    assert json.loads(text) == {"n": [1, 2]}
    assert web.get(f"{XCOMS}/word", params={"stringify": True}).json()["value"] == "hi"
    assert web.get(f"{XCOMS}/none").status_code == 404


def test_an_xcom_lives_from_post_to_delete(web: TestClient) -> None:
    made = web.post(XCOMS, json={"key": "mine", "value": [1, 2]})
    assert made.status_code == 201, made.text
    assert made.json()["value"] == [1, 2]
    assert web.post(XCOMS, json={"key": "mine", "value": 3}).status_code == 409
    assert web.patch(f"{XCOMS}/mine", json={"value": None}).json()["value"] is None
    assert web.delete(f"{XCOMS}/mine").status_code == 204
    assert web.delete(f"{XCOMS}/mine").status_code == 404
    assert web.patch(f"{XCOMS}/mine", json={"value": 1}).status_code == 404


EVERYWHERE = "dags/~/dagRuns/~/taskInstances/~/xcomEntries"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"task_id_pattern": "b"}, ["b.word"]),
        ({"task_id_prefix_pattern": "A"}, ["a.return_value", "a.word"]),
        ({"run_id_pattern": "1"}, ["a.return_value", "a.word", "b.word"]),
        ({"run_id_prefix_pattern": "1"}, []),
        ({"dag_display_name_pattern": "Shown"}, ["a.return_value", "a.word", "b.word"]),
        ({"dag_display_name_pattern": "d2"}, []),
        ({"task_id_pattern": "b", "xcom_key_pattern": "return"}, []),
    ],
)
def test_a_list_is_searched(
    web: TestClient, store: Store, asked: dict[str, str], found: list[str]
) -> None:
    put(store, make.dag(*SPEC.tasks, dag_id="d", label="Shown so"), key="k2")
    answer = web.get(EVERYWHERE, params=asked).json()
    assert [f"{each['task_id']}.{each['key']}" for each in answer["xcom_entries"]] == found
    assert answer["total_entries"] == len(found)


@pytest.mark.parametrize("name", ["logical_date", "run_after"])
def test_a_list_goes_by_the_dates_of_runs(web: TestClient, store: Store, name: str) -> None:
    at = make.later(-86400).isoformat()
    run(store, SPEC, "r2", days_ago=3)
    store.retrying(lambda tx: put_xcoms(tx, [{**row("a", "old", 1), "run_id": "r2"}]))
    for bound, found in (
        ("gte", ["return_value", "word", "word"]),
        ("gt", []),
        ("lte", ["return_value", "word", "word", "old"]),
        ("lt", ["old"]),
    ):
        answer = web.get(EVERYWHERE, params={f"{name}_{bound}": at, "order_by": "id"}).json()
        assert [each["key"] for each in answer["xcom_entries"]] == found, bound
        assert answer["total_entries"] == len(found)
