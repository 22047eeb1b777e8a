"""airflow itself and its smaller packages."""

from venturi.compat.rows import Rows

_SHIMS = "venturi.compat.shims"
_TIMETABLES = "venturi.sdk.timetables"

_EXCEPTIONS = (
    "AirflowException AirflowBadRequest AirflowNotFoundException AirflowConfigException "
    "AirflowInternalRuntimeError AirflowSkipException AirflowFailException AirflowTaskTerminated "
    "AirflowTaskTimeout AirflowSensorTimeout AirflowRescheduleException TaskDeferred "
    "TaskDeferralError TaskDeferralTimeout DownstreamTasksSkipped DagRunTriggerException "
    "AirflowDagCycleException DuplicateTaskIdFound AirflowDagDuplicatedIdException "
    "AirflowDagInconsistent AirflowInvalidDag DagInvalidTriggerRule AirflowTimetableInvalid "
    "AirflowClusterPolicyViolation AirflowClusterPolicySkipDag AirflowClusterPolicyError "
    "ParamValidationError UnmappableXComTypePushed UnmappableXComLengthPushed NotMapped "
    "FailStopDagInvalidTriggerRule DagNotFound DagRunNotFound DagCodeNotFound TaskNotFound "
    "TaskInstanceNotFound XComNotFound DagRunAlreadyExists DagFileExists PoolNotFound "
    "VariableNotFound ConnectionNotFound ConnectionNotUnique AirflowRuntimeError "
    "AirflowOptionalProviderFeatureException AirflowWebServerException "
    "AirflowUnsupportedFileTypeException InvalidStatsNameException TaskAlreadyInTaskGroup "
    "RemovedInAirflow3Warning RemovedInAirflow4Warning AirflowProviderDeprecationWarning "
    "DeprecatedImportWarning"
)

V1: Rows = {
    "airflow.executors": {
        f"{_SHIMS}.executors": (
            "BaseExecutor SequentialExecutor LocalExecutor CeleryExecutor get_default_executor "
            "GetDefaultExecutor=get_default_executor"
        )
    },
    "airflow.executors.celery_executor": {f"{_SHIMS}.executors": "CeleryExecutor"},
    "airflow.jobs": {f"{_SHIMS}.records": "BaseJob=Job SchedulerJob=Job LocalTaskJob=Job"},
    "airflow.api.common.experimental.trigger_dag": {f"{_SHIMS}.triggering": "trigger_dag"},
    "airflow.api.common.experimental.pool": {
        f"{_SHIMS}.triggering": "get_pool get_pools create_pool delete_pool"
    },
    "airflow.api.common.experimental.get_dag_run_state": {
        f"{_SHIMS}.triggering": "get_dag_run_state"
    },
}

V2: Rows = {
    "airflow": {"airflow.sdk": "DAG", "venturi.sdk.asset": "Dataset"},
    "airflow.datasets": {
        "venturi.sdk.asset": "Dataset",
        "airflow.sdk": "DatasetAlias=AssetAlias DatasetAll=AssetAll DatasetAny=AssetAny",
    },
    "airflow.datasets.metadata": {"airflow.sdk": "Metadata"},
    "airflow.timetables.datasets": {"airflow.sdk": "DatasetOrTimeSchedule=AssetOrTimeSchedule"},
    "airflow.triggers.temporal": {
        "airflow.providers.standard.triggers.temporal": "DateTimeTrigger TimeDeltaTrigger"
    },
    "airflow.triggers.file": {"airflow.providers.standard.triggers.file": "FileTrigger"},
    "airflow.notifications.basenotifier": {"airflow.sdk": "BaseNotifier"},
}

ANY: Rows = {
    "airflow": {
        "airflow.sdk": "XComArg Asset",
        "venturi.sdk.exceptions": "AirflowException",
        f"{_SHIMS}.configuration": "conf",
    },
    "airflow.version": {f"{_SHIMS}.version": "version"},
    "airflow.exceptions": {"venturi.sdk.exceptions": _EXCEPTIONS},
    "airflow.configuration": {
        f"{_SHIMS}.configuration": (
            "conf AirflowConfigParser get getboolean getint getfloat getsection has_option as_dict "
            "AIRFLOW_HOME AIRFLOW_CONFIG get_airflow_home ensure_secrets_loaded"
        ),
        "venturi.sdk.exceptions": "AirflowConfigException",
    },
    "airflow.settings": {
        f"{_SHIMS}.settings": (
            "Session AIRFLOW_HOME DAGS_FOLDER PLUGINS_FOLDER SQL_ALCHEMY_CONN TIMEZONE engine "
            "initialize configure_orm configure_vars dispose_orm prepare_syspath policy "
            "task_policy dag_policy task_instance_mutation_hook pod_mutation_hook "
            "get_airflow_context_vars get_dagbag_import_timeout"
        )
    },
    "airflow.macros": {
        "venturi.sdk.macros": (
            "ds_add ds_format ds_format_locale datetime_diff_for_humans datetime timedelta "
            "dateutil time uuid random json yaml"
        )
    },
    "airflow.triggers.base": {
        "venturi.sdk.trigger": (
            "BaseTrigger TriggerEvent BaseEventTrigger BaseTaskEndEvent TaskSuccessEvent "
            "TaskFailedEvent TaskSkippedEvent StartTriggerArgs"
        )
    },
    "airflow.timetables.base": {
        _TIMETABLES: "Timetable DataInterval DagRunInfo TimeRestriction",
    },
    "airflow.timetables.interval": {
        _TIMETABLES: "CronDataIntervalTimetable DeltaDataIntervalTimetable",
    },
    "airflow.timetables.trigger": {
        _TIMETABLES: "CronTriggerTimetable DeltaTriggerTimetable MultipleCronTriggerTimetable",
    },
    "airflow.timetables.simple": {
        _TIMETABLES: "NullTimetable OnceTimetable ContinuousTimetable",
    },
    "airflow.timetables.events": {_TIMETABLES: "EventsTimetable"},
    "airflow.timetables.assets": {_TIMETABLES: "AssetOrTimeSchedule"},
    "airflow.assets": {},
    "airflow.assets.metadata": {"venturi.sdk.asset": "Metadata"},
    "airflow.notifications": {"venturi.sdk.notifier": "BaseNotifier"},
    "airflow.task.trigger_rule": {f"{_SHIMS}.rules": "TriggerRule"},
    "airflow.task.weight_rule": {f"{_SHIMS}.rules": "WeightRule"},
    "airflow.task.priority_strategy": {"venturi.sdk.weight": "PriorityWeightStrategy"},
    "airflow.listeners": {"venturi.plugins.spec": "hookimpl"},
    "airflow.listeners.listener": {
        "venturi.plugins.listeners": "get_listener_manager=listener_manager"
    },
    "airflow.executors.base_executor": {f"{_SHIMS}.executors": "BaseExecutor"},
    "airflow.executors.debug_executor": {f"{_SHIMS}.executors": "DebugExecutor"},
    "airflow.executors.local_executor": {f"{_SHIMS}.executors": "LocalExecutor"},
    "airflow.executors.sequential_executor": {f"{_SHIMS}.executors": "SequentialExecutor"},
    "airflow.plugins_manager": {
        "venturi.plugins.base": "AirflowPlugin AirflowPluginException",
    },
    "airflow.providers_manager": {f"{_SHIMS}.provided": "ProvidersManager"},
    "airflow.secrets": {f"{_SHIMS}.secret_backends": "BaseSecretsBackend"},
    "airflow.secrets.base_secrets": {f"{_SHIMS}.secret_backends": "BaseSecretsBackend"},
    "airflow.stats": {f"{_SHIMS}.metrics": "Stats"},
    "airflow.observability.stats": {f"{_SHIMS}.metrics": "Stats"},
    "airflow.lineage": {f"{_SHIMS}.lineage": "prepare_lineage apply_lineage"},
    "airflow.lineage.hook": {
        f"{_SHIMS}.lineage": (
            "get_hook_lineage_collector HookLineageCollector NoOpCollector=HookLineageCollector "
            "HookLineage HookLineageReader AssetLineageInfo DatasetLineageInfo=AssetLineageInfo"
        )
    },
    "airflow.api_fastapi.auth.managers.models.resource_details": {
        f"{_SHIMS}.details": "AssetDetails AssetAliasDetails"
    },
    "airflow.api.common.trigger_dag": {f"{_SHIMS}.triggering": "trigger_dag"},
    "airflow.dag_processing.dagbag": {f"{_SHIMS}.dagbag": "DagBag"},
}
