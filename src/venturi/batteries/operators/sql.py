"""Run SQL on any database that a connection names."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from venturi.batteries.hooks.by_type import database_hook
from venturi.batteries.hooks.dbapi import DbApiHook, Handler, fetch_all_handler
from venturi.batteries.operators.branch import BaseBranchOperator
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.operator import BaseOperator

Parameters = Iterable[Any] | Mapping[str, Any] | None


class BaseSQLOperator(BaseOperator):
    """Base of operators that speak to a SQL database.

    conn_id       connection; its type says which database it is
    database      database or schema, in place of that of the connection
    hook_params   further arguments of the hook
    """

    conn_id_field: ClassVar[str] = "conn_id"
    template_fields: Sequence[str] = ("conn_id", "database", "hook_params")

    def __init__(
        self,
        *,
        conn_id: str | None = None,
        database: str | None = None,
        hook_params: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.database = database
        self.hook_params = dict(hook_params or {})

    @cached_property
    def _hook(self) -> DbApiHook:
        return self.make_hook()

    def make_hook(self) -> DbApiHook:
        """The hook; operators for one database make theirs."""
        if not self.conn_id:
            raise AirflowException(f"{self.task_id!r} needs conn_id, the id of a connection.")
        return database_hook(self.conn_id, self.database, self.hook_params)

    def get_db_hook(self) -> DbApiHook:
        """The hook of the connection."""
        return self._hook

    def on_kill(self) -> None:
        # Only a hook that was used can have a statement running.
        if "_hook" in self.__dict__:
            self._hook.cancel()


class SQLExecuteQueryOperator(BaseSQLOperator):
    """Runs SQL; the rows are the task's result.

    sql                         a statement, a list of them, or the name of a `.sql` template file
    autocommit                  commit each statement by itself
    parameters                  values for the placeholders
    handler                     function from the cursor to the result; default all rows
    split_statements            whether one text holds several statements
    return_last                 give only the result of the last one
    show_return_value_in_logs   write the result into the log
    """

    template_fields: Sequence[str] = ("sql", "parameters", *BaseSQLOperator.template_fields)
    template_fields_renderers = {"sql": "sql", "parameters": "json"}
    template_ext: Sequence[str] = (".sql", ".json")
    ui_color = "#d3e6e2"

    def __init__(
        self,
        *,
        sql: str | list[str],
        autocommit: bool = False,
        parameters: Parameters = None,
        handler: Handler | None = fetch_all_handler,
        split_statements: bool | None = None,
        return_last: bool = True,
        show_return_value_in_logs: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.autocommit = autocommit
        self.parameters = parameters
        self.handler = handler
        self.split_statements = bool(split_statements)
        self.return_last = return_last
        self.show_return_value_in_logs = show_return_value_in_logs

    def execute(self, context: Mapping[str, Any]) -> Any:
        result = self.get_db_hook().run(
            self.sql,
            autocommit=self.autocommit,
            parameters=self.parameters,
            handler=self.handler if self.do_xcom_push else None,
            split_statements=self.split_statements,
            return_last=self.return_last,
        )
        if self.show_return_value_in_logs:
            self.log.info("Result: %s", result)
        return self._process_output(result)

    def _process_output(self, results: Any) -> Any:
        """Hook for subclasses: the result made of what `handler` gave."""
        return results


class BranchSQLOperator(BaseBranchOperator, BaseSQLOperator):
    """Follows one branch if the first cell that a query gives is true, another if it is false.

    True are yes, 1, on, t, true and numbers other than 0.
    """

    template_fields: Sequence[str] = ("sql", "parameters", *BaseSQLOperator.template_fields)
    template_fields_renderers = {"sql": "sql"}
    template_ext: Sequence[str] = (".sql",)
    ui_color = "#fbe3c0"

    def __init__(
        self,
        *,
        sql: str,
        follow_task_ids_if_true: str | list[str],
        follow_task_ids_if_false: str | list[str],
        parameters: Parameters = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.parameters = parameters
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false

    def choose_branch(self, context: Mapping[str, Any]) -> str | list[str]:
        row = self.get_db_hook().get_first(self.sql, self.parameters)
        if not row:
            raise AirflowException(f"The query of {self.task_id!r} gave no row to decide by.")
        cell = row[0] if isinstance(row, list | tuple) else row
        return self.follow_task_ids_if_true if _is_true(cell) else self.follow_task_ids_if_false


_WORDS = {
    "true": True, "yes": True, "y": True, "on": True, "t": True, "1": True,
    "false": False, "no": False, "n": False, "off": False, "f": False, "0": False,
}  # fmt: skip


def _is_true(cell: Any) -> bool:
    if isinstance(cell, str):
        word = cell.strip().lower()
        if word not in _WORDS:
            raise AirflowException(f"{cell!r} is neither true nor false; a branch needs either.")
        return _WORDS[word]
    if cell is None or isinstance(cell, bool | int | float):
        return bool(cell)
    raise AirflowException(f"{cell!r} is neither true nor false; a branch needs either.")
