"""The single machine of the blog post that this project starts from, as written there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.system.home import Home, until

SEED = Path(__file__).parents[3] / "shared/seed"

CT1 = """
from airflow import DAG
from airflow.operators import BashOperator

from datetime import datetime, timedelta

default_args = {
    'owner': 'airflow',
    'start_date': datetime(2016, 5, 29, 8, 30),
    'email': ['somebody@example.com'],
    'email_on_failure': False,
    'depends_on_past': False,
    'retries': 1,
    'retry_delay': timedelta(minutes=5),
}

dag = DAG('first', default_args=default_args, schedule_interval="@once")

t1 = BashOperator(task_id='print_date', bash_command='date', dag=dag)
t2 = BashOperator(task_id='echo', bash_command='echo "test" ', retries=3, dag=dag)
t3 = BashOperator(
    task_id='templated',
    bash_command='''
    {% for i in range(2) %}
        echo "{{ ds }}"
        echo "{{ macros.ds_add(ds, 7) }}"
        echo "{{ params.my_param }}"
    {% endfor %}
''',
    params={'my_param': "Parameter I passed in"},
    dag=dag)
t2.set_upstream(t1)
t3.set_upstream(t1)
"""

CT2 = """
from airflow import DAG
from airflow.operators import BashOperator

from datetime import datetime, timedelta

one_min_ago = datetime.combine(datetime.today() - timedelta(minutes=1), datetime.min.time())
default_args = {
    'owner': 'airflow',
    'depends_on_past': True,
    'start_date': one_min_ago,
    'email_on_failure': True,
    'retries': 5,
    'retry_delay': timedelta(hours=30),
}
dag = DAG('second', default_args=default_args, schedule_interval="@once")
t1 = BashOperator(
    task_id='run1', bash_command='(cd FOLDER; bash run1.sh -f ct_t1) ', dag=dag)
t2 = BashOperator(
    task_id='run2', bash_command='(cd FOLDER; bash run2.sh -f ct_t1) ', dag=dag)
t2.set_upstream(t1)
"""


@pytest.fixture
def scripts(home: Home) -> Path:
    """The folder that the second DAG's commands work in."""
    folder = home.path / "test"
    folder.mkdir()
    (folder / "run1.sh").write_text("printf 'A\\nB\\n' > $2\n")
    (folder / "run2.sh").write_text("awk '{print $0, 53}' $2 > $2.out\n")
    return folder


def said_by_commands(log: str) -> list[str]:
    """The lines that the command of a task printed, without those around them."""
    return [line.rsplit(" - ", 1)[-1].strip() for line in log.splitlines()]


def test_both_dags_of_the_post_run_by_themselves(home: Home, scripts: Path) -> None:
    assert home.airflow("initdb").returncode == 0
    home.scheduler()
    home.dag("ct1.py", CT1)
    home.dag("ct2.py", CT2.replace("FOLDER", str(scripts)))
    assert home.until_ended("first") == "success"
    assert home.until_ended("second") == "success"
    assert (scripts / "ct_t1.out").read_text() == "A 53\nB 53\n"
    lines = said_by_commands(home.log("first", "templated"))
    assert [line for line in lines if re.fullmatch(r"2016-0\d-\d\d", line)] == [
        "2016-05-29",
        "2016-06-05",
    ] * 2
    assert lines.count("Parameter I passed in") == 2


@pytest.mark.skipif(not SEED.exists(), reason="the post's own files are not here")
def test_the_posts_own_files_run_unchanged(home: Home) -> None:
    folder = home.path / "test"
    folder.mkdir()
    for name in ("run1.sh", "run2.sh"):
        (folder / name).write_text((SEED / "scripts" / name).read_text().replace("20s", "1s"))
    home.migrate()
    home.scheduler()
    home.dag("ct1.py", (SEED / "dags/ct1.py").read_text())
    written = (SEED / "dags/ct2.py").read_text().replace("/home/ct/test", str(folder))
    home.dag("ct2.py", written)
    assert home.until_ended("ct1") == "success"
    assert home.until_ended("ct2") == "success"
    assert (folder / "ct_t1.out").read_text().splitlines()[0].startswith("A")


def test_a_dag_file_run_as_a_program_prints_nothing(home: Home) -> None:
    path = home.dag("ct1.py", CT1)
    done = subprocess.run(
        [sys.executable, path], env=home.env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not home.database.exists()


def test_airflow_test_runs_a_task_without_a_scheduler(home: Home) -> None:
    home.migrate()
    home.dag("ct1.py", CT1)
    done = home.airflow("test", "first", "templated", "2016-05-14")
    assert done.returncode == 0, done.stderr
    assert "2016-05-14" in done.stdout + done.stderr
    assert home.sql("SELECT * FROM dag_run") == []


def test_a_paused_dag_is_told_of_where_people_look(home: Home) -> None:
    home.option("core", "dags_are_paused_at_creation", "True")
    home.scheduler()
    home.dag("ct1.py", CT1)
    home.until_listed("first")
    home.until(lambda: "first" in home.said(), "the scheduler tells of the DAG")
    assert "paused" in home.said()
    assert "airflow dags unpause first" in home.said()
    listed = home.airflow("dags", "list")
    assert "unpause first" in listed.stdout + listed.stderr
    assert home.run_state("first") is None
    assert home.airflow("unpause", "first").returncode == 0
    assert home.until_ended("first") == "success"


def test_the_deletes_of_the_post_forget_a_dag(home: Home) -> None:
    home.scheduler()
    path = home.dag("ct1.py", CT1)
    home.until_ended("first")
    path.unlink()
    query = "SELECT 1 FROM dag WHERE dag_id = 'first' AND NOT is_active"
    home.until(lambda: home.value(query), "the DAG has gone with its file")
    for table in ("xcom", "task_instance", "sla_miss", "log", "job", "dag_run", "dag"):
        home.change(f"DELETE FROM {table} WHERE dag_id = ?", "first")
    assert "first" not in home.airflow("list_dags").stdout
    home.dag("ct1.py", CT1)
    assert home.until_ended("first") == "success"


def test_resetdb_empties_the_database(home: Home) -> None:
    process = home.scheduler()
    home.dag("ct1.py", CT1)
    home.until_ended("first")
    process.terminate()
    process.wait(20)
    (home.dags / "ct1.py").unlink()
    done = home.airflow("resetdb", "-y")
    assert done.returncode == 0, done.stderr
    for table in ("dag", "dag_run", "task_instance", "xcom", "log"):
        assert home.value(f"SELECT count(*) FROM {table}") == 0, table
    home.scheduler()
    home.dag("ct1.py", CT1)
    assert home.until_ended("first") == "success"


def test_processes_are_found_and_ended_as_the_post_does(home: Home) -> None:
    home.migrate()
    port = "18472"
    server = home.start("webserver", "-p", port)
    scheduler = home.scheduler()
    home.dag("ct1.py", CT1)
    home.until_ended("first")

    def is_master() -> bool:
        line = home.command_line(server.pid)
        return "airflow-webserver" in line and "master" in line

    until(is_master, "the web server's master has its title")
    for pid in home.processes():
        assert "airflow" in home.command_line(pid)
    for process in (server, scheduler):
        process.terminate()
        assert process.wait(20) == 0
    assert "Traceback" not in home.said()
