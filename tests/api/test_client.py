"""The published client of Airflow 3, unchanged, against our server; only where it is installed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import make
from tests.api.processes import Web
from tests.store.home import begun, put, run
from venturi.core.states import TaskState
from venturi.spec.timetable.model import CronInterval
from venturi.store.dags import put_import_error
from venturi.store.engine import Store

airflow_client: Any = pytest.importorskip(
    "airflow_client.client", reason="apache-airflow-client is not installed"
)
SPEC = make.dag(
    make.task("a", execution_timeout=60.0),
    make.task("b", "a"),
    dag_id="d",
    tags=("x",),
    timetable=CronInterval(expr="@daily"),
    start_date=make.NOW - timedelta(days=3),
)


@pytest.fixture
def api(server: Web, store: Store) -> Any:
    """The client, and a DAG with a run to ask for."""
    put(store, SPEC)
    run(store, SPEC, instances={"a": begun(), "b": begun(TaskState.FAILED)})
    url = server.url.removesuffix("/api/v2/")
    return airflow_client.ApiClient(airflow_client.Configuration(host=url))


def test_dags_are_read_and_paused(api: Any) -> None:
    dags = airflow_client.DAGApi(api)
    listed = dags.get_dags(limit=10, tags=["x"])
    assert [each.dag_id for each in listed.dags] == ["d"]
    assert dags.get_dags(dag_run_state=["running"], bundle_name="dags-folder").total_entries == 1
    assert dags.get_dags(dag_run_start_date_gte=make.NOW, timetable_type=["x"]).total_entries == 0
    assert dags.get_dag("d").timetable_periodic
    assert dags.get_dag_details("d").latest_dag_version.version_number == 1
    body = airflow_client.DAGPatchBody(is_paused=True)
    assert dags.patch_dag("d", body).is_paused
    assert dags.get_dag_tags().tags == ["x"]


def test_runs_are_triggered_changed_and_deleted(api: Any) -> None:
    runs = airflow_client.DagRunApi(api)
    body = airflow_client.TriggerDAGRunPostBody(
        dag_run_id="mine", logical_date=make.NOW, conf={"k": 1}
    )
    assert runs.trigger_dag_run("d", body).conf == {"k": 1}
    with pytest.raises(airflow_client.ApiException) as taken:
        runs.trigger_dag_run("d", body)
    assert taken.value.status == 409
    assert {each.dag_run_id for each in runs.get_dag_runs("d").dag_runs} == {"mine", "r1"}
    patch = airflow_client.DAGRunPatchBody(state="failed")
    assert runs.patch_dag_run("d", "mine", patch).state == "failed"
    batch = airflow_client.DAGRunsBatchBody(dag_ids=["d"], states=["failed"])
    assert runs.get_list_dag_runs_batch("~", batch).total_entries == 1
    runs.delete_dag_run("d", "mine")
    with pytest.raises(airflow_client.ApiException) as gone:
        runs.get_dag_run("d", "mine")
    assert gone.value.status == 404


def test_new_tasks_are_told_and_added(api: Any, store: Store) -> None:
    run(store, SPEC, "done", state="success", days_ago=2, instances={"a": begun()})
    put(store, make.dag(*SPEC.tasks, make.task("new"), dag_id="d", tags=("x",)), key="k2")
    runs = airflow_client.DagRunApi(api)
    dry = runs.clear_dag_run("d", "done", airflow_client.DAGRunClearBody(only_new=True))
    (told,) = dry.actual_instance.task_instances
    assert told.actual_instance == airflow_client.NewTaskResponse(
        task_id="new", task_display_name="new"
    )
    body = airflow_client.DAGRunClearBody(only_new=True, dry_run=False)
    assert runs.clear_dag_run("d", "done", body).actual_instance.state == "queued"


def test_task_instances_are_read_cleared_and_marked(api: Any, home: Path) -> None:
    instances = airflow_client.TaskInstanceApi(api)
    rows = instances.get_task_instances("d", "r1").task_instances
    assert [(each.task_id, each.state) for each in rows] == [("a", "success"), ("b", "failed")]
    assert instances.get_task_instance("d", "r1", "a").dag_version.version_number == 1
    assert instances.get_task_instance_tries("d", "r1", "b").total_entries == 1
    clear = airflow_client.ClearTaskInstancesBody(dag_run_id="r1", dry_run=False)
    assert instances.post_clear_task_instances("d", clear).total_entries == 1
    patch = airflow_client.PatchTaskInstanceBody(new_state="success")
    marked = instances.patch_task_instance("d", "r1", "b", patch)
    assert marked.task_instances[0].state == "success"
    path = home / "logs/dag_id=d/run_id=r1/task_id=a/attempt=1.log"
    path.parent.mkdir(parents=True)
    path.write_text("[2026-11-22T13:40:58.123+0000] {x.py:1} INFO - hello\n")
    log = instances.get_log("d", "r1", "a", 1)
    assert log.content.actual_instance[0].event == "hello"


def test_pools_variables_and_connections_are_kept(api: Any) -> None:
    pools = airflow_client.PoolApi(api)
    pools.post_pool(airflow_client.PoolBody(name="p", slots=2))
    assert pools.patch_pool("p", airflow_client.PoolPatchBody(slots=3)).open_slots == 3
    assert {each.name for each in pools.get_pools().pools} == {"default_pool", "p"}
    variables = airflow_client.VariableApi(api)
    variables.post_variable(airflow_client.VariableBody(key="k", value="v"))
    assert variables.get_variable("k").value == "v"
    connections = airflow_client.ConnectionApi(api)
    body = airflow_client.ConnectionBody(connection_id="c", conn_type="http", password="secret")
    assert connections.post_connection(body).password == "***"
    connections.delete_connection("c")


def test_the_rest_is_read(api: Any, store: Store) -> None:
    store.retrying(lambda tx: put_import_error(tx, "/dags/bad.py", "no", make.NOW))
    assert airflow_client.MonitorApi(api).get_health().metadatabase.status == "healthy"
    assert airflow_client.VersionApi(api).get_version().version
    assert airflow_client.ImportErrorApi(api).get_import_errors().total_entries == 1
    tasks = airflow_client.TaskApi(api).get_tasks("d").tasks
    assert tasks[0].execution_timeout.seconds == 60
    assert tasks[0].downstream_task_ids == ["b"]
    assert airflow_client.DagStatsApi(api).get_dag_stats().dags[0].dag_id == "d"
    assert airflow_client.DagVersionApi(api).get_dag_versions("d").total_entries == 1
    assert airflow_client.JobApi(api).get_jobs().total_entries == 0
    assert airflow_client.EventLogApi(api).get_event_logs().total_entries == 0
    xcoms = airflow_client.XComApi(api)
    assert xcoms.get_xcom_entries("d", "r1", "a").total_entries == 0
