"""Options that Airflow knows and Venturi does not need: accepted with one notice, then ignored.

Kept as names only. A file written for any Airflow line must load, whatever it sets.
"""

from functools import cache

from venturi.config.options import OptionName

#: By section, the keys that some Airflow line had and that mean nothing here.
UNUSED: dict[str, str] = {
    "core": (
        "asset_manager_class asset_manager_kwargs compress_serialized_dags "
        "database_access_isolation dataset_manager_class dataset_manager_kwargs donot_pickle "
        "execute_tasks_new_python_interpreter execution_api_server_url "
        "internal_api_secret_key internal_api_url "
        "min_serialized_dag_fetch_interval min_serialized_dag_update_interval "
        "mp_forkserver_preload mp_start_method multi_team rerun_with_latest_version secure_mode "
        "store_dag_code store_serialized_dags strict_asset_uri_validation "
        "strict_dataset_uri_validation task_log_reader task_runner team_name_cache_ttl "
        "worker_precheck colored_formatter_class colored_log_format "
        "dag_processor_manager_log_location fab_logging_level interleave_timestamp_parser "
        "log_processor_filename_template sql_alchemy_reconnect_timeout "
        "sql_engine_collation_for_ids sql_engine_encoding"
    ),
    "database": (
        "alembic_ini_file_path external_db_managers sql_alchemy_conn_async "
        "sql_alchemy_connect_args_async sql_alchemy_session_maker sql_engine_collation_for_ids "
        "sql_engine_encoding"
    ),
    "logging": (
        "callsite_parameters celery_logging_level celery_stdout_stderr_separation "
        "color_log_error_keywords color_log_warning_keywords colored_formatter_class "
        "colored_log_format dag_processor_child_process_log_directory dag_processor_log_format "
        "dag_processor_log_target dag_processor_manager_log_location "
        "dag_processor_manager_log_stdout enable_task_context_logger "
        "extra_logger_names fab_logging_level google_key_path interleave_timestamp_parser "
        "log_formatter_class log_processor_filename_template log_timestamp_format "
        "remote_task_handler_kwargs secret_mask_adapter task_log_reader trigger_log_server_port "
        "use_historical_filename_templates uvicorn_logging_level"
    ),
    "metrics": (
        "legacy_names_on metrics_use_pattern_match statsd_custom_client_path "
        "statsd_datadog_metrics_tags statsd_disabled_tags timer_unit_consistency"
    ),
    "traces": ("otel_debug_traces_on otel_task_log_event task_runner_flush_timeout_milliseconds"),
    "cli": "api_client endpoint_url",
    "debug": "fail_fast",
    "api": (
        "auto_refresh_interval client_ssl_cert client_ssl_key client_use_public_certs "
        "dag_cache_size dag_cache_ttl enable_experimental_api enable_xcom_deserialize_support "
        "google_key_path google_oauth2_audience log_config log_stream_buffer_size server_type "
        "ssl_ca_file ssl_cert_reqs theme worker_refresh_batch_size worker_refresh_interval"
    ),
    "webserver": (
        "access_denied_message access_logformat allow_raw_html_descriptions "
        "allowed_payload_size analytics_id analytics_tool analytics_url "
        "audit_view_excluded_events audit_view_included_events auth_rate_limit "
        "auth_rate_limited auto_refresh_interval caching_hash_method config_file "
        "cookie_httponly demo_mode force_log_out_after instance_name_has_markup "
        "log_animation_speed log_auto_tailing_offset log_fetch_delay_sec "
        "max_form_memory_size max_form_parts navbar_hover_color navbar_logo_text_color "
        "navbar_text_color navbar_text_hover_color num_recent_configurations_for_trigger "
        "proxy_fix_x_for proxy_fix_x_host proxy_fix_x_port proxy_fix_x_prefix "
        "proxy_fix_x_proto reload_on_plugin_change run_internal_api session_backend "
        "session_lifetime_days show_recent_stats_for_completed_runs "
        "show_trigger_form_if_no_params update_fab_perms warn_deployment_exposure "
        "worker_class worker_refresh_batch_size worker_refresh_interval"
    ),
    "workers": (
        "execution_api_retries execution_api_retry_wait_max execution_api_retry_wait_min "
        "execution_api_timeout max_failed_heartbeats min_heartbeat_interval "
        "missing_dag_retries missing_dag_retry_delay socket_cleanup_timeout state_store_backend"
    ),
    "sdk": "coordinators queue_to_coordinator",
    "api_auth": (
        "jwt_algorithm jwt_audience jwt_issuer jwt_kid jwt_leeway jwt_private_key_path "
        "trusted_jwks_url"
    ),
    "execution_api": "jwt_audience jwt_expiration_time otel_trace_propagation",
    "lineage": "max_assets_per_collector max_extras_per_collector",
    "scheduler": (
        "authenticate child_process_log_directory clean_tis_without_dagrun_interval "
        "dag_stale_not_seen_duration dagrun_metrics_interval deactivate_stale_dags_interval "
        "enable_tracemalloc file_parsing_sort_mode max_tis_per_query min_file_parsing_loop_time "
        "only_idle parsing_cleanup_interval partition_mapper_max_downstream_keys "
        "pool_metrics_interval print_stats_interval processor_poll_interval "
        "schedule_after_task_execution scheduler_idle_sleep_time stale_dag_threshold "
        "standalone_dag_processor statsd_custom_client_path ti_metrics_interval "
        "trigger_timeout_check_interval use_row_level_locking"
    ),
    "connection_test": "max_concurrency reaper_interval timeout",
    "triggerer": (
        "blocked_main_thread_warning_threshold max_trigger_to_select_per_loop on_kill_timeout "
        "queues_enabled runner_health_check_threshold shared_stream_ack_timeout "
        "shared_stream_cohort_grace_period shared_stream_subscriber_queue_size"
    ),
    "dag_processor": (
        "bundle_refresh_check_interval dag_version_inflation_check_level file_parsing_sort_mode "
        "health_check_threshold print_stats_interval stale_bundle_cleanup_age_threshold "
        "stale_bundle_cleanup_interval stale_bundle_cleanup_min_versions stale_dag_threshold"
    ),
    "state_store": (
        "backend clear_on_success default_retention_days max_value_storage_bytes "
        "state_cleanup_batch_size"
    ),
    "profiling": "memray_detailed_tracing memray_trace_components",
    "callbacks": "callback_execution_timeout",
    "celery": (
        "pool sync_parallelism task_track_started worker_precheck task_acks_late "
        "result_backend_sqlalchemy_engine_options "
    ),
    "github_enterprise": "api_rev host client_id client_secret oauth_callback_route allowed_teams",
    "google": "client_id client_secret oauth_callback_route domain",
}

#: Sections that are free-form or belong to a provider package or to a part of Airflow that
#: Venturi has in another shape: every key is accepted. A trailing `*` stands for any ending.
FREE_SECTIONS = (
    "atlas",
    "aws*",
    "azure*",
    "celery_broker_transport_options",
    "celery_kubernetes_executor",
    "celery_result_backend_transport_options",
    "common*",
    "dask",
    "databricks",
    "dbt*",
    "docker",
    "edge*",
    "elasticsearch*",
    "fab",
    "gcp*",
    "git",
    "hdfs*",
    "hive",
    "imap",
    "informatica",
    "kafka*",
    "keycloak*",
    "kubernetes*",
    "ldap",
    "livy",
    "local_kubernetes_executor",
    "mesos",
    "openlineage",
    "opensearch*",
    "sftp",
    "slack",
    "smart_sensor",
    "snowflake",
    "spark*",
    "ssh",
    "stackdriver*",
    "teradata",
    "yandex",
)

#: Of those, the ones that Venturi reads: their keys go to Celery as they stand.
USED_FREE_SECTIONS = frozenset(
    {"celery_broker_transport_options", "celery_result_backend_transport_options"}
)


@cache
def unused_names() -> frozenset[OptionName]:
    """The rows of `UNUSED` as names."""
    return frozenset(
        OptionName(section, key) for section, keys in UNUSED.items() for key in keys.split()
    )


def is_free(section: str) -> bool:
    """Whether any key may stand in `section`."""
    return any(
        section.startswith(row[:-1]) if row.endswith("*") else section == row
        for row in FREE_SECTIONS
    )
