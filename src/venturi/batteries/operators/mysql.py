"""Run SQL on MySQL or MariaDB."""

from typing import Any

from venturi.batteries.hooks.mysql import MySqlHook
from venturi.batteries.operators.sql import SQLExecuteQueryOperator
from venturi.sdk.era import calling_era
from venturi.spec.model import Era


class MySqlOperator(SQLExecuteQueryOperator):
    """Runs SQL on MySQL or MariaDB; see `SQLExecuteQueryOperator` for the other arguments.

    mysql_conn_id   connection; default mysql_default
    database        database, in place of that of the connection

    In files of 1.x the rows are not kept as the task's result.
    """

    template_fields = ("sql", "parameters", "mysql_conn_id", "database", "hook_params")
    template_fields_renderers = {"sql": "mysql", "parameters": "json"}

    def __init__(
        self,
        *,
        mysql_conn_id: str = "mysql_default",
        schema: str | None = None,
        **kwargs: Any,
    ) -> None:
        if calling_era() is Era.V1:
            kwargs.setdefault("handler", None)
        if schema is not None:
            kwargs.setdefault("database", schema)
        super().__init__(**kwargs)
        self.mysql_conn_id = mysql_conn_id

    def make_hook(self) -> MySqlHook:
        return MySqlHook(self.mysql_conn_id, schema=self.database, **self.hook_params)
