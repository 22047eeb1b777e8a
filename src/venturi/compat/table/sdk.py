"""airflow.sdk: what today's DAG files are written with.

Its inner modules (`airflow.sdk.bases`, `airflow.sdk.definitions`, ...) are what provider packages
import; they say nothing about the age of a file.
"""

from venturi.compat.rows import Rows

_ = "airflow.sdk"
_SDK = "venturi.sdk"
_SHIMS = "venturi.compat.shims"

_ASSETS = "Asset AssetAlias AssetAll AssetAny AssetWatcher"
_TIMETABLES = (
    "CronDataIntervalTimetable CronTriggerTimetable DeltaDataIntervalTimetable "
    "DeltaTriggerTimetable EventsTimetable MultipleCronTriggerTimetable"
)
_MARKERS = "NOTSET ArgNotSet is_arg_set SET_DURING_EXECUTION SetDuringExecution"
_DEADLINES = "AsyncCallback DeadlineAlert DeadlineReference SyncCallback VariableInterval"
_EDGES = "chain chain_linear cross_downstream"
_TIMEZONE = (
    "utc utcnow datetime parse make_aware make_naive is_localized is_naive convert_to_utc "
    "coerce_datetime from_timestamp parse_timezone local_timezone td_format"
)

V3: Rows = {
    _: {
        f"{_SDK}.dag": "DAG dag",
        f"{_SDK}.operator": "BaseOperator",
        f"{_SHIMS}.async_operator": "BaseAsyncOperator",
        f"{_SHIMS}.links": "BaseOperatorLink",
        f"{_SDK}.taskflow.task": "task",
        f"{_SDK}.taskflow.groups": "task_group",
        f"{_SDK}.taskflow.setup": "setup teardown",
        f"{_SDK}.taskgroup": "TaskGroup",
        f"{_SDK}.xcomarg": "XComArg",
        f"{_SDK}.edges": f"{_EDGES} Label EdgeModifier",
        f"{_SDK}.param": "Param ParamsDict DagParam",
        f"{_SDK}.asset": f"{_ASSETS} Metadata asset",
        f"{_SDK}.timetables": f"{_TIMETABLES} AssetOrTimeSchedule BaseTimetable=Timetable",
        f"{_SDK}.sensor": "BaseSensorOperator PokeReturnValue poke_mode_only",
        f"{_SDK}.hook": "BaseHook",
        f"{_SDK}.notifier": "BaseNotifier",
        f"{_SDK}.skip": "SkipMixin BranchMixIn",
        "venturi.batteries.operators.branch": "BaseBranchOperator",
        f"{_SDK}.connection": "Connection",
        f"{_SDK}.variable": "Variable",
        f"{_SDK}.xcom": "BaseXCom XCom",
        f"{_SDK}.context": "Context get_current_context",
        f"{_SHIMS}.parsing": "get_parsing_context",
        f"{_SDK}.template": "literal",
        f"{_SDK}.trigger": "BaseTrigger TriggerEvent",
        f"{_SDK}.retry_policy": (
            "RetryPolicy RetryRule RetryAction RetryDecision ExceptionRetryPolicy ChainRetryPolicy"
        ),
        f"{_SDK}.deadline": _DEADLINES,
        f"{_SHIMS}.rules": "TriggerRule WeightRule",
        "venturi.core.states": "DagRunState=RunState TaskInstanceState=TaskState",
        f"{_SHIMS}.configuration": "conf",
    },
}

ANY: Rows = {
    f"{_}.macros": {
        f"{_SDK}.macros": (
            "ds_add ds_format ds_format_locale datetime_diff_for_humans datetime timedelta "
            "dateutil time uuid random json yaml"
        )
    },
    f"{_}.definitions.deadline": {f"{_SDK}.deadline": _DEADLINES},
    f"{_}.definitions.callback": {f"{_SDK}.deadline": "AsyncCallback SyncCallback"},
    f"{_}.timezone": {f"{_SHIMS}.clockwork": _TIMEZONE},
    f"{_}.configuration": {f"{_SHIMS}.configuration": "conf"},
    f"{_}.log": {f"{_SDK}.secrets_masker": "mask_secret"},
    f"{_}._shared.secrets_masker": {
        f"{_SDK}.secrets_masker": (
            "mask_secret redact SecretsMasker should_hide_value_for_key=is_sensitive"
        ),
    },
    f"{_}._shared.module_loading": {f"{_SHIMS}.loading": "import_string is_valid_dotpath qualname"},
    f"{_}._shared.timezones.timezone": {f"{_SHIMS}.clockwork": _TIMEZONE},
    f"{_}._shared.observability.metrics.stats": {f"{_SHIMS}.metrics": "Stats"},
    f"{_}.observability.stats": {f"{_SHIMS}.metrics": "Stats"},
    f"{_}.plugins_manager": {"venturi.plugins.base": "AirflowPlugin"},
    f"{_}.listener": {"venturi.plugins.listeners": "get_listener_manager=listener_manager"},
    f"{_}.providers_manager_runtime": {
        f"{_SHIMS}.provided": "ProvidersManagerTaskRuntime=ProvidersManager"
    },
    f"{_}.lineage": {
        f"{_SHIMS}.lineage": (
            "get_hook_lineage_collector HookLineageCollector NoOpCollector=HookLineageCollector "
            "HookLineage HookLineageReader AssetLineageInfo"
        )
    },
    f"{_}.types": {
        f"{_SDK}.operator": "Operator=BaseOperator",
        f"{_SDK}.runtime_ti": "RuntimeTaskInstanceProtocol=RuntimeTaskInstance TaskInstanceKey",
        f"{_SDK}.runtime_run": "DagRunProtocol=DagRun",
    },
    f"{_}.exceptions": {
        f"{_SDK}.exceptions": (
            "AirflowException AirflowBadRequest AirflowNotFoundException AirflowConfigException "
            "AirflowSkipException AirflowFailException AirflowTaskTerminated AirflowTaskTimeout "
            "AirflowSensorTimeout AirflowRescheduleException TaskDeferred TaskDeferralError "
            "TaskDeferralTimeout DownstreamTasksSkipped DagRunTriggerException "
            "AirflowDagCycleException DuplicateTaskIdFound FailFastDagInvalidTriggerRule="
            "FailStopDagInvalidTriggerRule ParamValidationError XComNotFound "
            "AirflowRuntimeError AirflowOptionalProviderFeatureException TaskAlreadyInTaskGroup "
            "AirflowTimetableInvalid TaskNotFound"
        )
    },
    f"{_}.bases.operator": {
        f"{_SDK}.operator": "BaseOperator",
        f"{_SHIMS}.async_operator": "BaseAsyncOperator",
        f"{_SDK}.edges": _EDGES,
        f"{_SHIMS}.constants": "DB_SAFE_MINIMUM DB_SAFE_MAXIMUM db_safe_priority",
    },
    f"{_}.bases.operatorlink": {f"{_SHIMS}.links": "BaseOperatorLink"},
    f"{_}.bases.hook": {f"{_SDK}.hook": "BaseHook"},
    f"{_}.bases.sensor": {f"{_SDK}.sensor": "BaseSensorOperator PokeReturnValue poke_mode_only"},
    f"{_}.bases.notifier": {f"{_SDK}.notifier": "BaseNotifier"},
    f"{_}.bases.branch": {
        "venturi.batteries.operators.branch": "BaseBranchOperator",
        f"{_SDK}.skip": "BranchMixIn",
    },
    f"{_}.bases.skipmixin": {f"{_SDK}.skip": "SkipMixin"},
    f"{_}.bases.xcom": {f"{_SDK}.xcom": "BaseXCom"},
    f"{_}.bases.timetable": {f"{_SDK}.timetables": "BaseTimetable=Timetable"},
    f"{_}.bases.decorator": {
        f"{_SDK}.taskflow.decorated": "DecoratedOperator",
        f"{_SDK}.taskflow.decorators": "TaskDecorator task_decorator_factory",
        f"{_SHIMS}.decorating": "get_unique_task_id is_async_callable",
        f"{_SDK}.mapping": "DecoratedMappedOperator=MappedOperator",
    },
    f"{_}.definitions.dag": {f"{_SDK}.dag": "DAG dag"},
    f"{_}.definitions.asset": {f"{_SDK}.asset": f"{_ASSETS} AssetRef"},
    f"{_}.definitions.asset.metadata": {f"{_SDK}.asset": "Metadata"},
    f"{_}.definitions.asset.decorators": {f"{_SDK}.asset": "asset"},
    f"{_}.definitions.connection": {f"{_SDK}.connection": "Connection"},
    f"{_}.definitions.context": {f"{_SDK}.context": "Context get_current_context"},
    f"{_}.definitions.param": {f"{_SDK}.param": "Param ParamsDict DagParam"},
    f"{_}.definitions.variable": {f"{_SDK}.variable": "Variable"},
    f"{_}.definitions.xcom_arg": {f"{_SDK}.xcomarg": "XComArg PlainXComArg"},
    f"{_}.definitions.retry_policy": {
        f"{_SDK}.retry_policy": (
            "RetryPolicy RetryRule RetryAction RetryDecision ExceptionRetryPolicy ChainRetryPolicy"
        ),
    },
    f"{_}.execution_time.xcom": {f"{_SDK}.xcom": "XCom"},
    f"{_}.definitions.edges": {f"{_SDK}.edges": "EdgeModifier Label"},
    f"{_}.definitions.taskgroup": {f"{_SDK}.taskgroup": "TaskGroup"},
    f"{_}.definitions.template": {f"{_SDK}.template": "literal"},
    f"{_}.definitions.mappedoperator": {f"{_SDK}.mapping": "MappedOperator OperatorPartial"},
    f"{_}.definitions._internal.types": {f"{_SHIMS}.constants": _MARKERS},
    f"{_}.definitions._internal.abstractoperator": {
        f"{_SDK}.operator": "AbstractOperator=BaseOperator",
        f"{_SHIMS}.constants": (
            "DEFAULT_OWNER DEFAULT_POOL_SLOTS DEFAULT_PRIORITY_WEIGHT DEFAULT_QUEUE "
            "DEFAULT_RETRIES DEFAULT_RETRY_DELAY DEFAULT_TASK_EXECUTION_TIMEOUT "
            "TaskStateChangeCallback"
        ),
        f"{_SDK}.exceptions": "NotMapped",
    },
    f"{_}.definitions._internal.decorators": {
        f"{_SHIMS}.decorators": "remove_task_decorator fixup_decorator_warning_stack"
    },
    f"{_}.execution_time.context": {
        f"{_SHIMS}.contexts": "context_get_outlet_events",
        f"{_SDK}.context_vars": "context_to_airflow_vars",
        f"{_SHIMS}.calling": "AIRFLOW_VAR_NAME_FORMAT_MAPPING",
        f"{_SHIMS}.connections": "get_async_connection",
    },
    f"{_}.execution_time.timeout": {f"{_SHIMS}.timeout": "timeout TimeoutPosix=timeout"},
    f"{_}.execution_time.task_runner": {f"{_SDK}.runtime_ti": "RuntimeTaskInstance"},
    f"{_}.execution_time.secrets_masker": {f"{_SDK}.secrets_masker": "mask_secret redact"},
    f"{_}.execution_time.callback_runner": {
        f"{_SHIMS}.calling": "create_executable_runner=ExecutionCallableRunner"
    },
}
