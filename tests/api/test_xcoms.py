"""XComs through the REST API."""

import json
from datetime import timedelta
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


def test_a_list_is_searched_by_names_and_dates(web: TestClient, store: Store) -> None:
    other = make.dag(make.task("load"), dag_id="e", label="Evening load")
    put(store, other, path="/dags/e.py")
    run(store, other, "nightly", days_ago=3)
    store.retrying(
        lambda tx: put_xcoms(tx, [{**row("load", "far", 1), "dag_id": "e", "run_id": "nightly"}])
    )

    def found(**params: str) -> list[str]:
        answer = web.get("dags/~/dagRuns/~/taskInstances/~/xcomEntries", params=params)
        assert answer.status_code == 200, answer.text
        entries = answer.json()["xcom_entries"]
        assert answer.json()["total_entries"] == len(entries)
        return [f"{each['task_id']}.{each['key']}" for each in entries]

    here = ["a.return_value", "a.word", "b.word"]
    assert found() == [*here, "load.far"]
    assert found(dag_display_name_pattern="NING") == ["load.far"]
    assert found(dag_display_name_prefix_pattern="load") == []
    assert found(dag_display_name_prefix_pattern="d") == here
    assert found(run_id_pattern="ight") == ["load.far"]
    assert found(run_id_prefix_pattern="r") == here
    assert found(task_id_pattern="oa") == ["load.far"]
    assert found(task_id_prefix_pattern="b", run_id_pattern="~") == ["b.word"]
    # The run of `d` is of the 21st, that of `e` of the 19th.
    for name in ("logical_date", "run_after"):
        day = make.NOW - timedelta(days=3)
        exactly, at = day.isoformat(), f"{name}_"
        assert found(**{f"{at}gte": exactly, f"{at}lte": exactly}) == ["load.far"]
        assert found(**{f"{at}gt": exactly}) == here
        assert found(**{f"{at}lt": exactly}) == []
    assert web.get(XCOMS, params={"run_after_lt": "soon"}).status_code == 422
