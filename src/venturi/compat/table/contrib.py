"""airflow.contrib: 1.x's contributed operators, as far as they are shipped here.

The rest lives in provider packages and is served from there (`moved.json`).
"""

from venturi.compat.rows import Rows

_ = "airflow.contrib"
_STANDARD = "airflow.providers.standard"

V1: Rows = {
    f"{_}.hooks": {f"{_STANDARD}.hooks.filesystem": "FSHook"},
    f"{_}.hooks.fs_hook": {f"{_STANDARD}.hooks.filesystem": "FSHook"},
    f"{_}.operators.fs_operator": {f"{_STANDARD}.sensors.filesystem": "FileSensor"},
    f"{_}.sensors.bash_sensor": {f"{_STANDARD}.sensors.bash": "BashSensor"},
    f"{_}.sensors.file_sensor": {f"{_STANDARD}.sensors.filesystem": "FileSensor"},
    f"{_}.sensors.python_sensor": {f"{_STANDARD}.sensors.python": "PythonSensor"},
    f"{_}.sensors.weekday_sensor": {f"{_STANDARD}.sensors.weekday": "DayOfWeekSensor"},
    f"{_}.utils.weekday": {f"{_STANDARD}.utils.weekday": "WeekDay"},
    f"{_}.auth.backends.password_auth": {"venturi.compat.shims.accounts": "PasswordUser"},
}
