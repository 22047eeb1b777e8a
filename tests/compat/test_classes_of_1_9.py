"""The public classes of Airflow 1.9 that are shipped here import from their old paths."""

import importlib

import pytest

PATHS = [
    "airflow.hooks.base_hook.BaseHook",
    "airflow.hooks.dbapi_hook.DbApiHook",
    "airflow.hooks.http_hook.HttpHook",
    "airflow.hooks.mysql_hook.MySqlHook",
    "airflow.hooks.postgres_hook.PostgresHook",
    "airflow.hooks.sqlite_hook.SqliteHook",
    "airflow.contrib.hooks.fs_hook.FSHook",
    "airflow.contrib.operators.fs_operator.FileSensor",
    "airflow.operators.bash_operator.BashOperator",
    "airflow.operators.check_operator.CheckOperator",
    "airflow.operators.check_operator.IntervalCheckOperator",
    "airflow.operators.check_operator.ValueCheckOperator",
    "airflow.operators.dagrun_operator.DagRunOrder",
    "airflow.operators.dagrun_operator.TriggerDagRunOperator",
    "airflow.operators.dummy_operator.DummyOperator",
    "airflow.operators.email_operator.EmailOperator",
    "airflow.operators.generic_transfer.GenericTransfer",
    "airflow.operators.http_operator.SimpleHttpOperator",
    "airflow.operators.latest_only_operator.LatestOnlyOperator",
    "airflow.operators.mysql_operator.MySqlOperator",
    "airflow.operators.postgres_operator.PostgresOperator",
    "airflow.operators.presto_check_operator.PrestoCheckOperator",
    "airflow.operators.presto_check_operator.PrestoIntervalCheckOperator",
    "airflow.operators.presto_check_operator.PrestoValueCheckOperator",
    "airflow.operators.python_operator.BranchPythonOperator",
    "airflow.operators.python_operator.PythonOperator",
    "airflow.operators.python_operator.PythonVirtualenvOperator",
    "airflow.operators.python_operator.ShortCircuitOperator",
    "airflow.operators.sensors.BaseSensorOperator",
    "airflow.operators.sensors.ExternalTaskSensor",
    "airflow.operators.sensors.HttpSensor",
    "airflow.operators.sensors.SqlSensor",
    "airflow.operators.sensors.TimeDeltaSensor",
    "airflow.operators.sensors.TimeSensor",
    "airflow.operators.sqlite_operator.SqliteOperator",
    "airflow.operators.subdag_operator.SubDagOperator",
    "airflow.models.DAG",
    "airflow.models.BaseOperator",
    "airflow.models.Variable",
    "airflow.models.Connection",
    "airflow.models.XCom",
    "airflow.models.DagRun",
    "airflow.models.TaskInstance",
    "airflow.models.DagBag",
    "airflow.models.DagModel",
    "airflow.models.Pool",
    "airflow.models.Log",
    "airflow.models.SlaMiss",
    "airflow.models.ImportError",
    "airflow.models.User",
    "airflow.models.Chart",
    "airflow.models.KnownEvent",
    "airflow.contrib.auth.backends.password_auth.PasswordUser",
    "airflow.utils.state.State",
    "airflow.utils.trigger_rule.TriggerRule",
    "airflow.utils.timeout.timeout",
    "airflow.utils.json.AirflowJsonEncoder",
    "airflow.utils.log.logging_mixin.LoggingMixin",
    "airflow.utils.log.logging_mixin.StreamLogWriter",
    "airflow.utils.dates.days_ago",
    "airflow.utils.helpers.chain",
    "airflow.utils.helpers.cross_downstream",
    "airflow.utils.decorators.apply_defaults",
    "airflow.utils.email.send_email",
    "airflow.utils.db.provide_session",
    "airflow.settings.Session",
    "airflow.configuration.get",
    "airflow.exceptions.AirflowSkipException",
    "airflow.plugins_manager.AirflowPlugin",
]

FLAT = {
    "airflow.operators": (
        "BashOperator PythonOperator BranchPythonOperator ShortCircuitOperator DummyOperator "
        "EmailOperator MySqlOperator PostgresOperator SqliteOperator SimpleHttpOperator "
        "TriggerDagRunOperator LatestOnlyOperator SubDagOperator GenericTransfer CheckOperator "
        "SqlSensor HttpSensor TimeSensor TimeDeltaSensor ExternalTaskSensor BaseSensorOperator"
    ),
    "airflow.hooks": "BaseHook DbApiHook HttpHook MySqlHook PostgresHook SqliteHook",
}


@pytest.mark.parametrize("path", PATHS)
def test_a_class_of_1_9_imports_from_its_old_path(path: str) -> None:
    module, _, name = path.rpartition(".")
    assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize(
    ("package", "name"),
    [(package, name) for package, names in FLAT.items() for name in names.split()],
)
def test_a_class_of_1_x_imports_from_its_package(package: str, name: str) -> None:
    assert callable(getattr(importlib.import_module(package), name))
