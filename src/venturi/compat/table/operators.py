"""airflow.operators: where operators (and, in 1.9, sensors) were before the providers."""

from venturi.compat.rows import Rows

_ = "airflow.operators"
_STANDARD = "airflow.providers.standard.operators"
_SENSORS = "airflow.providers.standard.sensors"
_SQL = "airflow.providers.common.sql.operators.sql"
_CHECKS = (
    "CheckOperator=SQLCheckOperator ValueCheckOperator=SQLValueCheckOperator "
    "IntervalCheckOperator=SQLIntervalCheckOperator"
)
_PRESTO_CHECKS = (
    "PrestoCheckOperator=SQLCheckOperator PrestoValueCheckOperator=SQLValueCheckOperator "
    "PrestoIntervalCheckOperator=SQLIntervalCheckOperator"
)
_SQL_CHECKS = "SQLCheckOperator SQLValueCheckOperator SQLIntervalCheckOperator"
_BRANCHES = "BranchPythonOperator ShortCircuitOperator"

V1: Rows = {
    # Files of 2015 import everything from the package itself.
    _: {
        f"{_STANDARD}.bash": "BashOperator",
        f"{_STANDARD}.python": f"PythonOperator PythonVirtualenvOperator {_BRANCHES}",
        f"{_STANDARD}.empty": "DummyOperator=EmptyOperator",
        f"{_STANDARD}.trigger_dagrun": "TriggerDagRunOperator",
        f"{_STANDARD}.latest_only": "LatestOnlyOperator",
        "venturi.batteries.operators.trigger_dagrun": "DagRunOrder",
        "venturi.batteries.operators.subdag": "SubDagOperator",
        "airflow.providers.smtp.operators.smtp": "EmailOperator",
        "airflow.providers.http.operators.http": "SimpleHttpOperator",
        "airflow.providers.mysql.operators.mysql": "MySqlOperator",
        "airflow.providers.postgres.operators.postgres": "PostgresOperator",
        "airflow.providers.sqlite.operators.sqlite": "SqliteOperator",
        "airflow.providers.common.sql.operators.generic_transfer": "GenericTransfer",
        _SQL: f"{_CHECKS} {_PRESTO_CHECKS}",
        "airflow.sdk": "BaseSensorOperator BaseOperator",
        "airflow.providers.common.sql.sensors.sql": "SqlSensor",
        "airflow.providers.http.sensors.http": "HttpSensor",
        f"{_SENSORS}.external_task": "ExternalTaskSensor",
        f"{_SENSORS}.time": "TimeSensor",
        f"{_SENSORS}.time_delta": "TimeDeltaSensor",
    },
    f"{_}.sensors": {
        "airflow.sdk": "BaseSensorOperator",
        "airflow.providers.common.sql.sensors.sql": "SqlSensor",
        "airflow.providers.http.sensors.http": "HttpSensor",
        f"{_SENSORS}.external_task": "ExternalTaskSensor",
        f"{_SENSORS}.time": "TimeSensor",
        f"{_SENSORS}.time_delta": "TimeDeltaSensor",
    },
    f"{_}.bash_operator": {f"{_STANDARD}.bash": "BashOperator"},
    f"{_}.python_operator": {
        f"{_STANDARD}.python": f"PythonOperator PythonVirtualenvOperator {_BRANCHES}",
        "airflow.sdk": "SkipMixin",
    },
    f"{_}.dummy_operator": {f"{_STANDARD}.empty": "EmptyOperator DummyOperator=EmptyOperator"},
    f"{_}.branch_operator": {"airflow.sdk": "BaseBranchOperator"},
    f"{_}.dagrun_operator": {
        f"{_STANDARD}.trigger_dagrun": "TriggerDagRunOperator TriggerDagRunLink",
        "venturi.batteries.operators.trigger_dagrun": "DagRunOrder",
    },
    f"{_}.latest_only_operator": {f"{_STANDARD}.latest_only": "LatestOnlyOperator"},
    f"{_}.subdag_operator": {"venturi.batteries.operators.subdag": "SubDagOperator"},
    f"{_}.email_operator": {"airflow.providers.smtp.operators.smtp": "EmailOperator"},
    f"{_}.http_operator": {"airflow.providers.http.operators.http": "SimpleHttpOperator"},
    f"{_}.mysql_operator": {"airflow.providers.mysql.operators.mysql": "MySqlOperator"},
    f"{_}.postgres_operator": {"airflow.providers.postgres.operators.postgres": "PostgresOperator"},
    f"{_}.sqlite_operator": {"airflow.providers.sqlite.operators.sqlite": "SqliteOperator"},
    f"{_}.check_operator": {
        _SQL: (
            f"{_CHECKS} {_SQL_CHECKS} SQLThresholdCheckOperator "
            "ThresholdCheckOperator=SQLThresholdCheckOperator"
        )
    },
    f"{_}.presto_check_operator": {_SQL: f"{_PRESTO_CHECKS} {_SQL_CHECKS}"},
    f"{_}.sql_branch_operator": {
        _SQL: "BranchSQLOperator BranchSqlOperator=BranchSQLOperator",
    },
}

V2: Rows = {
    f"{_}.bash": {f"{_STANDARD}.bash": "BashOperator"},
    f"{_}.python": {
        f"{_STANDARD}.python": (
            f"PythonOperator PythonVirtualenvOperator {_BRANCHES} ExternalPythonOperator "
            "BranchPythonVirtualenvOperator BranchExternalPythonOperator"
        ),
        "airflow.sdk": "get_current_context",
        "venturi.sdk.taskflow.task": "task",
    },
    f"{_}.empty": {f"{_STANDARD}.empty": "EmptyOperator"},
    f"{_}.dummy": {f"{_STANDARD}.empty": "EmptyOperator DummyOperator=EmptyOperator"},
    f"{_}.branch": {"airflow.sdk": "BaseBranchOperator BranchMixIn"},
    f"{_}.datetime": {f"{_STANDARD}.datetime": "BranchDateTimeOperator"},
    f"{_}.weekday": {f"{_STANDARD}.weekday": "BranchDayOfWeekOperator"},
    f"{_}.smooth": {f"{_STANDARD}.smooth": "SmoothOperator"},
    f"{_}.trigger_dagrun": {
        f"{_STANDARD}.trigger_dagrun": "TriggerDagRunOperator TriggerDagRunLink"
    },
    f"{_}.latest_only": {f"{_STANDARD}.latest_only": "LatestOnlyOperator"},
    f"{_}.subdag": {"venturi.batteries.operators.subdag": "SubDagOperator"},
    f"{_}.email": {"airflow.providers.smtp.operators.smtp": "EmailOperator"},
    f"{_}.generic_transfer": {
        "airflow.providers.common.sql.operators.generic_transfer": "GenericTransfer"
    },
    f"{_}.sql": {
        _SQL: (f"BaseSQLOperator BranchSQLOperator {_SQL_CHECKS} SQLThresholdCheckOperator")
    },
}
