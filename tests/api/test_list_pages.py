"""What the list pages ask: each order and filter is one the server knows."""

import pytest
from starlette.testclient import TestClient

API = "/api/v2"
HOST = "http://localhost:8080"


@pytest.mark.parametrize(
    ("path", "field", "orders", "filters"),
    [
        (
            f"{API}/pools",
            "pools",
            ("name", "-id"),
            {"pool_name_pattern": "%d%"},
        ),
        (f"{API}/variables", "variables", ("key",), {"variable_key_pattern": "%d%"}),
        (
            f"{API}/connections",
            "connections",
            ("connection_id", "conn_type", "-host"),
            {"connection_id_pattern": "%d%"},
        ),
        ("/auth/fab/v1/users", "users", ("username",), {"username_pattern": "%d%"}),
        (
            f"{API}/dags/~/dagRuns",
            "dag_runs",
            ("-run_after", "state", "dag_id", "run_id", "run_type"),
            {"run_id_pattern": "%d%", "state": "failed", "run_type": "manual"},
        ),
        (
            f"{API}/dags/~/dagRuns/~/taskInstances",
            "task_instances",
            ("-start_date", "state", "dag_id", "task_id", "run_id"),
            {
                "task_display_name_pattern": "%d%",
                "state": "failed",
                "pool": "default_pool",
                "queue": "default",
            },
        ),
        (
            f"{API}/eventLogs",
            "event_logs",
            ("-when", "owner", "event", "dag_id"),
            {"dag_id": "d", "owner": "ann", "event_pattern": "%d%"},
        ),
        (
            f"{API}/jobs",
            "jobs",
            ("-id",),
            {"job_type": "SchedulerJob", "job_state": "running", "hostname": "h"},
        ),
        (f"{API}/assets", "assets", ("name", "-uri"), {"name_pattern": "%d%", "dag_ids": "d"}),
        (
            f"{API}/assets/events",
            "asset_events",
            ("-timestamp",),
            {
                "name_pattern": "%d%",
                "asset_id": "1",
                "source_dag_id": "d",
                "source_task_id": "t",
            },
        ),
        (
            f"{API}/dags/~/dagRuns/~/taskInstances/~/xcomEntries",
            "xcom_entries",
            ("-id", "key", "task_id"),
            {"xcom_key_pattern": "%d%"},
        ),
        (
            f"{API}/dags/~/dagRuns/~/hitlDetails",
            "hitl_details",
            (),
            {"dag_id_pattern": "%d%", "task_id_pattern": "%t%", "response_received": "false"},
        ),
        (
            "/ui/slaMisses",
            "sla_misses",
            ("-timestamp", "dag_id", "task_id", "logical_date"),
            {"dag_id": "d", "task_id": "t"},
        ),
        (
            "/ui/deadlines",
            "deadlines",
            ("-deadline_time", "dag_id"),
            {"dag_id": "d", "missed": "false"},
        ),
        ("/ui/grants", "grants", ("dag_id", "role", "-action"), {"dag_id": "d", "role": "r"}),
    ],
)
def test_a_list_page_is_answered_in_each_order_and_with_each_filter(
    web: TestClient, path: str, field: str, orders: tuple[str, ...], filters: dict[str, str]
) -> None:
    asked: list[dict[str, str]] = [{"order_by": order} for order in orders]
    asked += [{name: value} for name, value in filters.items()]
    for params in asked:
        answer = web.get(f"{HOST}{path}", params={**params, "limit": "100", "offset": "0"})
        assert answer.status_code == 200, (params, answer.text)
        assert isinstance(answer.json()[field], list)
        assert isinstance(answer.json()["total_entries"], int)
