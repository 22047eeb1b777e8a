"""Importing costs little and touches nothing."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

HEAVY = ("sqlalchemy", "alembic", "fastapi", "jinja2", "pydantic", "celery", "yaml", "jsonschema")


def loaded_after(source: str) -> list[str]:
    """The modules that are loaded in a fresh Python after `source`."""
    listing = "import sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{source}\n{listing}"], capture_output=True, text=True, check=True
    )
    modules: list[str] = json.loads(done.stdout)
    return modules


def test_import_airflow_loads_only_the_finder() -> None:
    ours = [name for name in loaded_after("import airflow") if name.startswith("venturi.")]
    assert set(ours) <= {
        "venturi.compat",
        "venturi.compat.callers",
        "venturi.compat.finder",
        "venturi.compat.hints",
        "venturi.compat.names",
        "venturi.compat.rows",
        "venturi.compat.served",
    }


def test_import_airflow_loads_no_library() -> None:
    loaded = loaded_after("import airflow")
    assert not {"msgspec", "typing", "pathlib", *HEAVY} & set(loaded)


def test_a_dag_needs_neither_database_nor_web_server() -> None:
    loaded = set(loaded_after("from airflow import DAG"))
    assert "venturi.sdk.dag" in loaded
    heavy = {"sqlalchemy", "alembic", "fastapi", "pydantic", "celery", "venturi.store"}
    assert not heavy & loaded


def test_a_type_annotation_with_a_stored_name_needs_no_database() -> None:
    loaded = set(
        loaded_after(
            "from airflow.models import DagRun, TaskInstance\n"
            "from airflow.utils.session import provide_session\n"
            "def f(run: DagRun | None, ti: TaskInstance): ..."
        )
    )
    assert not {"sqlalchemy", "venturi.store"} & loaded


def test_running_a_dag_file_prints_nothing_and_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    file = tmp_path / "my_dag.py"
    file.write_text(
        textwrap.dedent(
            """
            from datetime import datetime, timedelta
            from airflow import DAG
            from airflow.operators import BashOperator, MySqlOperator
            from airflow.utils.dates import days_ago
            from airflow.utils.decorators import apply_defaults

            default_args = {"owner": "me", "start_date": datetime(2016, 5, 29), "retries": 1}
            dag = DAG("mine", default_args=default_args, schedule_interval="@once")
            one = BashOperator(task_id="one", bash_command="date", dag=dag)
            two = BashOperator(task_id="two", bash_command="echo {{ ds }} ", dag=dag)
            two.set_upstream(one)
            """
        )
    )
    done = subprocess.run(
        [sys.executable, str(file)],
        capture_output=True,
        text=True,
        env={**os.environ, "AIRFLOW_HOME": str(home), "PYTHONWARNINGS": "default"},
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(home.iterdir()) == []
