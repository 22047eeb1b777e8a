"""A DAG inside a DAG, as a task group."""

from collections.abc import Mapping
from typing import Any

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.scope import current_dag
from venturi.sdk.taskgroup import TaskGroup
from venturi.sdk.trigger_rule import trigger_rule as rule_of
from venturi.spec.model import TriggerRule


class SubDagOperator(TaskGroup):
    """Takes the tasks of `subdag` into the DAG, as the task group `task_id`.

    They are named `task_id.child` and run in the DAG's own runs; there is no second DAG and no
    second scheduler as in 1.x. The schedule of `subdag` means nothing. A `trigger_rule` counts for
    its first tasks. Other arguments of operators are accepted and mean nothing.
    """

    def __init__(
        self,
        *,
        task_id: str,
        subdag: Any,
        dag: Any = None,
        task_group: TaskGroup | None = None,
        trigger_rule: str | None = None,
        default_args: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        home = dag or (task_group.dag if task_group is not None else current_dag())
        if home is None:
            raise AirflowException(
                f"SubDagOperator {task_id!r} is in no DAG: create it inside `with DAG(...)` or "
                "pass dag=."
            )
        if subdag is home:
            raise AirflowException(f"SubDagOperator {task_id!r}: a DAG cannot contain itself.")
        super().__init__(
            task_id,
            parent_group=task_group,
            dag=home,
            ui_color="#4d5a6b",
            ui_fgcolor="#fff",
            tooltip=str(kwargs.get("doc_md") or ""),
        )
        self.subdag = subdag
        self.task_id = self.group_id
        _move(subdag, self, home)
        if trigger_rule is not None:
            for root in self.roots:
                _set_rule(root, trigger_rule)


def _move(subdag: Any, group: TaskGroup, home: Any) -> None:
    """Move all tasks and groups of `subdag` into `group` of the DAG `home`."""
    tasks: list[Any] = subdag.tasks
    names = {task.task_id: group.child_id(task.task_id) for task in tasks}
    subdag.task_dict.clear()
    children = list(subdag.task_group.children.values())
    subdag.task_group.children.clear()
    for task in tasks:
        task._dag = None
        task.task_id = names[task.task_id]
        # What it says at run time about its siblings means the innermost SubDAG around it.
        inner = getattr(task, "subdag_group_id", None)
        task.subdag_group_id = group.group_id if inner is None else group.child_id(inner)
        task.upstream_task_ids = {names[each] for each in task.upstream_task_ids}
        task.downstream_task_ids = {names[each] for each in task.downstream_task_ids}
    for child in children:
        if isinstance(child, TaskGroup):
            child.parent_group = group
            _rename(child, home, group.used_group_ids)
            group.add(child)
        else:
            child.task_group = None
            group.add(child)
    home.add_tasks(tasks)
    for upstream, edges in subdag.edge_info.items():
        for downstream, info in edges.items():
            home.set_edge_info(
                names.get(upstream, upstream), names.get(downstream, downstream), info
            )
    for ours, theirs in (
        (home.user_defined_macros, subdag.user_defined_macros),
        (home.user_defined_filters, subdag.user_defined_filters),
    ):
        ours.update({name: each for name, each in theirs.items() if name not in ours})
    home.template_searchpath += [
        folder for folder in subdag.template_searchpath if folder not in home.template_searchpath
    ]
    inside = getattr(subdag, "subdag_groups", {})
    home.subdag_groups = {
        **getattr(home, "subdag_groups", {}),
        **{name: group.child_id(group_id) for name, group_id in inside.items()},
        subdag.dag_id: group.group_id,
    }
    # Nobody is to take what is left of it for a DAG of its own.
    subdag.is_subdag, subdag.parent_dag, subdag.auto_register = True, home, False


def _rename(group: TaskGroup, home: Any, used: set[str]) -> None:
    """Let `group`, whose parent has changed, and all inside it be of the DAG `home`."""
    group.dag = home
    group.used_group_ids = used
    used.add(group.group_id)
    children = list(group.children.values())
    for child in children:
        if isinstance(child, TaskGroup):
            _rename(child, home, used)
    group.children = {child.node_id: child for child in children}


def _set_rule(task: Any, rule: str) -> None:
    if task.trigger_rule is TriggerRule.ALL_SUCCESS:
        task.trigger_rule = rule_of(rule)
