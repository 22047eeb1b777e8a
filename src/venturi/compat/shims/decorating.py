"""`airflow.sdk.bases.decorator`: what providers' own TaskFlow decorators use."""

import re
from collections.abc import Callable
from functools import partial
from inspect import iscoroutinefunction, unwrap
from typing import Any

from venturi.sdk.scope import current_dag, current_group


def get_unique_task_id(task_id: str, dag: Any = None, task_group: Any = None) -> str:
    """`task_id`, or `task_id__1` and so on if the DAG has it already."""
    dag = dag or current_dag()
    if dag is None:
        return task_id
    group = task_group or current_group(dag)
    child_id = getattr(group, "child_id", None)
    full = child_id(task_id) if callable(child_id) else task_id
    used = set(dag.task_ids)
    if full not in used:
        return task_id
    stem = re.split(r"__\d+$", task_id)[0]
    number = 1
    while (child_id(f"{stem}__{number}") if callable(child_id) else f"{stem}__{number}") in used:
        number += 1
    return f"{stem}__{number}"


def is_async_callable(func: Callable[..., Any]) -> bool:
    """Whether calling `func` gives a coroutine, also behind decorators and `partial`."""
    while isinstance(func, partial):
        func = func.func
    plain = unwrap(func)
    return iscoroutinefunction(plain) or iscoroutinefunction(type(plain).__call__)
