"""What plugins bring, in real task processes."""

from tests.system.home import Home

PLUGIN = """
import pathlib, sys
from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

def shout(text):
    return text.upper()

@hookimpl
def on_task_instance_running(previous_state, task_instance):
    note(f"{{task_instance.task_id}} runs")

@hookimpl
def on_task_instance_success(previous_state, task_instance):
    note(f"{{task_instance.task_id}} is a {{task_instance.state}}")

@hookimpl
def on_dag_run_success(dag_run, msg):
    note(f"{{dag_run.dag_id}} is a {{dag_run.state}}")

def note(text):
    with pathlib.Path({told!r}).open("a") as file:
        print(text, file=file)

class Mine(AirflowPlugin):
    name = "mine"
    macros = [shout]
    listeners = [sys.modules[__name__]]
"""

DAG = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("d", start_date=datetime(2020, 1, 1), schedule="@once"):
    BashOperator(task_id="t", bash_command="echo {{ macros.mine.shout('hello') }}")
"""


def test_macros_and_listeners_work_in_tasks(home: Home) -> None:
    (home.path / "plugins").mkdir()
    told = home.path / "told"
    (home.path / "plugins/mine.py").write_text(PLUGIN.format(told=str(told)))
    home.dag("d.py", DAG)
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert "HELLO" in home.log("d", "t")
    expected = "t runs\nt is a success\nd is a success\n"
    home.until(lambda: told.read_text() == expected, "all of it was told")
