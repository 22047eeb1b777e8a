"""A mapped task group with real processes: each instance on its own, from start to end."""

from tests.system.home import Home

FILE = """
from airflow.sdk import DAG, task, task_group

with DAG("m", schedule="@once"):

    @task
    def numbers():
        return [1, 2, 3]

    @task
    def add(x):
        if x == 2:
            raise ValueError("two is refused")
        return x + 10

    @task
    def deeper(x, y):
        return x * y

    @task(trigger_rule="all_done")
    def total(values):
        print("total", sum(values))
        return sum(values)

    @task_group
    def group(x):
        return deeper.partial(x=add(x)).expand(y=[1, 100])

    total(group.expand(x=numbers()))
"""


def test_one_instance_of_a_mapped_group_fails_and_the_others_go_on(home: Home) -> None:
    home.dag("m.py", FILE)
    home.scheduler()
    home.until_ended("m")
    rows = home.sql("select task_id, map_index, state from task_instance where dag_id = 'm'")
    states = {(task_id, index): state for task_id, index, state in rows}
    assert {key: state for key, state in states.items() if state != "success"} == {
        ("group.add", 1): "failed",
        ("group.deeper", 2): "upstream_failed",
        ("group.deeper", 3): "upstream_failed",
    }
    assert len(states) == 1 + 3 + 6 + 1
    assert home.sql("select value from xcom where task_id = 'total'") == [("2424",)]
