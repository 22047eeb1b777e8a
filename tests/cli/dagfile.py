"""A DAG file as a person writes it, put into the DAG folder of a test's home."""

from pathlib import Path

TEXT = """
from datetime import datetime

from airflow import DAG
from airflow.operators.bash_operator import BashOperator

dag = DAG("ct", schedule_interval="@daily", default_args={"start_date": datetime(2016, 1, 1)})
first = BashOperator(task_id="print_date", bash_command="echo today is {{ ds }}", dag=dag)
second = BashOperator(task_id="fail", bash_command="echo {{ params.word }}; exit 3",
                      params={"word": "hello"}, dag=dag)
second.set_upstream(first)
"""


def write(home: Path, name: str = "ct.py", text: str = TEXT) -> Path:
    """The file, in the DAG folder."""
    folder = home / "dags"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text)
    return file
