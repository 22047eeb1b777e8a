"""Run SQL on PostgreSQL."""

from typing import Any

from venturi.batteries.hooks.postgres import PostgresHook
from venturi.batteries.operators.sql import SQLExecuteQueryOperator
from venturi.sdk.era import calling_era
from venturi.spec.model import Era


class PostgresOperator(SQLExecuteQueryOperator):
    """Runs SQL on PostgreSQL; see `SQLExecuteQueryOperator` for the other arguments.

    postgres_conn_id   connection; default postgres_default
    database        database, in place of that of the connection

    In files of 1.x the rows are not kept as the task's result.
    """

    template_fields = ("sql", "parameters", "postgres_conn_id", "database", "hook_params")
    template_fields_renderers = {"sql": "postgres", "parameters": "json"}

    def __init__(
        self,
        *,
        postgres_conn_id: str = "postgres_default",
        schema: str | None = None,
        **kwargs: Any,
    ) -> None:
        if calling_era() is Era.V1:
            kwargs.setdefault("handler", None)
        if schema is not None:
            kwargs.setdefault("database", schema)
        super().__init__(**kwargs)
        self.postgres_conn_id = postgres_conn_id

    def make_hook(self) -> PostgresHook:
        return PostgresHook(self.postgres_conn_id, schema=self.database, **self.hook_params)
