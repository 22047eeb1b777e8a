"""Check what a database says, and fail if it is not as it should be."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from venturi.batteries.operators.sql import BaseSQLOperator, Parameters
from venturi.sdk.exceptions import AirflowException


class CheckFailed(AirflowException):
    """What a database said is not as it should be."""


class SQLCheckOperator(BaseSQLOperator):
    """Fails unless a query gives a row whose cells are all true."""

    template_fields: Sequence[str] = ("sql", *BaseSQLOperator.template_fields)
    template_fields_renderers = {"sql": "sql"}
    template_ext: Sequence[str] = (".hql", ".sql")
    ui_color = "#fcf0b5"

    def __init__(self, *, sql: str, parameters: Parameters = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.parameters = parameters

    def execute(self, context: Mapping[str, Any]) -> None:
        row = self.get_db_hook().get_first(self.sql, self.parameters)
        self.log.info("Row: %s", row)
        if not row:
            raise CheckFailed(f"The query of {self.task_id!r} gave no row: {self.sql}")
        cells = row.values() if isinstance(row, dict) else row
        if not all(cells):
            raise CheckFailed(f"{row} of {self.task_id!r} has a cell that is not true: {self.sql}")


class SQLValueCheckOperator(BaseSQLOperator):
    """Fails unless the first row that a query gives equals `pass_value`.

    `tolerance` 0.1 lets numbers be up to a tenth more or less.
    """

    template_fields: Sequence[str] = ("sql", "pass_value", *BaseSQLOperator.template_fields)
    template_fields_renderers = {"sql": "sql"}
    template_ext: Sequence[str] = (".hql", ".sql")
    ui_color = "#fcf0b5"

    def __init__(
        self,
        *,
        sql: str,
        pass_value: Any,
        tolerance: float | None = None,
        parameters: Parameters = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.parameters = parameters
        self.pass_value = str(pass_value)
        self.tol = float(tolerance) if tolerance is not None else None

    def execute(self, context: Mapping[str, Any]) -> None:
        row = self.get_db_hook().get_first(self.sql, self.parameters)
        if not row:
            raise CheckFailed(f"The query of {self.task_id!r} gave no row: {self.sql}")
        wanted = _number(self.pass_value)
        if wanted is None:
            if self.tol is not None:
                raise AirflowException(
                    f"{self.task_id!r}: tolerance needs a number as pass_value, not "
                    f"{self.pass_value!r}."
                )
            passed = all(str(cell) == self.pass_value for cell in row)
        else:
            passed = all(self._is_near(_number(cell), wanted) for cell in row)
        if not passed:
            near = f" within {self.tol:.0%}" if self.tol is not None else ""
            raise CheckFailed(
                f"{list(row)} of {self.task_id!r} is not {self.pass_value}{near}: {self.sql}"
            )

    def _is_near(self, found: float | None, wanted: float) -> bool:
        if found is None:
            return False
        return abs(found - wanted) <= abs(wanted) * (self.tol or 0.0)


class SQLIntervalCheckOperator(BaseSQLOperator):
    """Fails if metrics of today differ too much from those some days back.

    table                the table
    metrics_thresholds   SQL expression -> greatest ratio allowed
    date_filter_column   column with the date; default ds
    days_back            how far back to compare with; default 7 (either sign)
    ratio_formula        max_over_min (default) or relative_diff
    ignore_zero          a metric that is 0 on either day passes; default yes
    """

    template_fields: Sequence[str] = ("sql1", "sql2", *BaseSQLOperator.template_fields)
    template_fields_renderers = {"sql1": "sql", "sql2": "sql"}
    template_ext: Sequence[str] = (".hql", ".sql")
    ui_color = "#fcf0b5"

    ratio_formulas: ClassVar[Mapping[str, Callable[[float, float], float]]] = {
        "max_over_min": lambda now, then: max(now, then) / min(now, then),
        "relative_diff": lambda now, then: abs(now - then) / then,
    }

    def __init__(
        self,
        *,
        table: str,
        metrics_thresholds: Mapping[str, float],
        date_filter_column: str = "ds",
        days_back: int = -7,
        ratio_formula: str = "max_over_min",
        ignore_zero: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if ratio_formula not in self.ratio_formulas:
            raise AirflowException(
                f"ratio_formula {ratio_formula!r} of {self.task_id!r} is not known; use one of "
                f"{', '.join(self.ratio_formulas)}."
            )
        self.ratio_formula = ratio_formula
        self.ignore_zero = ignore_zero
        self.table = table
        self.metrics_thresholds = dict(metrics_thresholds)
        self.metrics_sorted = sorted(self.metrics_thresholds)
        self.date_filter_column = date_filter_column
        self.days_back = -abs(days_back)
        start = f"SELECT {', '.join(self.metrics_sorted)} FROM {table} WHERE {date_filter_column}="  # noqa: S608 - author's own
        self.sql1 = start + "'{{ ds }}'"
        self.sql2 = start + "'{{ macros.ds_add(ds, " + str(self.days_back) + ") }}'"

    def execute(self, context: Mapping[str, Any]) -> None:
        hook = self.get_db_hook()
        then, now = hook.get_first(self.sql2), hook.get_first(self.sql1)
        for row, text in ((then, self.sql2), (now, self.sql1)):
            if not row:
                raise CheckFailed(f"The query of {self.task_id!r} gave no row: {text}")
        ratio = self.ratio_formulas[self.ratio_formula]
        failed = []
        for metric, new, old in zip(self.metrics_sorted, now, then, strict=True):
            limit = self.metrics_thresholds[metric]
            if not new or not old:
                passed, shown = self.ignore_zero, "none"
            else:
                found = ratio(float(new), float(old))
                passed, shown = found < limit, f"{found:.4g}"
            self.log.info("%s: now %s, then %s, ratio %s of %s", metric, new, old, shown, limit)
            if not passed:
                failed.append(f"{metric} (ratio {shown}, allowed {limit})")
        if failed:
            raise CheckFailed(f"{self.task_id!r}: too different from then: {', '.join(failed)}.")


class SQLThresholdCheckOperator(BaseSQLOperator):
    """Fails unless the first cell that a query gives lies between two limits.

    `min_threshold` and `max_threshold` are numbers, or queries that give one.
    """

    template_fields: Sequence[str] = (
        "sql",
        "min_threshold",
        "max_threshold",
        *BaseSQLOperator.template_fields,
    )
    template_fields_renderers = {"sql": "sql"}
    template_ext: Sequence[str] = (".hql", ".sql")
    ui_color = "#fcf0b5"

    def __init__(
        self,
        *,
        sql: str,
        min_threshold: Any,
        max_threshold: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sql = sql
        self.min_threshold = min_threshold
        self.max_threshold = max_threshold

    def execute(self, context: Mapping[str, Any]) -> None:
        found = self._cell(self.sql)
        least, most = self._limit(self.min_threshold), self._limit(self.max_threshold)
        if not least <= found <= most:
            raise CheckFailed(
                f"{found} of {self.task_id!r} is not between {least} and {most}: {self.sql}"
            )

    def _limit(self, given: Any) -> float:
        number = _number(given)
        return self._cell(given) if number is None else number

    def _cell(self, sql: str) -> float:
        row = self.get_db_hook().get_first(sql)
        number = _number(row[0]) if row else None
        if number is None:
            raise CheckFailed(f"The query of {self.task_id!r} gave no number: {sql}")
        return number


def _number(text: Any) -> float | None:
    try:
        return float(text)
    except (TypeError, ValueError):
        return None
