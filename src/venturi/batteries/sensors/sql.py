"""Wait until a query gives what is hoped for."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from venturi.batteries.hooks.by_type import database_hook
from venturi.batteries.hooks.dbapi import DbApiHook
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.sensor import BaseSensorOperator


class SqlSensor(BaseSensorOperator):
    """Runs a query again and again until the first cell of its first row is true.

    conn_id          connection to the database
    sql              query, or the name of a `.sql` template file
    parameters       values for its placeholders
    success          function of the cell that says whether it is what was waited for; default:
                     neither 0, '0', '' nor NULL
    failure          function of the cell that says whether to give up
    selector         function that takes what to look at from the first row; default the first cell
    fail_on_empty    give up when there is no row
    hook_params      further arguments of the hook
    """

    template_fields: Sequence[str] = ("sql", "hook_params", "parameters")
    template_ext: Sequence[str] = (".hql", ".sql")
    template_fields_renderers = {"sql": "sql"}
    ui_color = "#d3e6e2"

    def __init__(
        self,
        *,
        conn_id: str,
        sql: str,
        parameters: Any = None,
        success: Callable[[Any], Any] | None = None,
        failure: Callable[[Any], Any] | None = None,
        selector: Callable[[Any], Any] = itemgetter(0),
        fail_on_empty: bool = False,
        hook_params: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.conn_id = conn_id
        self.sql = sql
        self.parameters = parameters
        self.success = success
        self.failure = failure
        self.selector = selector
        self.fail_on_empty = fail_on_empty
        self.hook_params = hook_params
        self._hook: DbApiHook | None = None

    def poke(self, context: Mapping[str, Any]) -> bool:
        self._hook = database_hook(self.conn_id, None, self.hook_params)
        row = self._hook.get_first(self.sql, self.parameters)
        if not row:
            if self.fail_on_empty:
                raise AirflowException(f"The query of {self.task_id!r} gave no row: {self.sql}")
            return False
        cell = self.selector(row)
        if self.failure is not None and self.failure(cell):
            raise AirflowException(f"{self.task_id!r} gives up: the query gave {cell!r}.")
        if self.success is not None:
            return bool(self.success(cell))
        return str(cell) not in {"0", "", "None"} and bool(cell)

    def on_kill(self) -> None:
        if self._hook is not None:
            self._hook.cancel()
