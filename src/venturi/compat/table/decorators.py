"""airflow.decorators: 2.x's home of TaskFlow."""

from venturi.compat.rows import Rows

V2: Rows = {
    "airflow.decorators": {"airflow.sdk": "dag task task_group setup teardown"},
    "airflow.decorators.task_group": {"airflow.sdk": "task_group"},
    "airflow.decorators.base": {
        "airflow.sdk.bases.decorator": (
            "DecoratedOperator TaskDecorator task_decorator_factory get_unique_task_id "
            "DecoratedMappedOperator"
        )
    },
}
