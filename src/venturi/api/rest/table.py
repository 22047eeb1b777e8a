"""Every operation of the REST contract, one row each.

The first row that fits a path answers, so literal paths stand before those with a variable part.
"""

from venturi.api.permissions import Permission, Scope
from venturi.api.rest import (
    about,
    assets,
    audit,
    backfills,
    beside,
    bulk_runs,
    changes,
    connection_tests,
    connections,
    dags,
    groups,
    hitl,
    import_errors,
    instances,
    jobs,
    login,
    logs,
    monitor,
    pools,
    runs,
    stats,
    tasks,
    variables,
    wait,
    warnings,
    why,
    xcoms,
)
from venturi.api.route import Route

PREFIX = "/api/v2"

P = Permission
_NONE, _DAG, _DAGS = Scope.NONE, Scope.DAG, Scope.DAGS
_ONE = "/dags/{dag_id}"
_RUNS = _ONE + "/dagRuns"
_RUN = _RUNS + "/{dag_run_id}"
_TIS = _RUN + "/taskInstances"
_TI = _TIS + "/{task_id}"
_MAPPED = _TI + "/{map_index}"
_STATE = _TI + "/state-store"
_HITL = _MAPPED + "/hitlDetails"
_ASSET = "/assets/{asset_id}"
_ASSET_STATE = _ASSET + "/state-store"
_BACKFILL = "/backfills/{backfill_id}"
_TRY = "/tries/{task_try_number}"

REST: tuple[Route, ...] = (
    Route("GET", "/monitor/health", monitor.get_health, P.PUBLIC, _NONE),
    Route("GET", "/version", monitor.get_version, P.PUBLIC, _NONE),
    Route("GET", "/auth/login", login.login, P.PUBLIC, _NONE, 307),
    Route("GET", "/auth/logout", login.logout, P.PUBLIC, _NONE, 307),
    # DAGs
    Route("GET", "/dags", dags.get_dags, P.DAG_READ, _DAGS),
    Route("PATCH", "/dags", dags.patch_dags, P.DAG_EDIT, _DAGS),
    Route("GET", "/dagTags", dags.get_dag_tags, P.DAG_READ, _DAGS),
    Route("GET", "/dagStats", stats.get_dag_stats, P.RUN_READ, _DAGS),
    Route("GET", "/dagSources/{dag_id}", tasks.get_dag_source, P.CODE_READ, _DAG),
    Route("GET", _ONE, dags.get_dag, P.DAG_READ, _DAG),
    Route("PATCH", _ONE, dags.patch_dag, P.DAG_EDIT, _DAG),
    Route("DELETE", _ONE, dags.delete_dag, P.DAG_DELETE, _DAG, 204),
    Route("GET", _ONE + "/details", dags.get_dag_details, P.DAG_READ, _DAG),
    Route("GET", _ONE + "/why", why.get_why, P.INSTANCE_READ, _DAG),
    Route("GET", _ONE + "/tasks", tasks.get_tasks, P.TASK_READ, _DAG),
    Route("GET", _ONE + "/tasks/{task_id}", tasks.get_task, P.TASK_READ, _DAG),
    Route("GET", _ONE + "/dagVersions", tasks.get_dag_versions, P.VERSION_READ, _DAG),
    Route(
        "GET",
        _ONE + "/dagVersions/{version_number}",
        tasks.get_dag_version,
        P.VERSION_READ,
        _DAG,
    ),
    Route(
        "POST",
        _ONE + "/clearTaskInstances",
        changes.post_clear_task_instances,
        P.INSTANCE_EDIT,
        _DAG,
    ),
    Route("POST", _ONE + "/favorite", dags.favorite_dag, P.DAG_MARK, _DAG, 204),
    Route("POST", _ONE + "/unfavorite", dags.unfavorite_dag, P.DAG_MARK, _DAG, 204),
    Route("POST", _ONE + "/clearDagRuns", bulk_runs.clear_dag_runs, P.RUN_EDIT, _DAG),
    Route("POST", _ONE + "/clearPartitions", bulk_runs.clear_dag_run_partitions, P.RUN_EDIT, _DAG),
    Route(
        "GET", _ONE + "/assets/queuedEvents", assets.get_dag_asset_queued_events, P.ASSET_READ, _DAG
    ),
    Route(
        "DELETE",
        _ONE + "/assets/queuedEvents",
        assets.delete_dag_asset_queued_events,
        P.ASSET_DELETE,
        _DAG,
        204,
    ),
    Route(
        "GET",
        _ONE + "/assets/{asset_id}/queuedEvents",
        assets.get_dag_asset_queued_event,
        P.ASSET_READ,
        _DAG,
    ),
    Route(
        "DELETE",
        _ONE + "/assets/{asset_id}/queuedEvents",
        assets.delete_dag_asset_queued_event,
        P.ASSET_DELETE,
        _DAG,
        204,
    ),
    # Runs
    Route("GET", _RUNS, runs.get_dag_runs, P.RUN_READ, _DAG),
    Route("PATCH", _RUNS, bulk_runs.bulk_dag_runs, P.RUN_EDIT, _DAG),
    Route("POST", _RUNS, runs.trigger_dag_run, P.RUN_CREATE, _DAG),
    Route("POST", _RUNS + "/list", runs.get_list_dag_runs_batch, P.RUN_READ, _DAG),
    Route("GET", _RUN, runs.get_dag_run, P.RUN_READ, _DAG),
    Route("PATCH", _RUN, runs.patch_dag_run, P.RUN_EDIT, _DAG),
    Route("DELETE", _RUN, runs.delete_dag_run, P.RUN_DELETE, _DAG, 204),
    Route("POST", _RUN + "/clear", changes.clear_dag_run, P.RUN_EDIT, _DAG),
    Route("GET", _RUN + "/wait", wait.wait_dag_run_until_finished, P.RUN_READ, _DAG),
    Route(
        "GET", _RUN + "/upstreamAssetEvents", assets.get_upstream_asset_events, P.ASSET_READ, _DAG
    ),
    Route("GET", _RUN + "/hitlDetails", hitl.get_hitl_details, P.HITL_READ, _DAG),
    Route(
        "PATCH",
        _RUN + "/taskGroupInstances/{group_id}",
        groups.patch_task_group_instances,
        P.INSTANCE_EDIT,
        _DAG,
    ),
    Route(
        "PATCH",
        _RUN + "/taskGroupInstances/{group_id}/dry_run",
        groups.patch_task_group_instances_dry_run,
        P.INSTANCE_EDIT,
        _DAG,
    ),
    # Task instances
    Route("GET", _TIS, instances.get_task_instances, P.INSTANCE_READ, _DAG),
    Route("POST", _TIS + "/list", instances.get_task_instances_batch, P.INSTANCE_READ, _DAG),
    Route("PATCH", _TIS, bulk_runs.bulk_task_instances, P.INSTANCE_EDIT, _DAG),
    Route("GET", _TI, instances.get_task_instance, P.INSTANCE_READ, _DAG),
    Route("PATCH", _TI, changes.patch_task_instance, P.INSTANCE_EDIT, _DAG),
    Route("PATCH", _TI + "/dry_run", changes.patch_task_instance_dry_run, P.INSTANCE_EDIT, _DAG),
    Route("GET", _TI + "/listMapped", instances.get_mapped_task_instances, P.INSTANCE_READ, _DAG),
    Route("GET", _TI + "/tries", instances.get_task_instance_tries, P.INSTANCE_READ, _DAG),
    Route("GET", _TI + _TRY, instances.get_task_instance_try_details, P.INSTANCE_READ, _DAG),
    Route("GET", _TI + "/logs/{try_number}", logs.get_log, P.LOG_READ, _DAG),
    Route("GET", _TI + "/xcomEntries", xcoms.get_xcom_entries, P.XCOM_READ, _DAG),
    Route("GET", _TI + "/xcomEntries/{xcom_key:path}", xcoms.get_xcom_entry, P.XCOM_READ, _DAG),
    Route("POST", _TI + "/xcomEntries", xcoms.create_xcom_entry, P.XCOM_CREATE, _DAG, 201),
    Route(
        "PATCH", _TI + "/xcomEntries/{xcom_key:path}", xcoms.update_xcom_entry, P.XCOM_EDIT, _DAG
    ),
    Route(
        "DELETE",
        _TI + "/xcomEntries/{xcom_key:path}",
        xcoms.delete_xcom_entry,
        P.XCOM_DELETE,
        _DAG,
        204,
    ),
    Route("DELETE", _TI, beside.delete_task_instance, P.INSTANCE_DELETE, _DAG),
    Route("GET", _TI + "/links", beside.get_extra_links, P.INSTANCE_READ, _DAG),
    Route(
        "GET", _TI + "/externalLogUrl/{try_number}", beside.get_external_log_url, P.LOG_READ, _DAG
    ),
    Route(
        "GET", _TI + "/dependencies", beside.get_task_instance_dependencies, P.INSTANCE_READ, _DAG
    ),
    Route("GET", _STATE, beside.list_task_state_store, P.INSTANCE_READ, _DAG),
    Route("DELETE", _STATE, beside.clear_task_state_store, P.INSTANCE_EDIT, _DAG, 204),
    Route("GET", _STATE + "/{key:path}", beside.get_task_state_store, P.INSTANCE_READ, _DAG),
    Route("PUT", _STATE + "/{key:path}", beside.set_task_state_store, P.INSTANCE_EDIT, _DAG, 204),
    Route("PATCH", _STATE + "/{key:path}", beside.patch_task_state_store, P.INSTANCE_EDIT, _DAG),
    Route(
        "DELETE", _STATE + "/{key:path}", beside.delete_task_state_store, P.INSTANCE_EDIT, _DAG, 204
    ),
    Route(
        "GET",
        _MAPPED + "/dependencies",
        beside.get_task_instance_dependencies_by_map_index,
        P.INSTANCE_READ,
        _DAG,
    ),
    Route("GET", _HITL, hitl.get_hitl_detail, P.HITL_READ, _DAG),
    Route("PATCH", _HITL, hitl.update_hitl_detail, P.HITL_EDIT, _DAG),
    Route("GET", _HITL + "/tries/{try_number}", hitl.get_hitl_detail_try_detail, P.HITL_READ, _DAG),
    Route("GET", _MAPPED, instances.get_mapped_task_instance, P.INSTANCE_READ, _DAG),
    Route("PATCH", _MAPPED, changes.patch_task_instance_by_map_index, P.INSTANCE_EDIT, _DAG),
    Route(
        "PATCH",
        _MAPPED + "/dry_run",
        changes.patch_task_instance_dry_run_by_map_index,
        P.INSTANCE_EDIT,
        _DAG,
    ),
    Route(
        "GET", _MAPPED + "/tries", instances.get_mapped_task_instance_tries, P.INSTANCE_READ, _DAG
    ),
    Route(
        "GET",
        _MAPPED + _TRY,
        instances.get_mapped_task_instance_try_details,
        P.INSTANCE_READ,
        _DAG,
    ),
    # Backfills
    Route("GET", "/backfills", backfills.list_backfills, P.RUN_READ, _DAGS),
    Route("POST", "/backfills", backfills.create_backfill, P.RUN_CREATE, _DAGS),
    Route("POST", "/backfills/dry_run", backfills.create_backfill_dry_run, P.RUN_CREATE, _DAGS),
    Route("GET", _BACKFILL, backfills.get_backfill, P.RUN_READ, _DAGS),
    Route("PUT", _BACKFILL + "/pause", backfills.pause_backfill, P.RUN_EDIT, _DAGS),
    Route("PUT", _BACKFILL + "/unpause", backfills.unpause_backfill, P.RUN_EDIT, _DAGS),
    Route("PUT", _BACKFILL + "/cancel", backfills.cancel_backfill, P.RUN_EDIT, _DAGS),
    # Assets
    Route("GET", "/assets", assets.get_assets, P.ASSET_READ, _DAGS),
    Route("GET", "/assets/aliases", assets.get_asset_aliases, P.ASSET_READ, _DAGS),
    Route("GET", "/assets/aliases/{asset_alias_id}", assets.get_asset_alias, P.ASSET_READ, _DAGS),
    Route("GET", "/assets/events", assets.get_asset_events, P.ASSET_READ, _DAGS),
    Route("POST", "/assets/events", assets.create_asset_event, P.ASSET_CREATE, _DAGS),
    Route("GET", _ASSET, assets.get_asset, P.ASSET_READ, _DAGS),
    Route("POST", _ASSET + "/materialize", assets.materialize_asset, P.RUN_CREATE, _DAGS),
    Route("GET", _ASSET + "/queuedEvents", assets.get_asset_queued_events, P.ASSET_READ, _DAGS),
    Route(
        "DELETE",
        _ASSET + "/queuedEvents",
        assets.delete_asset_queued_events,
        P.ASSET_DELETE,
        _DAGS,
        204,
    ),
    Route("GET", _ASSET_STATE, assets.list_asset_state_store, P.ASSET_READ, _DAGS),
    Route("DELETE", _ASSET_STATE, assets.clear_asset_state_store, P.ASSET_EDIT, _DAGS, 204),
    Route("GET", _ASSET_STATE + "/{key:path}", assets.get_asset_state_store, P.ASSET_READ, _DAGS),
    Route(
        "PUT", _ASSET_STATE + "/{key:path}", assets.set_asset_state_store, P.ASSET_EDIT, _DAGS, 204
    ),
    Route(
        "DELETE",
        _ASSET_STATE + "/{key:path}",
        assets.delete_asset_state_store,
        P.ASSET_EDIT,
        _DAGS,
        204,
    ),
    # What concerns the whole installation
    Route("GET", "/config", about.get_config, P.CONFIG_READ, _NONE),
    Route(
        "GET",
        "/config/section/{section}/option/{option}",
        about.get_config_value,
        P.CONFIG_READ,
        _NONE,
    ),
    Route("GET", "/plugins", about.get_plugins, P.PLUGIN_READ, _NONE),
    Route("GET", "/plugins/importErrors", about.import_errors, P.PLUGIN_READ, _NONE),
    Route("GET", "/providers", about.get_providers, P.PROVIDER_READ, _NONE),
    Route("GET", "/dagWarnings", warnings.list_dag_warnings, P.DAG_READ, _DAGS),
    Route("GET", "/importErrors", import_errors.get_import_errors, P.IMPORT_ERROR_READ, _NONE),
    Route(
        "GET",
        "/importErrors/{import_error_id}",
        import_errors.get_import_error,
        P.IMPORT_ERROR_READ,
        _NONE,
    ),
    Route(
        "PUT",
        "/parseDagFile/{file_token}",
        import_errors.reparse_dag_file,
        P.DAG_EDIT,
        _NONE,
        201,
    ),
    Route("GET", "/eventLogs", audit.get_event_logs, P.AUDIT_READ, _DAGS),
    Route("GET", "/eventLogs/{event_log_id}", audit.get_event_log, P.AUDIT_READ, _NONE),
    Route("GET", "/jobs", jobs.get_jobs, P.JOB_READ, _NONE),
    Route("GET", "/pools", pools.get_pools, P.POOL_READ, _NONE),
    Route("POST", "/pools", pools.post_pool, P.POOL_CREATE, _NONE, 201),
    Route("PATCH", "/pools", pools.bulk_pools, P.POOL_EDIT, _NONE),
    Route("GET", "/pools/{pool_name:path}", pools.get_pool, P.POOL_READ, _NONE),
    Route("PATCH", "/pools/{pool_name:path}", pools.patch_pool, P.POOL_EDIT, _NONE),
    Route("DELETE", "/pools/{pool_name:path}", pools.delete_pool, P.POOL_DELETE, _NONE, 204),
    Route("GET", "/variables", variables.get_variables, P.VARIABLE_READ, _NONE),
    Route("POST", "/variables", variables.post_variable, P.VARIABLE_CREATE, _NONE, 201),
    Route("PATCH", "/variables", variables.bulk_variables, P.VARIABLE_EDIT, _NONE),
    Route("GET", "/variables/{variable_key:path}", variables.get_variable, P.VARIABLE_READ, _NONE),
    Route(
        "PATCH", "/variables/{variable_key:path}", variables.patch_variable, P.VARIABLE_EDIT, _NONE
    ),
    Route(
        "DELETE",
        "/variables/{variable_key:path}",
        variables.delete_variable,
        P.VARIABLE_DELETE,
        _NONE,
        204,
    ),
    Route("GET", "/connections", connections.get_connections, P.CONNECTION_READ, _NONE),
    Route("POST", "/connections", connections.post_connection, P.CONNECTION_CREATE, _NONE, 201),
    Route("PATCH", "/connections", connections.bulk_connections, P.CONNECTION_EDIT, _NONE),
    Route(
        "POST", "/connections/test", connection_tests.test_connection, P.CONNECTION_CREATE, _NONE
    ),
    Route(
        "POST",
        "/connections/defaults",
        connection_tests.create_default_connections,
        P.CONNECTION_CREATE,
        _NONE,
        204,
    ),
    Route(
        "POST",
        "/connections/enqueue-test",
        connection_tests.enqueue_connection_test,
        P.CONNECTION_CREATE,
        _NONE,
        202,
    ),
    Route(
        "GET",
        "/connections/enqueue-test",
        connection_tests.get_connection_test,
        P.CONNECTION_READ,
        _NONE,
    ),
    Route(
        "GET",
        "/connections/{connection_id:path}",
        connections.get_connection,
        P.CONNECTION_READ,
        _NONE,
    ),
    Route(
        "PATCH",
        "/connections/{connection_id:path}",
        connections.patch_connection,
        P.CONNECTION_EDIT,
        _NONE,
    ),
    Route(
        "DELETE",
        "/connections/{connection_id:path}",
        connections.delete_connection,
        P.CONNECTION_DELETE,
        _NONE,
        204,
    ),
)
