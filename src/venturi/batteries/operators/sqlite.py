"""Run SQL on SQLite."""

from typing import Any

from venturi.batteries.hooks.sqlite import SqliteHook
from venturi.batteries.operators.sql import SQLExecuteQueryOperator
from venturi.sdk.era import calling_era
from venturi.spec.model import Era


class SqliteOperator(SQLExecuteQueryOperator):
    """Runs SQL on SQLite; see `SQLExecuteQueryOperator` for the other arguments.

    sqlite_conn_id   connection; default sqlite_default
    database        database, in place of that of the connection

    In files of 1.x the rows are not kept as the task's result.
    """

    template_fields = ("sql", "parameters", "sqlite_conn_id", "database", "hook_params")
    template_fields_renderers = {"sql": "sqlite", "parameters": "json"}

    def __init__(
        self, *, sqlite_conn_id: str = "sqlite_default", schema: str | None = None, **kwargs: Any
    ) -> None:
        if calling_era() is Era.V1:
            kwargs.setdefault("handler", None)
        if schema is not None:
            kwargs.setdefault("database", schema)
        super().__init__(**kwargs)
        self.sqlite_conn_id = sqlite_conn_id

    def make_hook(self) -> SqliteHook:
        return SqliteHook(self.sqlite_conn_id, schema=self.database, **self.hook_params)
