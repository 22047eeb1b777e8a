"""airflow.providers.standard: today's paths of the operators, sensors and hooks shipped here."""

from venturi.compat.rows import Rows

_ = "airflow.providers.standard"
_OPERATORS = "venturi.batteries.operators"
_SENSORS = "venturi.batteries.sensors"

ANY: Rows = {
    f"{_}.operators.bash": {f"{_OPERATORS}.bash": "BashOperator"},
    f"{_}.operators.python": {
        f"{_OPERATORS}.python": "PythonOperator BranchPythonOperator",
        f"{_OPERATORS}.short_circuit": "ShortCircuitOperator",
        f"{_OPERATORS}.python_virtualenv": (
            "PythonVirtualenvOperator ExternalPythonOperator BranchPythonVirtualenvOperator "
            "BranchExternalPythonOperator"
        ),
        "venturi.sdk.context": "get_current_context",
    },
    f"{_}.operators.empty": {f"{_OPERATORS}.empty": "EmptyOperator"},
    f"{_}.operators.smooth": {f"{_OPERATORS}.smooth": "SmoothOperator"},
    f"{_}.operators.trigger_dagrun": {
        f"{_OPERATORS}.trigger_dagrun": "TriggerDagRunOperator TriggerDagRunLink",
    },
    f"{_}.operators.latest_only": {f"{_OPERATORS}.latest_only": "LatestOnlyOperator"},
    f"{_}.operators.branch": {
        f"{_OPERATORS}.branch": "BaseBranchOperator",
        "venturi.sdk.skip": "BranchMixIn",
    },
    f"{_}.operators.datetime": {f"{_OPERATORS}.branch_datetime": "BranchDateTimeOperator"},
    f"{_}.operators.weekday": {f"{_OPERATORS}.branch_weekday": "BranchDayOfWeekOperator"},
    f"{_}.sensors.bash": {f"{_SENSORS}.bash": "BashSensor"},
    f"{_}.sensors.python": {f"{_SENSORS}.python": "PythonSensor"},
    f"{_}.sensors.filesystem": {f"{_SENSORS}.filesystem": "FileSensor"},
    f"{_}.sensors.date_time": {f"{_SENSORS}.date_time": "DateTimeSensor DateTimeSensorAsync"},
    f"{_}.sensors.time": {f"{_SENSORS}.time": "TimeSensor TimeSensorAsync"},
    f"{_}.sensors.time_delta": {
        f"{_SENSORS}.time_delta": "TimeDeltaSensor TimeDeltaSensorAsync WaitSensor"
    },
    f"{_}.sensors.weekday": {f"{_SENSORS}.day_of_week": "DayOfWeekSensor"},
    f"{_}.sensors.external_task": {
        f"{_SENSORS}.external_task": "ExternalTaskSensor ExternalTaskMarker",
        "venturi.compat.shims.links": "ExternalDagLink",
    },
    f"{_}.hooks.filesystem": {"venturi.batteries.hooks.filesystem": "FSHook"},
    f"{_}.hooks.package_index": {"venturi.batteries.hooks.package_index": "PackageIndexHook"},
    f"{_}.hooks.subprocess": {
        "venturi.batteries.hooks.subprocess": "SubprocessHook SubprocessResult"
    },
    f"{_}.triggers.temporal": {"venturi.compat.shims.triggers": "DateTimeTrigger TimeDeltaTrigger"},
    f"{_}.triggers.file": {"venturi.compat.shims.triggers": "FileTrigger"},
    f"{_}.utils.weekday": {"venturi.compat.shims.weekday": "WeekDay"},
    f"{_}.utils.skipmixin": {"venturi.sdk.skip": "SkipMixin"},
    f"{_}.utils.python_virtualenv": {
        "venturi.compat.shims.virtualenv": "prepare_virtualenv write_python_script"
    },
}
