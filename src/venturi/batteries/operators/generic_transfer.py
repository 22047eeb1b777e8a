"""Copy rows from one database into another."""

from collections.abc import Mapping
from typing import Any

from venturi.batteries.hooks.by_type import database_hook
from venturi.batteries.hooks.dbapi import DbApiHook
from venturi.sdk.operator import BaseOperator


class GenericTransfer(BaseOperator):
    """Reads rows by `sql` and inserts them into `destination_table`; all pass through memory.

    source_conn_id, destination_conn_id   connections
    preoperator                           statement(s) for the destination, run first
    insert_args                           further arguments of `insert_rows`
    """

    template_fields = (
        "source_conn_id",
        "destination_conn_id",
        "sql",
        "destination_table",
        "preoperator",
        "insert_args",
    )
    template_ext = (".sql", ".hql")
    template_fields_renderers = {"sql": "sql", "preoperator": "sql"}
    ui_color = "#c7d7f0"

    def __init__(
        self,
        *,
        sql: str,
        destination_table: str,
        source_conn_id: str,
        destination_conn_id: str,
        source_hook_params: Mapping[str, Any] | None = None,
        destination_hook_params: Mapping[str, Any] | None = None,
        preoperator: str | list[str] | None = None,
        insert_args: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.destination_table = destination_table
        self.source_conn_id = source_conn_id
        self.destination_conn_id = destination_conn_id
        self.source_hook_params = source_hook_params
        self.destination_hook_params = destination_hook_params
        self.preoperator = preoperator
        self.insert_args = dict(insert_args or {})
        self._hooks: list[DbApiHook] = []

    def execute(self, context: Mapping[str, Any]) -> None:
        source = database_hook(self.source_conn_id, None, self.source_hook_params)
        target = database_hook(self.destination_conn_id, None, self.destination_hook_params)
        self._hooks = [source, target]
        rows = source.get_records(self.sql)
        self.log.info("Read %d rows from %s.", len(rows), self.source_conn_id)
        if self.preoperator:
            target.run(self.preoperator)
        target.insert_rows(table=self.destination_table, rows=rows, **self.insert_args)

    def on_kill(self) -> None:
        for hook in self._hooks:
            hook.cancel()
