"""Tasks that decide that others are skipped."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from venturi.sdk.context import get_current_context
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.siblings import sibling_id

if TYPE_CHECKING:
    from venturi.sdk.node import Node


class SkipMixin:
    """Mixin: `skip` and `skip_all_except`; the decision goes with the task's result."""

    inherits_from_skipmixin = True
    can_skip = True

    def skip(self, *given: Any, **named: Any) -> None:
        """Have tasks skipped: `skip(ti, tasks)`, in 1.x and 2.x `skip(dag_run, date, tasks)`.

        Tasks that skip only themselves follow by their trigger rules.
        """
        ti: Any = named.get("ti", given[0] if given else None)
        if hasattr(ti, "record_skips"):
            place = 0 if "ti" in named else 1
        else:  # the run that is named there is the one this task belongs to
            ti = get_current_context()["ti"]
            place = 2 - ("dag_run" in named) - ("execution_date" in named)
        if "tasks" not in named and len(given) <= place:
            raise TypeError("skip() needs the tasks to skip: skip(ti, tasks).")
        tasks: Iterable[Node] = named["tasks"] if "tasks" in named else given[place]
        ti.record_skips([task.task_id for task in tasks])

    def skip_all_except(self, ti: Any, branch_task_ids: str | Iterable[str] | None) -> None:
        """Skip the tasks right after this one, except those named and what follows them.

        Raises `AirflowException` for an id that is not a task or group right after this one.
        """
        task: Any = ti.task if getattr(ti, "task", None) is not None else self
        dag = task.dag
        chosen = [sibling_id(task, each) for each in _chosen(branch_task_ids)]
        groups = dag.task_group_dict
        wanted: set[str] = set()
        for each in chosen:
            if each in groups:
                wanted.update(root.task_id for root in groups[each].roots)
            elif each in dag.task_dict:
                wanted.add(each)
            else:
                raise AirflowException(
                    f"Task {task.task_id!r} chose {each!r}, but DAG {dag.dag_id!r} has no such "
                    "task or group."
                )
        wrong = wanted - set(task.downstream_task_ids)
        if wrong:
            raise AirflowException(
                f"Task {task.task_id!r} chose {', '.join(sorted(wrong))}, which is not right after "
                f"it; choose among: {', '.join(sorted(task.downstream_task_ids))}."
            )
        kept = set(wanted)
        for each in wanted:
            kept |= dag.task_dict[each].get_flat_relative_ids()
        ti.record_skips(sorted(set(task.downstream_task_ids) - kept))


class BranchMixIn(SkipMixin):
    """Mixin: `do_branch` follows a choice and returns it."""

    def do_branch(self, context: Mapping[str, Any], branches_to_execute: Any) -> Any:
        """Skip all tasks right after this one except those chosen. Returns the choice."""
        self.skip_all_except(context["ti"], branches_to_execute)
        return branches_to_execute


def _chosen(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, Iterable):
        found = list(value)
        if all(isinstance(each, str) for each in found):
            return found
    raise AirflowException(
        f"A branch returns a task id, a list of them, or None; {value!r} is none of these."
    )
