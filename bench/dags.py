"""The DAG files that the workloads run, written as people write them."""

from pathlib import Path

_CHAIN = """\
from datetime import datetime

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def fibo(n):
    return n if n < 2 else fibo(n - 1) + fibo(n - 2)


with DAG("{dag_id}", start_date=datetime(2026, 1, 1), schedule=None, catchup=False):
    previous = None
    for number in range({count}):
        current = PythonOperator(
            task_id=f"task_{{number:04}}", python_callable=fibo, op_args=[{n}]
        )
        if previous is not None:
            previous >> current
        previous = current
"""

_FAN = """\
from datetime import datetime

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk import DAG


def nothing():
    pass


with DAG(
    "{dag_id}",
    start_date=datetime(2026, 1, 1),
    schedule=None,
    catchup=False,
    max_active_tasks={parallelism},
):
    root = PythonOperator(task_id="root", python_callable=nothing)
    join = PythonOperator(task_id="join", python_callable=nothing)
    for number in range({count}):
        root >> PythonOperator(task_id=f"task_{{number:04}}", python_callable=nothing) >> join
"""

_BASH = """\
from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    "{dag_id}",
    start_date=datetime(2026, 1, 1),
    schedule=None,
    catchup=False,
    max_active_tasks={parallelism},
):
    for number in range({count}):
        BashOperator(task_id=f"task_{{number:04}}", bash_command="true")
"""

_ROW = """\
from datetime import datetime

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("{dag_id}", start_date=datetime(2026, 1, 1), schedule=None, catchup=False):
    tasks = [BashOperator(task_id=f"task_{{n}}", bash_command="true") for n in range({count})]
    for left, right in zip(tasks, tasks[1:]):
        left >> right
"""


def chain(dag_id: str, count: int, n: int) -> str:
    """`count` Python tasks one after the other, each computing `fibo(n)` naively."""
    return _CHAIN.format(dag_id=dag_id, count=count, n=n)


def fan(dag_id: str, count: int, parallelism: int) -> str:
    """One task, then `count` Python tasks that do nothing, then one."""
    return _FAN.format(dag_id=dag_id, count=count, parallelism=parallelism)


def bash(dag_id: str, count: int, parallelism: int) -> str:
    """`count` independent shell commands that do nothing."""
    return _BASH.format(dag_id=dag_id, count=count, parallelism=parallelism)


def row(dag_id: str, count: int) -> str:
    """`count` shell commands one after the other."""
    return _ROW.format(dag_id=dag_id, count=count)


def place(folder: Path, dag_id: str, text: str) -> Path:
    """Put the file into a DAG folder in one step, so that nobody reads half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    final, draft = folder / f"{dag_id}.py", folder / f".{dag_id}.draft"
    draft.write_text(text)
    return draft.rename(final)
