"""Why a DAG file is being read: for a file that makes many DAGs and wants to make only one."""

import os
from typing import NamedTuple

DAG_ID = "_AIRFLOW_PARSING_CONTEXT_DAG_ID"
TASK_ID = "_AIRFLOW_PARSING_CONTEXT_TASK_ID"


class AirflowParsingContext(NamedTuple):
    """The DAG and task that the file is read for; None while it is read for all."""

    dag_id: str | None
    task_id: str | None


def get_parsing_context() -> AirflowParsingContext:
    """Why the file is being read."""
    return AirflowParsingContext(os.environ.get(DAG_ID), os.environ.get(TASK_ID))
