"""Which hook speaks to a connection of which type."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from venturi.batteries.hooks.dbapi import DbApiHook
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.hook import BaseHook

#: Type of a connection -> module and class of the hook.
DATABASES: Mapping[str, tuple[str, str]] = {
    "mysql": ("venturi.batteries.hooks.mysql", "MySqlHook"),
    "mariadb": ("venturi.batteries.hooks.mysql", "MySqlHook"),
    "postgres": ("venturi.batteries.hooks.postgres", "PostgresHook"),
    "postgresql": ("venturi.batteries.hooks.postgres", "PostgresHook"),
    "sqlite": ("venturi.batteries.hooks.sqlite", "SqliteHook"),
}


def database_hook(
    conn_id: str, database: str | None = None, hook_params: Mapping[str, Any] | None = None
) -> DbApiHook:
    """The hook for a connection to a SQL database.

    Hooks of installed provider packages are used for types that are not ours. Raises
    `AirflowException` naming the type of the connection if it is of no SQL database.
    """
    stored = BaseHook.get_connection(conn_id)
    found = DATABASES.get(str(stored.conn_type or ""))
    if found is None:
        foreign: Any = stored.get_hook(hook_params=dict(hook_params or {}))
        if hasattr(foreign, "get_first"):
            if database is not None:
                foreign.schema = database
            return cast(DbApiHook, foreign)
        raise AirflowException(
            f"Connection {conn_id!r} is of type {stored.conn_type!r}, which is no SQL database "
            f"known here ({', '.join(DATABASES)}); set its type."
        )
    module, name = found
    parameters = dict(hook_params or {})
    if database is not None:
        parameters["schema"] = database
    hook: DbApiHook = getattr(import_module(module), name)(conn_id, **parameters)
    return hook
