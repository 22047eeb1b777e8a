"""airflow.hooks: connections to the outside, before the providers."""

from venturi.compat.rows import Rows

_ = "airflow.hooks"
_STANDARD = "airflow.providers.standard.hooks"

V1: Rows = {
    _: {
        "airflow.sdk": "BaseHook",
        "airflow.providers.common.sql.hooks.sql": "DbApiHook",
        "airflow.providers.http.hooks.http": "HttpHook",
        "airflow.providers.mysql.hooks.mysql": "MySqlHook",
        "airflow.providers.postgres.hooks.postgres": "PostgresHook",
        "airflow.providers.sqlite.hooks.sqlite": "SqliteHook",
    },
    f"{_}.base_hook": {"airflow.sdk": "BaseHook"},
    f"{_}.dbapi_hook": {"airflow.providers.common.sql.hooks.sql": "DbApiHook"},
    f"{_}.http_hook": {"airflow.providers.http.hooks.http": "HttpHook"},
    f"{_}.mysql_hook": {"airflow.providers.mysql.hooks.mysql": "MySqlHook"},
    f"{_}.postgres_hook": {"airflow.providers.postgres.hooks.postgres": "PostgresHook"},
    f"{_}.sqlite_hook": {"airflow.providers.sqlite.hooks.sqlite": "SqliteHook"},
}

V2: Rows = {
    f"{_}.base": {"airflow.sdk": "BaseHook"},
    f"{_}.dbapi": {"airflow.providers.common.sql.hooks.sql": "DbApiHook"},
    f"{_}.filesystem": {f"{_STANDARD}.filesystem": "FSHook"},
    f"{_}.package_index": {f"{_STANDARD}.package_index": "PackageIndexHook"},
    f"{_}.subprocess": {f"{_STANDARD}.subprocess": "SubprocessHook SubprocessResult"},
}
