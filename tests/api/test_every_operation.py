"""Every method of the published client, against a server that runs; its models read the answers."""

import inspect
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import make
from tests.api.processes import Web
from tests.store.home import begun, put, run
from venturi.core.states import TaskState
from venturi.spec.model import GroupSpec
from venturi.spec.timetable.model import CronInterval
from venturi.store.dags import put_import_error
from venturi.store.engine import Store

client: Any = pytest.importorskip(
    "airflow_client.client", reason="apache-airflow-client is not installed"
)
ASSET = {"type": "asset", "name": "orders", "uri": "s3://b/orders", "group": "asset"}
ALIAS = {"type": "asset_alias", "name": "parts", "group": "asset"}
SPEC = make.dag(
    make.task("a", outlets=(ASSET,), execution_timeout=60.0),
    make.task("b", "a", inlets=(ASSET, ALIAS), group="g", pool="nowhere"),
    make.mapped("m", length=2),
    dag_id="d",
    tags=("x",),
    timetable=CronInterval(expr="@daily"),
    start_date=make.NOW - timedelta(days=9),
    groups=(GroupSpec(group_id="g", children=("b",)),),
)
DAY = make.NOW - timedelta(days=3)
R1 = ("d", "r1")
TI = (*R1, "a")


def methods() -> dict[str, tuple[type, str]]:
    """`METHOD path` of each operation -> the client's class and method."""
    found: dict[str, tuple[type, str]] = {}
    for name, api in inspect.getmembers(client, inspect.isclass):
        if not name.endswith("Api"):
            continue
        for method, _ in inspect.getmembers(api, inspect.isfunction):
            if method.startswith("_") or not method.endswith("_with_http_info"):
                continue
            plain = method.removesuffix("_with_http_info")
            source = inspect.getsource(getattr(api, f"_{plain}_serialize"))
            verb = re.search(r"method='(\w+)'", source)
            path = re.search(r"resource_path='([^']+)'", source)
            assert verb and path
            found[f"{verb[1]} {path[1]}"] = (api, plain)
    return found


OPERATIONS = methods()
#: What a call may be refused with, where the feature is off or there is nothing to act on.
REFUSED: dict[str, int] = {
    "get_config": 403,
    "get_config_value": 403,
    "test_connection": 403,
    "enqueue_connection_test": 403,
    "get_connection_test": 404,
    "get_external_log_url": 400,
    "get_hitl_detail": 404,
    "get_hitl_detail_try_detail": 404,
    "update_hitl_detail": 404,
    "delete_asset_queued_events": 404,
    "delete_dag_asset_queued_events": 404,
    "get_dag_asset_queued_event": 404,
    "delete_dag_asset_queued_event": 404,
}
#: What is answered line by line: the client hands it over unread, and cannot read it as a whole.
LINES = {"wait_dag_run_until_finished"}


def body(kind: str, **values: Any) -> Any:
    """A body of the client's own class."""
    return getattr(client, kind)(**values)


def bulk(kind: str, entity: dict[str, Any], **more: Any) -> Any:
    """A body that changes one thing."""
    action = {"action": "update", "entities": [entity], **more}
    return getattr(client, kind).from_json(json.dumps({"actions": [action]}))


def calls() -> list[tuple[str, tuple[Any, ...]]]:
    """Each operation with arguments, in an order in which each finds what it needs."""
    connection = body("ConnectionBody", connection_id="c", conn_type="http", password="s3cret")
    period = body("BackfillPostBody", dag_id="d", from_date=DAY, to_date=DAY + timedelta(days=1))
    patch = body("PatchTaskInstanceBody", new_state="success", note="by hand")
    instance = {"task_id": "a", "note": "n"}
    return [
        *[(name, ()) for name in ("get_health", "get_version", "get_dags", "get_dag_tags")],
        *[(name, ("d",)) for name in ("get_dag", "get_dag_details", "favorite_dag")],
        ("unfavorite_dag", ("d",)),
        ("patch_dag", ("d", body("DAGPatchBody", is_paused=True))),
        ("patch_dags", (body("DAGPatchBody", is_paused=True),)),
        *[(name, ()) for name in ("get_dag_stats", "list_dag_warnings", "get_jobs")],
        *[(name, ("d",)) for name in ("get_dag_source", "get_tasks", "get_dag_versions")],
        ("get_task", ("d", "a")),
        ("get_dag_version", ("d", 1)),
        # runs
        ("get_dag_runs", ("d",)),
        ("get_dag_run", R1),
        ("trigger_dag_run", ("d", body("TriggerDAGRunPostBody", dag_run_id="mine"))),
        ("patch_dag_run", (*R1, body("DAGRunPatchBody", note="hello"))),
        ("bulk_dag_runs", ("d", bulk("BulkBodyBulkDAGRunBody", {"dag_run_id": "r1", "note": "n"}))),
        ("get_list_dag_runs_batch", ("~", body("DAGRunsBatchBody", dag_ids=["d"]))),
        ("wait_dag_run_until_finished", ("d", "ended", 1.0)),
        # a dry run answers with task instances, which the client's own union of two overlapping
        # models cannot read: see the generated `TaskInstancesInner`
        ("clear_dag_run", ("d", "ended", body("DAGRunClearBody", dry_run=False))),
        (
            "clear_dag_runs",
            (
                "d",
                body(
                    "BulkDAGRunClearBody",
                    dry_run=False,
                    dag_runs=[body("BulkDAGRunBody", dag_run_id="r2")],
                ),
            ),
        ),
        ("clear_dag_run_partitions", ("d", body("ClearPartitionsBody", run_id="r2", dry_run=True))),
        ("get_upstream_asset_events", R1),
        ("delete_dag_run", ("d", "mine")),
        # task instances
        ("get_task_instances", R1),
        ("get_task_instances_batch", ("~", "~", body("TaskInstancesBatchBody", dag_ids=["d"]))),
        ("get_task_instance", TI),
        ("get_mapped_task_instances", (*R1, "m")),
        ("get_mapped_task_instance", (*TI, -1)),
        ("get_task_instance_tries", TI),
        ("get_mapped_task_instance_tries", (*TI, -1)),
        ("get_task_instance_try_details", (*TI, 1)),
        ("get_mapped_task_instance_try_details", (*TI, 1, -1)),
        ("get_task_instance_dependencies", (*R1, "m")),
        ("get_task_instance_dependencies_by_map_index", (*R1, "m", -1)),
        ("get_extra_links", TI),
        ("get_log", (*TI, 1)),
        ("get_external_log_url", (*TI, 1)),
        ("patch_task_instance_dry_run", (*TI, patch)),
        ("patch_task_instance_dry_run_by_map_index", (*TI, -1, patch)),
        ("patch_task_group_instances_dry_run", (*R1, "g", patch)),
        ("patch_task_group_instances", (*R1, "g", patch)),
        ("patch_task_instance", (*TI, patch)),
        ("patch_task_instance_by_map_index", (*TI, -1, patch)),
        ("bulk_task_instances", (*R1, bulk("BulkBodyBulkTaskInstanceBody", instance))),
        ("post_clear_task_instances", ("d", body("ClearTaskInstancesBody", dag_run_id="r1"))),
        ("get_hitl_details", R1),
        ("get_hitl_detail", (*TI, -1)),
        ("get_hitl_detail_try_detail", (*TI, -1, 1)),
        ("update_hitl_detail", (*TI, -1, body("UpdateHITLDetailPayload", chosen_options=["y"]))),
        # what they leave
        ("create_xcom_entry", ("d", "a", "r1", body("XComCreateBody", key="k", value=1))),
        ("get_xcom_entries", TI),
        ("get_xcom_entry", ("d", "a", "r1", "k")),
        ("update_xcom_entry", ("d", "a", "r1", "k", body("XComUpdateBody", value=2))),
        ("delete_xcom_entry", ("d", "a", "r1", "k")),
        ("set_task_state_store", ("k", *TI, body("TaskStateStoreBody", value={"at": 7}))),
        ("patch_task_state_store", ("k", *TI, body("TaskStateStorePatchBody", value=8))),
        ("get_task_state_store", ("k", *TI)),
        ("list_task_state_store", TI),
        ("delete_task_state_store", ("k", *TI)),
        ("clear_task_state_store", TI),
        ("delete_task_instance", ("d", "r2", "b")),
        # backfills
        ("create_backfill_dry_run", (period,)),
        ("create_backfill", (period,)),
        ("list_backfills", ("d",)),
        *[(name, (1,)) for name in ("get_backfill", "pause_backfill", "unpause_backfill")],
        ("cancel_backfill", (1,)),
        # assets
        *[(name, ()) for name in ("get_assets", "get_asset_aliases")],
        ("get_asset", (1,)),
        ("get_asset_alias", (1,)),
        ("create_asset_event", (body("CreateAssetEventsBody", asset_id=1, extra={"n": 1}),)),
        ("get_asset_events", ()),
        ("materialize_asset", (1,)),
        ("get_asset_queued_events", (1,)),
        ("delete_asset_queued_events", (1,)),
        ("get_dag_asset_queued_events", ("d",)),
        ("delete_dag_asset_queued_events", ("d",)),
        ("get_dag_asset_queued_event", ("d", 1)),
        ("delete_dag_asset_queued_event", ("d", 1)),
        ("set_asset_state_store", ("k", 1, body("AssetStateStoreBody", value=[1]))),
        ("get_asset_state_store", ("k", 1)),
        ("list_asset_state_store", (1,)),
        ("delete_asset_state_store", ("k", 1)),
        ("clear_asset_state_store", (1,)),
        # what people keep
        ("post_pool", (body("PoolBody", name="p", slots=2),)),
        ("patch_pool", ("p", body("PoolPatchBody", slots=3))),
        ("bulk_pools", (bulk("BulkBodyPoolBody", {"name": "p", "slots": 4}),)),
        ("get_pool", ("p",)),
        ("get_pools", ()),
        ("delete_pool", ("p",)),
        ("post_variable", (body("VariableBody", key="k", value="v"),)),
        ("patch_variable", ("k", body("VariableBody", key="k", value="w"))),
        ("bulk_variables", (bulk("BulkBodyVariableBody", {"key": "k", "value": "x"}),)),
        ("get_variable", ("k",)),
        ("get_variables", ()),
        ("delete_variable", ("k",)),
        ("post_connection", (connection,)),
        ("patch_connection", ("c", connection)),
        (
            "bulk_connections",
            (bulk("BulkBodyConnectionBody", {"connection_id": "c", "conn_type": "http"}),),
        ),
        ("get_connection", ("c",)),
        ("create_default_connections", ()),
        ("get_connections", ()),
        ("test_connection", (connection,)),
        (
            "enqueue_connection_test",
            (body("ConnectionTestRequestBody", connection_id="c", conn_type="http"),),
        ),
        ("get_connection_test", ("token",)),
        ("delete_connection", ("c",)),
        # the installation
        ("get_event_logs", ()),
        ("get_event_log", (1,)),
        ("get_import_errors", ()),
        ("get_import_error", (1,)),
        ("reparse_dag_file", ("<token>",)),
        *[(name, ()) for name in ("get_plugins", "import_errors", "get_providers")],
        ("get_config", ()),
        ("get_config_value", ("core", "parallelism")),
        *[(name, ()) for name in ("login", "logout")],
        ("delete_dag", ("d",)),
    ]


@pytest.fixture
def api(server: Web, store: Store, home: Path) -> Any:
    """The client, and a DAG with runs, an import error and a log."""
    put(store, SPEC)
    from venturi.core.attempts import FileRef
    from venturi.core.messages import Loaded
    from venturi.spec.codec import encode
    from venturi.store.dags import put_dag, put_source

    def with_source(tx: Any) -> None:
        loaded = Loaded(file=FileRef(path="/dags/d.py", key="k1", root="/dags"), dags=())
        loaded = Loaded(file=loaded.file, dags=(encode(SPEC),))
        source = put_source(tx, "/dags/d.py", "# the file\n", make.NOW)
        put_dag(tx, SPEC, loaded, source, now=make.NOW, paused_at_creation=False)

    store.retrying(with_source)
    run(store, SPEC, instances={"a": begun(), "b": begun(TaskState.FAILED)})
    run(store, SPEC, "r2", days_ago=4, state="failed", instances={"b": begun(TaskState.FAILED)})
    run(store, SPEC, "ended", days_ago=5, state="success", instances={"a": begun()})
    store.retrying(lambda tx: put_import_error(tx, "/dags/bad.py", "no", make.NOW))
    log = home / "logs/dag_id=d/run_id=r1/task_id=a/attempt=1.log"
    log.parent.mkdir(parents=True)
    log.write_text("[2026-11-22T13:40:58.123+0000] {x.py:1} INFO - hello\n")
    url = server.url.removesuffix("/api/v2/")
    return client.ApiClient(client.Configuration(host=url))


def test_the_calls_are_all_operations_of_the_client() -> None:
    names = {method for _, method in OPERATIONS.values()}
    assert {name for name, _ in calls()} == names
    assert len(OPERATIONS) == 128


def test_every_method_of_the_client_is_answered(api: Any, store: Store) -> None:
    of_name = {method: group for group, method in OPERATIONS.values()}
    token = client.DAGApi(api).get_dag("d").file_token
    problems: dict[str, str] = {}
    for name, arguments in calls():
        form = "without_preload_content" if name in LINES else "with_http_info"
        call: Callable[..., Any] = getattr(of_name[name](api), f"{name}_{form}")
        given = [token if each == "<token>" else each for each in arguments]
        try:
            answer = call(*given)
            status = answer.status if name in LINES else answer.status_code
        except client.ApiException as refused:
            status = refused.status
            said = str(refused.body)[:200]
        except ValueError as unread:
            status, said = 0, str(unread)[:400]
        else:
            said = ""
        expected = REFUSED.get(name)
        if (status != expected) if expected is not None else not 200 <= status < 300:
            problems[name] = f"{status} {said}"
    assert problems == {}


def test_bulk_tells_of_each_action(api: Any) -> None:
    entities = [{"name": "p", "slots": 1}, {"name": "q", "slots": 2}]
    text = json.dumps({"actions": [{"action": "create", "entities": entities}]})
    pools = client.PoolApi(api)
    asked = client.BulkBodyPoolBody.from_json(text)
    assert pools.bulk_pools(asked).create.success == ["p", "q"]
    again = pools.bulk_pools(asked).create
    assert again.success == []
    assert again.errors[0]["status_code"] == 409
    gone = json.dumps(
        {
            "actions": [
                {"action": "delete", "entities": ["p", "z"], "action_on_non_existence": "skip"}
            ]
        }
    )
    assert pools.bulk_pools(client.BulkBodyPoolBody.from_json(gone)).delete.success == ["p"]
    assert {each.name for each in pools.get_pools().pools} == {"default_pool", "q"}
