"""A DAG file in the manner of Airflow 2.x: `@dag`, TaskFlow, task groups, mapping, a sensor."""

from datetime import datetime, timedelta

from airflow.decorators import dag, task, task_group
from airflow.models.param import Param
from airflow.operators.empty import EmptyOperator
from airflow.sensors.python import PythonSensor


@dag(
    schedule="@daily",
    start_date=datetime(2026, 1, 1),
    catchup=False,
    params={"limit": Param(3, type="integer", minimum=1, maximum=10)},
    default_args={"retries": 2, "retry_delay": timedelta(seconds=30)},
    tags=["example"],
)
def stock_take_2x():
    """Count what lies in each shop, as many shops as there are, and add it up."""
    # A sensor waits for the world. In `reschedule` mode it holds no slot between two looks.
    shops_open = PythonSensor(
        task_id="shops_open",
        python_callable=lambda: True,
        mode="reschedule",
        poke_interval=30,
        timeout=3600,
    )

    @task
    def list_shops(**context) -> list[str]:
        return [f"shop-{number}" for number in range(1, context["params"]["limit"] + 1)]

    @task_group
    def counting(shops):
        # One task becomes as many as the list is long, decided while the run is going on.
        @task(max_active_tis_per_dag=2)
        def count(shop: str) -> int:
            return len(shop) * 7

        @task
        def total(counts) -> int:
            return sum(counts)

        return total(count.expand(shop=shops))

    shops = list_shops()
    shops_open >> shops
    counting(shops) >> EmptyOperator(task_id="done")


stock_take_2x()
