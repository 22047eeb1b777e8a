"""airflow.decorators: 2.x's home of TaskFlow."""

from venturi.compat.rows import Rows

V2: Rows = {
    "airflow.decorators": {"airflow.sdk": "dag task task_group setup teardown"},
}
