"""Pools, variables, connections, the audit log, import errors, processes, counts."""

from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, put, run
from venturi.core.states import TaskState
from venturi.store.bell import Bell, Ring
from venturi.store.commands.connections import get_connection
from venturi.store.commands.jobs import heartbeat, register
from venturi.store.dags import put_import_error
from venturi.store.engine import Store, Tx

SPEC = make.dag(make.task("a"), make.task("b"), dag_id="d")


def test_a_pool_lives_from_post_to_delete(web: TestClient, bell: Bell) -> None:
    made = web.post("pools", json={"name": "p", "slots": 3, "description": "three"})
    assert made.status_code == 201, made.text
    assert (made.json()["open_slots"], made.json()["occupied_slots"]) == (3, 0)
    assert web.post("pools", json={"name": "p", "slots": 3}).status_code == 409
    changed = web.patch("pools/p", json={"slots": 5}).json()
    assert (changed["slots"], changed["description"]) == (5, "three")
    assert web.delete("pools/p").status_code == 204
    assert web.get("pools/p").status_code == 404
    assert bell.answer() == [Ring(pools=True)] * 3


def test_the_default_pool_stays(web: TestClient) -> None:
    assert web.delete("pools/default_pool").status_code == 400
    assert web.patch("pools/default_pool", json={"slots": 7}).json()["slots"] == 7
    assert web.patch("pools/default_pool", json={"description": "mine"}).status_code == 400
    assert web.post("pools", json={"name": "q", "slots": -2}).status_code == 422


def test_a_pool_tells_what_is_taken(web: TestClient, store: Store) -> None:
    put(store, SPEC)
    run(
        store,
        SPEC,
        instances={"a": begun(TaskState.RUNNING), "b": begun(TaskState.QUEUED, pool_slots=2)},
    )
    pool = web.get("pools/default_pool").json()
    assert (pool["running_slots"], pool["queued_slots"], pool["open_slots"]) == (1, 2, 125)


def test_a_variable_lives_from_post_to_delete(web: TestClient) -> None:
    made = web.post("variables", json={"key": "a/b", "value": {"n": 1}, "description": "x"})
    assert made.status_code == 201, made.text
    assert made.json()["value"] == '{"n": 1}'
    assert made.json()["is_encrypted"] is True
    assert web.post("variables", json={"key": "a/b", "value": "2"}).status_code == 409
    changed = web.patch("variables/a/b", json={"key": "a/b", "value": "2"})
    assert changed.json()["value"] == "2"
    assert web.patch("variables/a/b", json={"key": "c", "value": "2"}).status_code == 400
    assert web.delete("variables/a/b").status_code == 204
    assert web.get("variables/a/b").status_code == 404


def test_secrets_in_variables_are_hidden(web: TestClient) -> None:
    web.post("variables", json={"key": "db_password", "value": "hunter2"})
    web.post("variables", json={"key": "settings", "value": {"api_key": "hunter2", "n": 1}})
    assert web.get("variables/db_password").json()["value"] == "***"
    assert web.get("variables/settings").json()["value"] == '{"api_key": "***", "n": 1}'
    assert "hunter2" not in web.get("variables").text
    web.patch("variables/db_password", json={"key": "db_password", "value": "***"})
    assert web.get("variables/db_password").json()["value"] == "***"


CONNECTION = {
    "connection_id": "db",
    "conn_type": "mysql",
    "host": "h",
    "login": "me",
    "password": "hunter2",
    "port": 3306,
    "extra": '{"token": "hunter3", "charset": "utf8"}',
}


def test_secrets_of_connections_are_hidden_and_survive_a_patch(
    web: TestClient, store: Store
) -> None:
    made = web.post("connections", json=CONNECTION)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert shown["password"] == "***"
    assert shown["extra"] == '{"token": "***", "charset": "utf8"}'
    assert "hunter" not in web.get("connections").text
    shown.pop("team_name")
    assert web.patch("connections/db", json=shown | {"host": "other"}).status_code == 200
    with store.read() as tx:
        kept = get_connection(tx, "db")
    assert (kept.host, kept.password) == ("other", "hunter2")
    assert kept.extra == '{"token": "hunter3", "charset": "utf8"}'


def test_a_connection_lives_from_post_to_delete(web: TestClient) -> None:
    web.post("connections", json=CONNECTION)
    assert web.post("connections", json=CONNECTION).status_code == 409
    body = CONNECTION | {"host": "new", "login": "you"}
    only = web.patch("connections/db", params={"update_mask": "host"}, json=body).json()
    assert (only["host"], only["login"]) == ("new", "me")
    assert (
        web.post("connections", json=body | {"connection_id": "c", "extra": "{"}).status_code == 400
    )
    assert web.delete("connections/db").status_code == 204
    assert web.delete("connections/db").status_code == 404


def test_the_audit_log_tells_who_did_what_without_secrets(web: TestClient) -> None:
    web.post("connections", json=CONNECTION)
    web.post("variables", json={"key": "k", "value": "hunter2"})
    entries = web.get("eventLogs").json()["event_logs"]
    assert [(each["event"], each["owner"]) for each in entries] == [
        ("put_connection", "anonymous"),
        ("set_variable", "anonymous"),
    ]
    assert "hunter" not in web.get("eventLogs").text
    assert web.get("eventLogs", params={"event": "set_variable"}).json()["total_entries"] == 1
    one = web.get(f"eventLogs/{entries[0]['event_log_id']}").json()
    assert one == entries[0]
    assert web.get("eventLogs/999").status_code == 404


def test_import_errors_are_listed(web: TestClient, store: Store) -> None:
    store.retrying(lambda tx: put_import_error(tx, "/dags/bad.py", "SyntaxError: no", make.NOW))
    (one,) = web.get("importErrors").json()["import_errors"]
    assert (one["filename"], one["stack_trace"]) == ("/dags/bad.py", "SyntaxError: no")
    assert web.get(f"importErrors/{one['import_error_id']}").json() == one
    assert web.get("importErrors/999").status_code == 404


def scheduler(store: Store, seconds_ago: float) -> None:
    """A scheduler that was last heard of some seconds ago."""

    def body(tx: Tx) -> None:
        number = register(tx, "SchedulerJob", make.NOW, hostname="h", unixname="me", pid=1)
        heartbeat(tx, number, make.NOW - timedelta(seconds=seconds_ago))

    store.retrying(body)


@pytest.mark.parametrize(("seconds", "status"), [(5, "healthy"), (60, "unhealthy")])
def test_health_tells_whether_the_scheduler_is_heard_of(
    web: TestClient, store: Store, seconds: float, status: str
) -> None:
    scheduler(store, seconds)
    health = web.get("monitor/health").json()
    assert health["metadatabase"] == {"status": "healthy"}
    assert health["scheduler"]["status"] == status
    assert health["scheduler"]["latest_scheduler_heartbeat"].startswith("2026-11-22T")
    assert health["dag_processor"]["status"] == status
    assert health["triggerer"] == {"status": None, "latest_triggerer_heartbeat": None}
    assert web.get("http://localhost:8080/health").json() == health
    alive = web.get("jobs", params={"is_alive": True}).json()["total_entries"]
    assert alive == (1 if status == "healthy" else 0)


def test_a_database_without_tables_is_unhealthy_and_other_calls_fail_in_words(
    web: TestClient, store: Store
) -> None:
    from venturi.store.schema.all import metadata

    with store.write() as tx:
        metadata.drop_all(tx)
    assert web.get("monitor/health").json()["metadatabase"] == {"status": "unhealthy"}
    answer = web.get("dags")
    assert answer.status_code == 500
    assert "Something went wrong" in answer.json()["detail"]


def test_runs_are_counted_by_state(web: TestClient, store: Store) -> None:
    put(store, SPEC)
    run(store, SPEC, "r1", state="success")
    run(store, SPEC, "r2", state="success", days_ago=2)
    (one,) = web.get("dagStats", params={"dag_ids": "d"}).json()["dags"]
    assert {each["state"]: each["count"] for each in one["stats"]} == {
        "queued": 0,
        "running": 0,
        "success": 2,
        "failed": 0,
    }


def test_the_version_is_told(web: TestClient) -> None:
    assert set(web.get("version").json()) == {"version", "git_version"}


def test_task_instances_cannot_be_made_in_bulk(web: TestClient) -> None:
    made = {"action": "create", "entities": [{"task_id": "a"}]}
    answer = web.patch("dags/d/dagRuns/r/taskInstances", json={"actions": [made]})
    assert answer.status_code == 200
    assert answer.json()["create"]["errors"][0]["status_code"] == 405
