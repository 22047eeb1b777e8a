"""People at work on a living instance: they clear, mark, delete, pause, deploy and look."""

import os
import shutil
import signal
import sqlite3
from pathlib import Path

import pytest

from tests.system.home import Home, bash_dag, kill, python_dag


def gated(home: Home, dag_id: str = "d", **more: str) -> Path:
    """A DAG whose task waits for a file, which is returned."""
    gate = home.path / f"go-{dag_id}"
    command = f"echo $$ >> {home.path}/pids; until [ -e {gate} ]; do sleep 0.05; done"
    home.dag(f"{dag_id}.py", bash_dag(dag_id, {"t": command}, **more))
    return gate


def shells(home: Home) -> list[int]:
    """Pids that the commands of gated tasks have written down."""
    path = home.path / "pids"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def test_clearing_a_running_task_ends_it_and_runs_it_again(home: Home) -> None:
    gate = gated(home)
    home.scheduler()
    (first,) = home.until(lambda: shells(home), "the task runs")
    done = home.airflow("tasks", "clear", "-y", "d")
    assert done.returncode == 0, done.stderr
    home.until(lambda: len(shells(home)) == 2, "it runs again", 30)
    home.until(lambda: first not in home.processes(), "the first attempt is gone", 30)
    gate.touch()
    assert home.until_ended("d") == "success"
    assert len(shells(home)) == 2


def test_clearing_a_run_that_has_ended_runs_it_again(home: Home) -> None:
    home.dag("d.py", bash_dag("d", {"t": f"echo x >> {home.path}/times"}))
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert home.airflow("clear", "d", "-c").returncode == 0  # as 1.x wrote it
    times = home.path / "times"
    home.until(lambda: times.read_text() == "x\nx\n", "it ran twice")
    assert home.until_ended("d") == "success"


def test_pausing_lets_what_runs_end_and_begins_nothing(home: Home) -> None:
    gate = gated(home, dag="max_active_tasks=1")
    home.dag("d.py", (home.dags / "d.py").read_text() + AFTER)
    home.scheduler()
    home.until(lambda: shells(home), "the first task runs")
    assert home.airflow("dags", "pause", "d").returncode == 0
    gate.touch()
    home.until(lambda: home.states("d")["t"] == "success", "what runs ends")
    home.dag("other.py", bash_dag("other", {"t": "true"}))
    home.until_ended("other")  # a whole other run later ...
    assert home.states("d")["u"] in {None, "scheduled"}  # ... it has not begun
    assert home.airflow("dags", "unpause", "d").returncode == 0
    assert home.until_ended("d") == "success"


AFTER = """
    from airflow.models import DAG as _D
    BashOperator(task_id='u', bash_command='true', trigger_rule='all_done').set_upstream(
        BashOperator(task_id='w', bash_command='true')
    )
""".replace("    from airflow.models import DAG as _D\n", "")


def test_a_triggered_run_has_its_conf(home: Home) -> None:
    text = bash_dag("d", {"t": "echo the colour is {{ dag_run.conf['colour'] }}"})
    home.dag("d.py", text.replace("'@once'", "None"))
    home.scheduler()
    home.until_listed("d")
    done = home.airflow("trigger_dag", "d", "-c", '{"colour": "green"}', "-r", "mine")
    assert done.returncode == 0, done.stderr
    assert home.until_ended("d") == "success"
    assert "the colour is green" in home.log("d", "t")
    again = home.airflow("dags", "trigger", "d", "-r", "mine")
    assert again.returncode == 1 and "mine" in again.stderr
    assert "Traceback" not in again.stderr


def test_deleting_a_dag_hides_it_until_its_file_changes(home: Home) -> None:
    """Also one that is read anew all the time, as it looks at the clock."""
    home.option("dag_processor", "min_file_process_interval", "1")
    reads = home.path / "reads"
    top = f"now = datetime.now()\nopen({str(reads)!r}, 'a').write('x')\n"
    text = bash_dag("d", {"t": "true"}).replace("with DAG", top + "with DAG")
    home.dag("d.py", text)
    home.scheduler()
    home.until_ended("d")
    assert home.airflow("delete_dag", "-y", "d").returncode == 0
    before = reads.stat().st_size
    home.until(lambda: reads.stat().st_size > before, "the file was read again")
    assert home.airflow("dags", "list", "-o", "json").stdout.strip() in {"", "[]"}
    home.dag("d.py", text + "\n# edited\n")
    home.until_listed("d")


def test_rows_deleted_under_a_running_run_harm_nobody_else(home: Home) -> None:
    gate = gated(home)
    home.scheduler()
    home.until(lambda: shells(home), "the task runs")
    for table in ("task_instance", "dag_run"):
        home.change(f"DELETE FROM {table} WHERE dag_id = 'd'")
    gate.touch()
    home.dag("e.py", bash_dag("e", {"t": "true"}))
    assert home.until_ended("e") == "success"
    assert "Traceback" not in home.said()


def test_a_database_that_somebody_holds_is_waited_for(home: Home) -> None:
    gate = gated(home)
    home.scheduler()
    home.until(lambda: shells(home), "the task runs")
    home.until(lambda: home.states("d") == {"t": "running"}, "that is known")
    holder = sqlite3.connect(home.database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    gate.touch()
    pid = shells(home)[0]
    home.until(lambda: pid not in home.processes(), "the task has ended meanwhile")
    assert home.states("d") == {"t": "running"}
    holder.execute("ROLLBACK")
    holder.close()
    assert home.until_ended("d") == "success"
    assert "Traceback" not in home.said()


# --- deployments ---------------------------------------------------------------------------------


def test_a_dag_folder_that_is_a_link_may_be_pointed_elsewhere(home: Home) -> None:
    """As git-sync and release folders do."""
    home.dags.rmdir()
    for number in (1, 2):
        release = home.path / f"releases/{number}"
        release.mkdir(parents=True)
        (release / "d.py").write_text(bash_dag(f"release{number}", {"t": "true"}))
    home.dags.symlink_to(home.path / "releases/1")
    home.scheduler()
    assert home.until_ended("release1") == "success"
    (home.path / "new").symlink_to(home.path / "releases/2")
    (home.path / "new").replace(home.dags)
    home.until_listed("release2", 5)
    gone = "SELECT 1 FROM dag WHERE dag_id = 'release1' AND NOT is_active"
    home.until(lambda: home.value(gone), "the old one is gone")


def test_a_dag_folder_that_is_moved_away_and_made_anew(home: Home) -> None:
    home.dag("one.py", bash_dag("one", {"t": "true"}))
    home.scheduler()
    assert home.until_ended("one") == "success"
    home.dags.rename(home.path / "old")
    home.dags.mkdir()
    gone = "SELECT 1 FROM dag WHERE dag_id = 'one' AND NOT is_active"
    home.until(lambda: home.value(gone), "what was in the old one is gone", 40)
    home.dag("two.py", bash_dag("two", {"t": "true"}))
    home.until_listed("two", 5)


def test_a_dag_folder_that_is_not_there_yet(home: Home) -> None:
    home.migrate()
    shutil.rmtree(home.dags)
    home.scheduler()
    assert home.dags.is_dir() or "dags" in home.said()
    home.dag("d.py", bash_dag("d", {"t": "true"}))
    assert home.until_ended("d", 40) == "success"


@pytest.mark.parametrize("name", ["with space", "ümlaut", "a'quote", "100%s", "{brace}"])
def test_homes_and_files_of_any_name(home: Home, name: str) -> None:
    moved = home.path / name
    moved.mkdir()
    home.env["AIRFLOW_HOME"] = str(moved)
    home.dags, home.database = moved / "dags", moved / "airflow.db"
    home.dag(f"{name}.py", bash_dag("d", {"t": "echo fine"}))
    done = home.airflow("db", "migrate")
    assert done.returncode == 0, done.stderr
    home.scheduler()
    assert home.until_ended("d") == "success"


def test_logs_that_cannot_be_written_do_not_stop_tasks(home: Home) -> None:
    gate = gated(home)
    home.scheduler()
    home.until(lambda: shells(home), "the task runs")
    shutil.rmtree(home.path / "logs")
    (home.path / "logs").write_text("a file where the folder should be")
    gate.touch()
    assert home.until_ended("d") == "success"
    home.dag("e.py", bash_dag("e", {"t": "true"}))
    assert home.until_ended("e") == "success"


# --- what a try leaves behind -----------------------------------------------------------------


def test_a_new_try_does_not_see_what_the_failed_one_has_pushed(home: Home) -> None:
    body = """
        from airflow.operators.python import get_current_context
        ti = get_current_context()['ti']
        print('before:', ti.xcom_pull(task_ids='t', key='half'))
        if ti.try_number == 1:
            ti.xcom_push(key='half', value='done')
            raise ValueError('first')
    """
    more = "retries=1, retry_delay=__import__('datetime').timedelta(0)"
    home.dag("d.py", python_dag("d", body, more=more))
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert "before: None" in home.log("d", "t", 2), home.log("d", "t", 2)
    assert home.sql("SELECT 1 FROM xcom WHERE key = 'half'") == []


def test_stopped_and_continued_processes_are_no_dead_ones(home: Home) -> None:
    """A machine that sleeps, a debugger, a frozen container."""
    gate = gated(home)
    scheduler = home.scheduler()
    home.until(lambda: shells(home), "the task runs")
    for number in (signal.SIGSTOP, signal.SIGCONT):
        os.kill(scheduler.pid, number)
        for pid in home.processes("airflow runner"):
            kill(pid, number)
        if number is signal.SIGSTOP:
            home.airflow("version")
    gate.touch()
    assert home.until_ended("d") == "success"
    assert home.instance("d", "t", "try_number") == 1
