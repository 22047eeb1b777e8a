"""The single machine of the blog post that this project starts from, as written there."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from scripts.instance import free_port
from tests.system.home import DEFAULTS, Home, bash_dag, kill, until

#: How the post's control script finds what it kills.
MASTER = "ps -ef | grep -Ei '(airflow-webserver)' | grep master | awk '{print $2}'"
EVERYTHING = "ps -ef | grep -Ei 'airflow' | grep -v 'grep' | awk '{print $2}'"

PASSWORD = re.compile(r"user admin with the password (\S+)")

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
    server = home.start("webserver", "-p", str(free_port()))
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


def found_by(home: Home, pipeline: str) -> list[int]:
    """The pids that a pipeline of the post prints, of this home's processes only."""
    done = subprocess.run(["bash", "-c", pipeline], capture_output=True, text=True, check=True)
    return sorted({int(word) for word in done.stdout.split()} & set(home.processes()))


def asked(port: int, path: str, **given: str) -> Any:
    """The web server's answer; None while there is none. `given` is a body to send, or `token`."""
    token = given.pop("token", "")
    request = Request(
        f"http://127.0.0.1:{port}{path}",
        data=json.dumps(given).encode() if given else None,
        headers={"content-type": "application/json", "authorization": f"Bearer {token}"},
    )
    try:
        with build_opener(ProxyHandler({})).open(request) as answer:
            return json.load(answer)
    except OSError:
        return None


def test_the_post_from_beginning_to_end(home: Home, scripts: Path) -> None:
    for name in DEFAULTS:  # nothing but AIRFLOW_HOME is set, as with somebody who begins
        del home.env[name]
    assert home.airflow("initdb").returncode == 0
    settings = home.path / "airflow.cfg"
    assert settings.stat().st_mode & 0o777 == 0o600
    text = settings.read_text()
    text = re.sub("(?m)^executor = .*", "executor = LocalExecutor", text)
    text = re.sub("(?m)^(dags_are_paused_at_creation) = .*", r"\1 = False", text)
    settings.write_text(text)

    port = free_port()
    printed = home.path / "webserver.printed"
    home.start("webserver", "-p", str(port), output=printed)
    home.start("scheduler")
    home.dag("ct1.py", CT1)
    home.dag("ct2.py", CT2.replace("FOLDER", str(scripts)))
    home.dag("team/project/sub.py", CT1.replace("'first'", "'in_subfolder'"))
    elsewhere = home.path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "linked.py").write_text(CT1.replace("'first'", "'behind_link'"))
    (home.dags / "link").symlink_to(elsewhere)
    for dag_id in ("first", "second", "in_subfolder", "behind_link"):
        assert home.until_ended(dag_id) == "success", dag_id

    # The password of the first start is shown where the web server was started.
    shown = home.until(lambda: PASSWORD.search(printed.read_text()), "the first password is shown")
    signed_in = home.until(
        lambda: asked(port, "/auth/token", username="admin", password=shown[1]), "one may sign in"
    )
    assert asked(port, "/api/v2/dags/first/dagRuns") is None  # nobody else is let in
    token = signed_in["access_token"]
    runs = asked(port, "/api/v2/dags/first/dagRuns", token=token)
    assert [run["state"] for run in runs["dag_runs"]] == ["success"]
    assert home.airflow("dag_state", "first", "2016-05-29T08:30:00").stdout.strip() == "success"

    (master,) = found_by(home, MASTER)
    kill(master, 15)
    home.until(lambda: not found_by(home, MASTER), "the web server has ended")
    for pid in found_by(home, EVERYTHING):
        kill(pid, 15)
    home.until(lambda: not found_by(home, EVERYTHING), "all has ended")
    assert home.processes() == []

    assert home.airflow("resetdb", "-y").returncode == 0
    assert home.value("SELECT count(*) FROM dag_run") == 0


def test_the_control_script_of_the_post_restarts_all_in_the_middle_of_a_run(home: Home) -> None:
    ports = {"AIRFLOW__API__PORT": str(free_port())}
    home.env.update(ports)
    home.migrate()
    began, ended = home.path / "began", home.path / "ended"
    command = f"echo x >> {began}; [ $(wc -l < {began}) -gt 1 ] || sleep 60; echo x >> {ended}"
    retry = "retries=1, retry_delay=__import__('datetime').timedelta(0)"
    home.dag("d.py", bash_dag("d", {"t": command}, more=retry))
    home.start("webserver")
    home.scheduler()
    home.until(began.exists, "the task has begun")
    home.until(lambda: home.states("d") == {"t": "running"}, "the scheduler knows it")
    for pid in found_by(home, EVERYTHING):
        kill(pid, 15)
    home.until(lambda: not found_by(home, EVERYTHING), "all has ended")
    home.start("webserver")
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert (began.read_text(), ended.read_text()) == ("x\n" * 2, "x\n")
    assert home.instance("d", "t", "try_number") == 2


def test_a_command_that_failed_is_mended_and_run_again(home: Home) -> None:
    home.scheduler()
    home.dag("d.py", bash_dag("d", {"t": "exit 3"}))
    assert home.until_ended("d") == "failed"
    home.dag("d.py", bash_dag("d", {"t": "echo mended", "another": "true"}))
    query = "SELECT count(*) FROM dag_version WHERE dag_id = 'd'"
    home.until(lambda: home.value(query) == 2, "the edit is read")
    assert home.airflow("clear", "d", "-f", "-c").returncode == 0
    home.until(lambda: home.run_state("d") == "success", "the run has succeeded")
    assert "mended" in home.log("d", "t", 2)
    assert home.states("d") == {"t": "success", "another": "success"}
