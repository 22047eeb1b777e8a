"""Methods of operators that people call from scripts, tests and 1.x files."""

import importlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venturi.sdk.operator import BaseOperator


def in_process(name: str) -> Any:
    """A function of the room that runs DAGs in this process; known only when it is asked for."""
    return getattr(importlib.import_module("venturi.runner.inprocess"), name)


class LegacyMethods:
    """Mixin: running, clearing and looking at a task by hand."""

    def dry_run(self) -> None:
        """Log the template fields as they would be used."""
        task: Any = self
        task.log.info("Dry run of %s", task.task_id)
        for name in task.template_fields:
            task.log.info("%s:\n%s", name, getattr(task, name, None))

    def run(
        self,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        ignore_first_depends_on_past: bool = True,
        ignore_ti_state: bool = False,
        mark_success: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Run this task in this process for the dates between."""
        return in_process("run_task")(
            self, start_date=start_date, end_date=end_date, mark_success=mark_success
        )

    def clear(self, start_date: Any = None, end_date: Any = None, **kwargs: Any) -> Any:
        """Clear this task's instances between two dates. Returns their number."""
        return in_process("clear_task")(self, start_date=start_date, end_date=end_date, **kwargs)

    @staticmethod
    def xcom_push(context: Any, key: str, value: Any, *_: Any) -> None:
        """Push an XCom of the running task; the date that 1.x took no longer matters."""
        context["ti"].xcom_push(key=key, value=value)

    @staticmethod
    def xcom_pull(
        context: Any,
        task_ids: Any = None,
        dag_id: str | None = None,
        key: str = "return_value",
        include_prior_dates: bool | None = None,
        **kwargs: Any,
    ) -> Any:
        """Pull an XCom of this run."""
        more = {} if include_prior_dates is None else {"include_prior_dates": include_prior_dates}
        return context["ti"].xcom_pull(key=key, task_ids=task_ids, dag_id=dag_id, **more, **kwargs)

    def get_inlet_defs(self) -> list[Any]:
        """What this task reads."""
        inlets: list[Any] = getattr(self, "inlets", [])
        return inlets

    def get_outlet_defs(self) -> list[Any]:
        """What this task updates."""
        outlets: list[Any] = getattr(self, "outlets", [])
        return outlets

    def get_closest_mappable_task_group(self: "BaseOperator") -> Any:  # type: ignore[misc]
        """The innermost mapped group around this task, or None."""
        group = self.task_group
        return next(group.iter_mapped_task_groups(), None) if group is not None else None

    def get_dag(self) -> Any:
        """The DAG this is in, or None."""
        return getattr(self, "_dag", None)
