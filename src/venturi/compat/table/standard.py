"""airflow.providers.standard: today's paths of the operators, sensors and hooks shipped here."""

from venturi.compat.rows import Rows

_ = "airflow.providers.standard"
_HERE = "venturi.batteries"

ANY: Rows = {
    f"{_}.operators.bash": {f"{_HERE}.operators.bash": "BashOperator"},
    f"{_}.operators.python": {
        f"{_HERE}.operators.python": "PythonOperator BranchPythonOperator ShortCircuitOperator",
        f"{_HERE}.operators.python_env": (
            "PythonVirtualenvOperator ExternalPythonOperator BranchPythonVirtualenvOperator "
            "BranchExternalPythonOperator"
        ),
        "venturi.sdk.context": "get_current_context",
    },
    f"{_}.operators.empty": {f"{_HERE}.operators.empty": "EmptyOperator"},
    f"{_}.operators.smooth": {f"{_HERE}.operators.empty": "SmoothOperator"},
    f"{_}.operators.trigger_dagrun": {
        f"{_HERE}.operators.trigger_dagrun": "TriggerDagRunOperator TriggerDagRunLink"
    },
    f"{_}.operators.latest_only": {f"{_HERE}.operators.latest_only": "LatestOnlyOperator"},
    f"{_}.operators.branch": {
        f"{_HERE}.operators.branch": "BaseBranchOperator BranchMixIn",
    },
    f"{_}.operators.datetime": {
        f"{_HERE}.operators.datetime": "BranchDateTimeOperator target_times_as_dates"
    },
    f"{_}.operators.weekday": {f"{_HERE}.operators.weekday": "BranchDayOfWeekOperator"},
    f"{_}.sensors.bash": {f"{_HERE}.sensors.bash": "BashSensor"},
    f"{_}.sensors.python": {f"{_HERE}.sensors.python": "PythonSensor"},
    f"{_}.sensors.filesystem": {f"{_HERE}.sensors.filesystem": "FileSensor"},
    f"{_}.sensors.date_time": {f"{_HERE}.sensors.date_time": "DateTimeSensor DateTimeSensorAsync"},
    f"{_}.sensors.time": {f"{_HERE}.sensors.time": "TimeSensor TimeSensorAsync"},
    f"{_}.sensors.time_delta": {
        f"{_HERE}.sensors.time_delta": "TimeDeltaSensor TimeDeltaSensorAsync WaitSensor"
    },
    f"{_}.sensors.weekday": {f"{_HERE}.sensors.weekday": "DayOfWeekSensor"},
    f"{_}.sensors.external_task": {
        f"{_HERE}.sensors.external_task": "ExternalTaskSensor ExternalTaskMarker ExternalDagLink"
    },
    f"{_}.hooks.filesystem": {f"{_HERE}.hooks.filesystem": "FSHook"},
    f"{_}.hooks.subprocess": {f"{_HERE}.hooks.subprocess": "SubprocessHook SubprocessResult"},
    f"{_}.utils.weekday": {"venturi.compat.shims.weekday": "WeekDay"},
}
