"""A DAG file in the manner of Airflow 1.x, to show that such files run as they are.

The flat import paths, `schedule_interval`, `dag=dag`, `provide_context` and `set_upstream` are what
files of that time look like. For a new file, read `welcome.py` instead.
"""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.operators.bash_operator import BashOperator
from airflow.operators.dummy_operator import DummyOperator
from airflow.operators.python_operator import PythonOperator

default_args = {
    "owner": "reports",
    "depends_on_past": False,
    "start_date": datetime(2026, 1, 1),
    "email_on_failure": False,
    "retries": 1,
    "retry_delay": timedelta(minutes=5),
}

# In 1.x a schedule makes up for every missed interval unless told otherwise.
dag = DAG(
    "nightly_report_1x",
    default_args=default_args,
    schedule_interval="0 2 * * *",
    catchup=False,
)

start = DummyOperator(task_id="start", dag=dag)

# The run is named after the *start* of the day it covers; macros do arithmetic on dates.
extract = BashOperator(
    task_id="extract",
    bash_command="""
        {% for table in params.tables %}
        echo "{{ table }}: rows from {{ ds }} up to {{ macros.ds_add(ds, 1) }}"
        {% endfor %}
    """,
    params={"tables": ["orders", "customers"]},
    dag=dag,
)


def summarise(**context):
    """Say which day was covered; its return value is an XCom, as any task's is."""
    print("summary of", context["ds"], "by", context["task_instance"].task_id)
    return context["ds"]


report = PythonOperator(
    task_id="report",
    python_callable=summarise,
    provide_context=True,
    dag=dag,
)

extract.set_upstream(start)
report.set_upstream(extract)
