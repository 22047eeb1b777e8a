"""airflow.sdk: what today's DAG files are written with."""

from venturi.compat.rows import Rows

_ = "airflow.sdk"
_SDK = "venturi.sdk"

_ASSETS = (
    "Asset AssetAlias AssetAll AssetAny AssetNameRef AssetUriRef AssetUniqueKey AssetWatcher "
    "Metadata BaseAsset Dataset Model"
)

V3: Rows = {
    _: {
        f"{_SDK}.dag": "DAG dag",
        f"{_SDK}.operator": "BaseOperator BaseAsyncOperator",
        f"{_SDK}.operator_link": "BaseOperatorLink",
        f"{_SDK}.taskflow": "task setup teardown",
        f"{_SDK}.taskgroup": "TaskGroup task_group",
        f"{_SDK}.xcomarg": "XComArg",
        f"{_SDK}.edges": "chain chain_linear cross_downstream Label EdgeModifier",
        f"{_SDK}.param": "Param ParamsDict",
        f"{_SDK}.asset": (
            "Asset AssetAlias AssetAll AssetAny AssetWatcher AssetOrTimeSchedule Metadata asset"
        ),
        f"{_SDK}.timetables": (
            "BaseTimetable=Timetable CronDataIntervalTimetable CronTriggerTimetable "
            "DeltaDataIntervalTimetable DeltaTriggerTimetable EventsTimetable "
            "MultipleCronTriggerTimetable"
        ),
        f"{_SDK}.sensor": "BaseSensorOperator PokeReturnValue",
        f"{_SDK}.hook": "BaseHook",
        f"{_SDK}.notifier": "BaseNotifier",
        f"{_SDK}.skip": "SkipMixin",
        f"{_SDK}.branch": "BaseBranchOperator BranchMixIn",
        f"{_SDK}.connection": "Connection",
        f"{_SDK}.variable": "Variable",
        f"{_SDK}.xcom": "BaseXCom XCom",
        f"{_SDK}.context": "Context get_current_context get_parsing_context",
        f"{_SDK}.template": "literal",
        f"{_SDK}.trigger": "BaseTrigger TriggerEvent",
        "venturi.spec.model": "TriggerRule WeightRule",
        "venturi.core.states": "DagRunState=RunState TaskInstanceState=TaskState",
        "venturi.compat.shims.configuration": "conf",
    },
    f"{_}.macros": {f"{_SDK}.macros": "*"},
}

ANY: Rows = {}
