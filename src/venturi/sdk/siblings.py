"""Short names inside what was a SubDAG: its tasks still call each other as its file does."""

from typing import Any


def sibling_id(task: Any, named: str) -> str:
    """The id that `named` has in the DAG, where `task` came out of a SubDagOperator.

    A task or group of the same SubDAG goes before one of the DAG around it.
    """
    group_id = getattr(task, "subdag_group_id", None)
    if group_id is None:
        return named
    own = f"{group_id}.{named}"
    dag = task.dag
    return own if own in dag.task_dict or own in dag.task_group_dict else named


def id_in_subdag(dag: Any, subdag_id: str | None, named: str) -> str | None:
    """The id of a task that is named by a SubDAG's own id; None where there was no such SubDAG."""
    group_id = getattr(dag, "subdag_groups", {}).get(subdag_id)
    return None if group_id is None else f"{group_id}.{named}"
