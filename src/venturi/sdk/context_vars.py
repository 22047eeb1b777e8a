"""Environment variables that tell a task's programs which attempt they belong to."""

from typing import Any

#: Part of the name after AIRFLOW_CTX_ -> the name that templates use in its place.
_FORMATS = {
    "DAG_OWNER": "dag_owner",
    "DAG_EMAIL": "dag_email",
    "DAG_ID": "dag_id",
    "TASK_ID": "task_id",
    "EXECUTION_DATE": "execution_date",
    "LOGICAL_DATE": "logical_date",
    "TRY_NUMBER": "try_number",
    "DAG_RUN_ID": "dag_run_id",
}


def context_to_airflow_vars(context: Any, in_env_var_format: bool = False) -> dict[str, str]:
    """`AIRFLOW_CTX_DAG_ID` and its kin; `airflow.ctx.dag_id` when not for the environment."""
    values = _values(context)
    if in_env_var_format:
        return {f"AIRFLOW_CTX_{name}": value for name, value in values.items()}
    return {f"airflow.ctx.{_FORMATS[name]}": value for name, value in values.items()}


def _values(context: Any) -> dict[str, str]:
    ti, run, task = context.get("ti"), context.get("dag_run"), context.get("task")
    said: dict[str, Any] = {}
    if task is not None:
        email = getattr(task, "email", None)
        said["DAG_OWNER"] = getattr(task, "owner", None)
        said["DAG_EMAIL"] = ",".join(email) if isinstance(email, list | tuple) else email
    if ti is not None:
        said["DAG_ID"], said["TASK_ID"] = ti.dag_id, ti.task_id
        said["TRY_NUMBER"] = ti.try_number
    if run is not None:
        date = run.logical_date
        said["DAG_RUN_ID"] = run.run_id
        said["EXECUTION_DATE"] = said["LOGICAL_DATE"] = date.isoformat() if date else None
    return {name: str(value) for name, value in said.items() if value is not None}
