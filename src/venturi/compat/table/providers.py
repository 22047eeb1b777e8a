"""Names of provider packages that are shipped here, for when the package is not installed.

A provider's own file wins wherever it exists; of its module then only the names that the package
has dropped (`SimpleHttpOperator`, `MySqlOperator`, ...) are served from here.
"""

from venturi.compat.rows import Rows

_ = "airflow.providers"
_OPERATORS = "venturi.batteries.operators"
_SENSORS = "venturi.batteries.sensors"
_HOOKS = "venturi.batteries.hooks"

_SQL = {
    f"{_OPERATORS}.sql": "BaseSQLOperator SQLExecuteQueryOperator BranchSQLOperator",
    f"{_OPERATORS}.sql_check": (
        "SQLCheckOperator SQLValueCheckOperator SQLIntervalCheckOperator SQLThresholdCheckOperator"
    ),
}

ANY: Rows = {
    _: {},
    f"{_}.common.sql.operators.sql": _SQL,
    f"{_}.common.sql.operators.generic_transfer": {
        f"{_OPERATORS}.generic_transfer": "GenericTransfer"
    },
    f"{_}.common.sql.sensors.sql": {f"{_SENSORS}.sql": "SqlSensor"},
    f"{_}.common.sql.hooks.sql": {f"{_HOOKS}.dbapi": "DbApiHook fetch_all_handler"},
    f"{_}.common.sql.hooks.handlers": {f"{_HOOKS}.dbapi": "fetch_all_handler fetch_one_handler"},
    f"{_}.mysql.operators.mysql": {f"{_OPERATORS}.mysql": "MySqlOperator"},
    f"{_}.mysql.hooks.mysql": {f"{_HOOKS}.mysql": "MySqlHook"},
    f"{_}.postgres.operators.postgres": {f"{_OPERATORS}.postgres": "PostgresOperator"},
    f"{_}.postgres.hooks.postgres": {f"{_HOOKS}.postgres": "PostgresHook"},
    f"{_}.sqlite.operators.sqlite": {f"{_OPERATORS}.sqlite": "SqliteOperator"},
    f"{_}.sqlite.hooks.sqlite": {f"{_HOOKS}.sqlite": "SqliteHook"},
    f"{_}.http.operators.http": {f"{_OPERATORS}.http": "HttpOperator SimpleHttpOperator"},
    f"{_}.http.sensors.http": {f"{_SENSORS}.http": "HttpSensor"},
    f"{_}.http.hooks.http": {f"{_HOOKS}.http": "HttpHook"},
    f"{_}.smtp.operators.smtp": {f"{_OPERATORS}.email": "EmailOperator"},
    f"{_}.smtp.notifications.smtp": {
        "venturi.batteries.notifiers.smtp": "SmtpNotifier send_smtp_notification=SmtpNotifier"
    },
}
