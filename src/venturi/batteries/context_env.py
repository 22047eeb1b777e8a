"""Environment variables that tell a program which task it belongs to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

#: Variable -> how to find its value, as (object in the context, attribute). The first that has a
#: value counts; both names of the date are exported, since programs of both eras read them.
_SOURCES: tuple[tuple[str, str, str], ...] = (
    ("DAG_OWNER", "task", "owner"),
    ("DAG_EMAIL", "task", "email"),
    ("DAG_ID", "task_instance", "dag_id"),
    ("TASK_ID", "task_instance", "task_id"),
    ("TRY_NUMBER", "task_instance", "try_number"),
    ("MAP_INDEX", "task_instance", "map_index"),
    ("DAG_RUN_ID", "dag_run", "run_id"),
    ("LOGICAL_DATE", "dag_run", "logical_date"),
    ("EXECUTION_DATE", "dag_run", "logical_date"),
)


def context_to_airflow_vars(
    context: Mapping[str, Any], in_env_var_format: bool = False
) -> dict[str, str]:
    """What a program may know of its task, as name -> text.

    Names read `AIRFLOW_CTX_DAG_ID` if `in_env_var_format`, else `airflow.ctx.dag_id`.
    """
    found: dict[str, str] = {}
    for name, key, attribute in _SOURCES:
        value = _get(context, key, attribute)
        if value is None or value == "" or (name == "MAP_INDEX" and value == -1):
            continue
        found[_spelled(name, in_env_var_format)] = _text(value)
    return found


def _get(context: Mapping[str, Any], key: str, attribute: str) -> Any:
    try:
        holder = context[key]
    except KeyError:
        return None
    return getattr(holder, attribute, None)


def _spelled(name: str, in_env_var_format: bool) -> str:
    return f"AIRFLOW_CTX_{name}" if in_env_var_format else f"airflow.ctx.{name.lower()}"


def _text(value: Any) -> str:
    match value:
        case datetime():
            return value.isoformat()
        case list() | tuple() | set():
            return ",".join(map(str, value))
    return str(value)
