"""airflow.utils: the toolbox that DAG files of every age reach into."""

from venturi.compat.rows import Rows

_ = "airflow.utils"
_SHIMS = "venturi.compat.shims"

_TIMEZONE = (
    "utc TIMEZONE utcnow utc_epoch is_localized is_naive convert_to_utc make_aware make_naive "
    "datetime parse coerce_datetime from_timestamp parse_timezone local_timezone td_format "
    "initialize"
)
_HELPERS = (
    "is_container as_tuple as_flattened_list chunks reduce_in_chunks partition merge_dicts "
    "prune_dict exactly_one at_most_one is_empty convert_camel_to_snake validate_key "
    "validate_group_key build_airflow_url_with_query build_airflow_dagrun_url alchemy_to_dict "
    "ask_yesno KEY_REGEX GROUP_KEY_REGEX CAMELCASE_TO_SNAKE_CASE_REGEX"
)
_MASKER = "mask_secret redact SecretsMasker should_hide_value_for_key=is_sensitive"
_MARKERS = "NOTSET ArgNotSet is_arg_set SET_DURING_EXECUTION SetDuringExecution"
_PROCESSES = (
    "execute_in_subprocess execute_in_subprocess_with_kwargs reap_process_group patch_environ "
    "kill_child_processes_by_pids set_new_process_group check_if_pidfile_process_is_running"
)
_LOGGING = (
    "LoggingMixin ExternalLoggingMixin StreamLogWriter RedirectStdHandler redirect_stdout "
    "redirect_stderr set_context remove_escape_codes"
)

V2: Rows = {
    # Gone from Airflow 3; a file that uses them was written before it.
    f"{_}.dates": {
        f"{_SHIMS}.dates": (
            "days_ago date_range round_time infer_time_unit scale_time_units cron_presets "
            "parse_execution_date"
        ),
    },
    f"{_}.decorators": {f"{_SHIMS}.decorators": "apply_defaults"},
    f"{_}.helpers": {"airflow.sdk": "chain cross_downstream"},
    f"{_}.edgemodifier": {"airflow.sdk": "EdgeModifier Label"},
    f"{_}.task_group": {"airflow.sdk": "TaskGroup"},
}

ANY: Rows = {
    f"{_}.helpers": {
        f"{_SHIMS}.collections": _HELPERS,
        f"{_SHIMS}.rendering": (
            "render_template_to_string render_template_as_native parse_template_string"
        ),
    },
    f"{_}.timezone": {f"{_SHIMS}.clockwork": _TIMEZONE},
    f"{_}.state": {
        f"{_SHIMS}.states": "State JobState TerminalTIState IntermediateTIState",
        "venturi.core.states": "TaskInstanceState=TaskState DagRunState=RunState",
    },
    f"{_}.trigger_rule": {f"{_SHIMS}.rules": "TriggerRule"},
    f"{_}.weight_rule": {
        f"{_SHIMS}.rules": "WeightRule",
        f"{_SHIMS}.constants": "DB_SAFE_MINIMUM DB_SAFE_MAXIMUM db_safe_priority",
    },
    f"{_}.types": {
        f"{_SHIMS}.constants": f"DagRunType DagRunTriggeredByType {_MARKERS}",
    },
    f"{_}.email": {
        "venturi.sdk.email": (
            "send_email send_email_smtp build_mime_message get_email_address_list"
        )
    },
    f"{_}.session": {f"{_SHIMS}.sessions": "provide_session create_session NEW_SESSION"},
    f"{_}.db": {
        f"{_SHIMS}.sessions": "provide_session create_session create_global_lock",
    },
    f"{_}.log.logging_mixin": {f"{_SHIMS}.logs": _LOGGING},
    f"{_}.log.secrets_masker": {"venturi.sdk.secrets_masker": _MASKER},
    f"{_}.module_loading": {
        f"{_SHIMS}.loading": "import_string qualname is_valid_dotpath iter_namespace"
    },
    f"{_}.deprecation_tools": {f"{_SHIMS}.loading": "add_deprecated_classes"},
    f"{_}.strings": {f"{_SHIMS}.text": "to_boolean get_random_string TRUE_LIKE_VALUES"},
    f"{_}.hashlib_wrapper": {f"{_SHIMS}.text": "md5"},
    f"{_}.context": {
        "venturi.sdk.context": "Context",
        f"{_SHIMS}.contexts": "context_merge context_copy_partial context_get_outlet_events",
    },
    f"{_}.operator_helpers": {
        "venturi.sdk.context_vars": "context_to_airflow_vars",
        f"{_SHIMS}.calling": (
            "determine_kwargs make_kwargs_callable KeywordParameters "
            "AIRFLOW_VAR_NAME_FORMAT_MAPPING ExecutionCallableRunner"
        ),
    },
    f"{_}.process_utils": {f"{_SHIMS}.processes": _PROCESSES},
    f"{_}.platform": {
        f"{_SHIMS}.processes": (
            "getuser is_tty is_terminal_support_colors get_airflow_git_version"
        ),
        f"{_SHIMS}.constants": "IS_WINDOWS",
    },
    f"{_}.net": {f"{_SHIMS}.processes": "get_hostname getfqdn get_host_ip_address"},
    f"{_}.file": {
        f"{_SHIMS}.files": (
            "TemporaryDirectory mkdirs correct_maybe_zipped open_maybe_zipped "
            "get_unique_dag_module_name list_py_file_paths might_contain_dag"
        )
    },
    f"{_}.template": {"venturi.sdk.template": "literal LiteralValue"},
    f"{_}.yaml": {f"{_SHIMS}.yamls": "safe_load dump YAMLError"},
    f"{_}.json": {f"{_SHIMS}.jsons": "AirflowJsonEncoder WebEncoder XComEncoder XComDecoder"},
    f"{_}.timeout": {f"{_SHIMS}.timeout": "timeout TimeoutPosix=timeout"},
    f"{_}.weekday": {f"{_SHIMS}.weekday": "WeekDay WEEKEND WORKING_DAYS"},
    f"{_}.python_virtualenv": {f"{_SHIMS}.virtualenv": "prepare_virtualenv write_python_script"},
    f"{_}.dag_parsing_context": {"venturi.compat.shims.parsing": "get_parsing_context"},
    f"{_}.xcom": {f"{_SHIMS}.constants": "XCOM_RETURN_KEY"},
    f"{_}.providers_configuration_loader": {f"{_SHIMS}.provided": "providers_configuration_loaded"},
    f"{_}.entry_points": {f"{_SHIMS}.provided": "entry_points_with_dist"},
    f"{_}.dag_cycle_tester": {f"{_SHIMS}.graph": "check_cycle"},
}
