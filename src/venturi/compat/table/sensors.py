"""airflow.sensors: sensors of 1.10 and 2.x."""

from venturi.compat.rows import Rows

_ = "airflow.sensors"
_STANDARD = "airflow.providers.standard.sensors"
_EXTERNAL = "ExternalTaskSensor ExternalTaskMarker ExternalDagLink"

V1: Rows = {
    f"{_}.base_sensor_operator": {"airflow.sdk": "BaseSensorOperator"},
    f"{_}.date_time_sensor": {f"{_STANDARD}.date_time": "DateTimeSensor"},
    f"{_}.external_task_sensor": {
        f"{_STANDARD}.external_task": f"{_EXTERNAL} ExternalTaskSensorLink=ExternalDagLink"
    },
    f"{_}.http_sensor": {"airflow.providers.http.sensors.http": "HttpSensor"},
    f"{_}.sql_sensor": {"airflow.providers.common.sql.sensors.sql": "SqlSensor"},
    f"{_}.time_delta_sensor": {f"{_STANDARD}.time_delta": "TimeDeltaSensor"},
    # 1.10 also offered them by the package itself.
    _: {
        "airflow.sdk": "BaseSensorOperator",
        "airflow.providers.http.sensors.http": "HttpSensor",
        "airflow.providers.common.sql.sensors.sql": "SqlSensor",
        f"{_STANDARD}.external_task": "ExternalTaskSensor",
        f"{_STANDARD}.time": "TimeSensor",
        f"{_STANDARD}.time_delta": "TimeDeltaSensor",
    },
}

V2: Rows = {
    f"{_}.base": {"airflow.sdk": "BaseSensorOperator PokeReturnValue poke_mode_only"},
    f"{_}.bash": {f"{_STANDARD}.bash": "BashSensor"},
    f"{_}.date_time": {f"{_STANDARD}.date_time": "DateTimeSensor DateTimeSensorAsync"},
    f"{_}.external_task": {
        f"{_STANDARD}.external_task": f"{_EXTERNAL} ExternalTaskSensorLink=ExternalDagLink"
    },
    f"{_}.filesystem": {f"{_STANDARD}.filesystem": "FileSensor"},
    f"{_}.python": {f"{_STANDARD}.python": "PythonSensor"},
    f"{_}.sql": {"airflow.providers.common.sql.sensors.sql": "SqlSensor"},
    f"{_}.time_delta": {
        f"{_STANDARD}.time_delta": "TimeDeltaSensor TimeDeltaSensorAsync WaitSensor"
    },
    # The same path in 1.10 and in 2.x.
    f"{_}.time_sensor": {f"{_STANDARD}.time": "TimeSensor TimeSensorAsync"},
    f"{_}.weekday": {f"{_STANDARD}.weekday": "DayOfWeekSensor"},
}
