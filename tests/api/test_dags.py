"""DAGs through the REST API."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from tests import make
from tests.store.home import execute, put, run
from venturi.spec.timetable.model import AssetTriggered, CronInterval, Custom
from venturi.store.bell import Bell, Ring
from venturi.store.dags import put_import_error
from venturi.store.engine import Store
from venturi.store.schema.runs import dag_run


@pytest.fixture(autouse=True)
def _dags(store: Store) -> None:
    put(store, make.dag(make.task("a", owner="ann"), dag_id="first", tags=("x", "y")))
    put(
        store,
        make.dag(
            make.task("a", owner="bob", max_active_tis_per_dag=1),
            dag_id="second",
            tags=("x",),
            description="<b>bold</b>",
            timetable=CronInterval(expr="0 5 * * *"),
            catchup=False,
            dagrun_timeout=90.0,
            start_date=make.NOW - timedelta(days=3),
        ),
    )
    put(store, make.dag(make.task("a"), dag_id="third"))


def ids(web: TestClient, **params: object) -> list[str]:
    """Ids of the DAGs that a list has."""
    answer = web.get("dags", params=params)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    return [each["dag_id"] for each in answer.json()["dags"]]


def test_a_list_has_every_field_of_the_contract(web: TestClient) -> None:
    answer = web.get("dags").json()
    assert answer["total_entries"] == 3
    second = answer["dags"][1]
    assert second["dag_id"] == second["dag_display_name"] == "second"
    assert second["tags"] == [{"name": "x", "dag_id": "second", "dag_display_name": "second"}]
    assert second["owners"] == ["bob"]
    assert second["timetable_summary"] == "0 5 * * *"
    assert second["timetable_periodic"] is True
    assert second["has_task_concurrency_limits"] is True
    assert second["is_stale"] is False
    assert answer["dags"][0]["timetable_periodic"] is False


def test_a_page_is_part_of_the_list_and_knows_the_whole(web: TestClient) -> None:
    answer = web.get("dags", params={"limit": 1, "offset": 1, "order_by": "-dag_id"}).json()
    assert [each["dag_id"] for each in answer["dags"]] == ["second"]
    assert answer["total_entries"] == 3


def test_lists_are_filtered(web: TestClient) -> None:
    assert ids(web, tags=["x", "y"]) == ["first", "second"]
    assert ids(web, tags=["x", "y"], tags_match_mode="all") == ["first"]
    assert ids(web, owners="bob") == ["second"]
    assert ids(web, dag_id_pattern="ir") == ["first", "third"]
    assert ids(web, dag_id_prefix_pattern="th") == ["third"]
    assert ids(web, dag_id_pattern="~") == ["first", "second", "third"]


def test_dags_are_found_by_their_bundle(web: TestClient) -> None:
    assert ids(web, bundle_name="dags-folder") == ["first", "second", "third"]
    assert ids(web, bundle_name="other") == []
    assert ids(web, bundle_name="dags") == []
    assert ids(web, bundle_version="1") == []


def test_dags_are_found_by_the_kind_of_their_timetable(web: TestClient, store: Store) -> None:
    own = Custom(import_path="ours.calendars.Fiscal")
    put(store, make.dag(make.task("a"), dag_id="own", timetable=own))
    assert ids(web, timetable_type="NullTimetable") == ["first", "third"]
    both = ["CronDataIntervalTimetable", "ours.calendars.Fiscal"]
    assert ids(web, timetable_type=both) == ["own", "second"]
    assert ids(web, timetable_type="Fiscal") == []


def test_dags_are_found_by_the_assets_they_wait_for(web: TestClient, store: Store) -> None:
    orders = {"type": "asset", "name": "orders", "uri": "s3://shop/o", "group": "asset"}
    parts = {"type": "asset_alias", "name": "parts", "group": "asset"}
    when = AssetTriggered(condition=None)
    for dag_id, record in (("waits", orders), ("waits_too", parts)):
        recorded = {"schedule_assets": [record]}
        put(store, make.dag(make.task("a"), dag_id=dag_id, timetable=when, recorded=recorded))
    put(store, make.dag(make.task("a", outlets=(orders,)), dag_id="makes"))
    assert ids(web, has_asset_schedule=True) == ["waits", "waits_too"]
    assert ids(web, has_asset_schedule=False) == ["first", "makes", "second", "third"]
    assert ids(web, asset_dependency="ORDER") == ["waits"]
    assert ids(web, asset_dependency="s3://shop") == ["waits"]
    assert ids(web, asset_dependency="parts") == []
    assert ids(web, asset_dependency="~", dag_id_pattern="waits") == ["waits", "waits_too"]


def test_dags_are_found_by_a_run_they_had(web: TestClient, store: Store) -> None:
    """Nothing is found by one run that has the state and another that has the date."""
    moments = {"old": make.NOW - timedelta(days=5), "new": make.NOW - timedelta(days=1)}
    for dag_id, run_id, state in (
        ("first", "old", "failed"),
        ("first", "new", "success"),
        ("second", "new", "failed"),
    ):
        spec = make.dag(make.task("a"), dag_id=dag_id)
        row_id = run(store, spec, run_id, state=state, days_ago=len(run_id + state))
        at = moments[run_id]
        dates = {"start_date": at, "end_date": at + timedelta(hours=1)}
        execute(store, update(dag_run).where(dag_run.c.id == row_id).values(**dates))
    between = (make.NOW - timedelta(days=3)).isoformat()
    new = moments["new"]
    assert ids(web, dag_run_state="failed") == ["first", "second"]
    assert ids(web, dag_run_state=["success", "running"]) == ["first"]
    assert ids(web, dag_run_state="queued") == []
    assert ids(web, dag_run_start_date_lt=between) == ["first"]
    assert ids(web, dag_run_state="failed", dag_run_start_date_gt=between) == ["second"]
    assert ids(web, dag_run_start_date_gte=new.isoformat()) == ["first", "second"]
    assert ids(web, dag_run_start_date_gt=new.isoformat()) == []
    end = (new + timedelta(hours=1)).isoformat()
    assert ids(web, dag_run_end_date_lte=end, dag_run_end_date_gte=end) == ["first", "second"]
    assert ids(web, dag_run_end_date_lt=end) == ["first"]
    answer = web.patch("dags", params={"dag_run_state": "success"}, json={"is_paused": True})
    assert [each["dag_id"] for each in answer.json()["dags"]] == ["first"]


def test_paused_dags_are_told_apart(web: TestClient, bell: Bell) -> None:
    answer = web.patch("dags/first", json={"is_paused": True})
    assert answer.status_code == 200
    assert answer.json()["is_paused"] is True
    assert ids(web, paused=True) == ["first"]
    assert ids(web, paused="false") == ["second", "third"]
    assert bell.answer() == [Ring(dag_ids=("first",))]


def test_many_dags_are_paused_at_once(web: TestClient) -> None:
    answer = web.patch("dags", params={"dag_id_pattern": "ir"}, json={"is_paused": True})
    assert [each["is_paused"] for each in answer.json()["dags"]] == [True, True]
    assert ids(web, paused=True) == ["first", "third"]


def test_an_unknown_dag_is_404_and_names_the_closest(web: TestClient) -> None:
    answer = web.get("dags/secnd")
    assert answer.status_code == 404
    assert "'second'" in answer.json()["detail"]


def test_details_say_what_the_file_says(web: TestClient, store: Store) -> None:
    spec = make.dag(make.task("a"), dag_id="third")
    run(store, spec, state="running")
    second, third = web.get("dags/second/details").json(), web.get("dags/third/details").json()
    assert second["dag_run_timeout"] == "PT90S"
    assert second["catchup"] is False
    assert second["latest_dag_version"]["version_number"] == 1
    assert third["active_runs_count"] == 1


def test_a_deleted_dag_is_gone(web: TestClient, bell: Bell) -> None:
    assert web.delete("dags/first").status_code == 204
    assert web.get("dags/first").status_code == 404
    assert bell.answer() == [Ring(dag_ids=("first",))]


def test_what_cannot_be_read_is_422_with_its_place(web: TestClient) -> None:
    answer = web.get("dags", params={"limit": "many"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "limit"]
    answer = web.patch("dags/first", json={"is_paused": "maybe"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "is_paused"]
    answer = web.patch("dags/first", json={"is_paused": True, "owner": "me"})
    assert answer.json()["detail"][0]["loc"] == ["body", "owner"]
    assert web.patch("dags/first", content=b"{").status_code == 422


def test_an_order_by_an_unknown_column_is_400(web: TestClient) -> None:
    answer = web.get("dags", params={"order_by": "password"})
    assert answer.status_code == 400
    assert "password" in answer.json()["detail"]


def test_tags_are_listed_once(web: TestClient) -> None:
    assert web.get("dagTags").json() == {"tags": ["x", "y"], "total_entries": 2}


def test_tasks_tell_their_place_in_the_graph(web: TestClient, store: Store) -> None:
    spec = make.dag(
        make.task("a", retries=2, retry_delay=90_061.5), make.task("b", "a"), dag_id="graph"
    )
    put(store, spec)
    answer = web.get("dags/graph/tasks", params={"order_by": "-task_id"}).json()
    assert [each["task_id"] for each in answer["tasks"]] == ["b", "a"]
    one = web.get("dags/graph/tasks/a").json()
    assert one["downstream_task_ids"] == ["b"]
    assert one["retry_delay"] == {
        "__type": "TimeDelta",
        "days": 1,
        "seconds": 3661,
        "microseconds": 500_000,
    }
    assert web.get("dags/graph/tasks/c").status_code == 404


def test_a_changed_dag_has_two_versions(web: TestClient, store: Store) -> None:
    put(store, make.dag(make.task("a"), make.task("b"), dag_id="third"), key="k2")
    answer = web.get("dags/third/dagVersions").json()
    assert [each["version_number"] for each in answer["dag_versions"]] == [1, 2]
    assert web.get("dags/third/dagVersions/2").json()["version_number"] == 2
    assert web.get("dags/third/dagVersions/3").status_code == 404


def test_versions_are_found_by_their_bundle(web: TestClient) -> None:
    def found(**params: str) -> int:
        answer = web.get("dags/third/dagVersions", params=params).json()
        assert len(answer["dag_versions"]) == answer["total_entries"]
        return int(answer["total_entries"])

    assert found(bundle_name="dags-folder") == 1
    assert found(bundle_name="other") == 0
    assert found(bundle_version="1") == 0


def test_import_errors_are_found_by_their_file_and_bundle(web: TestClient, store: Store) -> None:
    for path in ("/dags/d.py", "/dags/d.pyc"):
        with store.write() as tx:
            put_import_error(tx, path, "it does not work", make.NOW)

    def found(**params: str) -> list[str]:
        answer = web.get("importErrors", params=params).json()
        assert len(answer["import_errors"]) == answer["total_entries"]
        return [each["filename"] for each in answer["import_errors"]]

    assert found(filename="/dags/d.py") == ["/dags/d.py"]
    assert found(filename="d.py") == []
    assert found(bundle_name="dags-folder") == ["/dags/d.py", "/dags/d.pyc"]
    assert found(bundle_name="other") == []


def test_a_file_is_read_again_by_its_token(web: TestClient, bell: Bell) -> None:
    token = web.get("dags/first").json()["file_token"]
    assert web.put(f"parseDagFile/{token}").status_code == 201
    assert bell.answer() == [Ring(path="/dags/d.py")]
    assert web.put("parseDagFile/nothing").status_code == 404
