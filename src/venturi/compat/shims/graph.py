"""`airflow.utils.dag_cycle_tester`."""

from typing import Any


def check_cycle(dag: Any) -> None:
    """Raise `AirflowDagCycleException` if the DAG goes in circles."""
    dag.check_cycle()
