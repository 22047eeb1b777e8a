"""`airflow tasks ...` on a database, and tests of tasks without a scheduler."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests import make
from tests.cli import dagfile
from tests.cli.conftest import Airflow
from tests.store import home
from venturi.core.states import TaskState
from venturi.store.engine import Store

SPEC = make.dag(make.task("a", retries=1), make.task("b", "a"), dag_id="one")


@pytest.fixture
def one(store: Store) -> Store:
    home.put(store, SPEC, path="/dags/one.py")
    ended = make.NOW + timedelta(seconds=2)
    values = home.begun(
        TaskState.FAILED,
        try_number=2,
        max_tries=1,
        end_date=ended,
        duration=2.0,
        cpu_user=0.5,
        cpu_system=0.25,
        max_rss=50 << 20,
        reason="exit code 1",
    )
    upstream_failed = {"state": TaskState.UPSTREAM_FAILED}
    home.run(store, SPEC, state="failed", instances={"a": values, "b": upstream_failed})
    return store


def test_all_states_of_a_run_with_what_it_used_and_where_the_logs_are(
    airflow: Airflow, one: Store, tmp_path: Path
) -> None:
    a, b = airflow("tasks", "states-for-dag-run", "one", "r1", "-o", "json").json()
    assert (a["task_id"], a["state"], a["try_number"], a["duration"]) == ("a", "failed", 2, 2.0)
    assert (a["cpu_seconds"], a["max_rss_bytes"], a["reason"]) == (0.75, 50 << 20, "exit code 1")
    folder = tmp_path / "home" / "logs"
    assert a["log_path"] == f"{folder}/dag_id=one/run_id=r1/task_id=a/attempt=2.log"
    assert (b["state"], b["log_path"]) == ("upstream_failed", None)
    table = airflow("tasks", "states-for-dag-run", "one", "2026-11-21T12:00").out
    assert "50 MiB" in table and str(folder) in table and "map_index" not in table


def test_the_state_of_one_instance(airflow: Airflow, one: Store) -> None:
    assert airflow("task_state", "one", "a", "r1").out == "failed\n"
    assert "no task 'zz'" in airflow("tasks", "state", "one", "zz", "r1").err


def test_tasks_are_listed_by_name_and_with_all_about_them(airflow: Airflow, one: Store) -> None:
    assert airflow("list_tasks", "one").out == "a\nb\n"
    _, b = airflow("tasks", "list", "one", "-o", "json").json()
    assert (b["upstream"], b["trigger_rule"]) == (["a"], "all_success")


def test_clearing_shows_what_it_would_clear_and_asks(airflow: Airflow, one: Store) -> None:
    said = airflow("clear", "one", "-f")
    assert said.code == 1
    assert "Clear these 2 task instances?" in said.err and "upstream_failed" in said.out
    assert home.task_row(one, "a").state == "failed"
    said = airflow("clear", "one", "-t", "^a$", "-c")
    assert said.out.endswith("Cleared 1 task instances of 1 runs\n")
    assert home.task_row(one, "a").state is None
    assert home.run_row(one).state == "queued"
    (changed,) = airflow("tasks", "history", "one", "a", "r1", "-o", "json").json()
    assert (changed["state"], changed["try_number"]) == ("none", 2)
    assert changed["cause"] == f"cleared by {changed['actor']}"
    assert "Nothing has happened" in airflow("tasks", "history", "one", "b", "r1").out


def test_clearing_by_date_touches_no_other_run(airflow: Airflow, one: Store) -> None:
    home.run(one, SPEC, "r2", state="failed", days_ago=9, instances={"a": home.begun()})
    airflow("tasks", "clear", "one", "-y", "-s", "2026-11-20", "-e", "2026-11-22")
    assert home.task_row(one, "a", "r2").state == "success"
    assert home.task_row(one, "a", "r1").state is None
    assert "nothing to clear" in airflow("clear", "one", "-y", "-s", "2030-01-01").out


def test_clearing_by_expression_takes_every_dag_it_matches(airflow: Airflow, one: Store) -> None:
    other = make.dag(make.task("x"), dag_id="only")
    home.put(one, other, path="/dags/only.py")
    home.run(one, other, state="success", instances={"x": home.begun()})
    said = airflow("clear", "^on", "-dx", "-c")
    assert said.out.endswith("Cleared 3 task instances of 2 runs\n")


def test_why_a_task_does_not_run(airflow: Airflow, one: Store) -> None:
    said = airflow("task_failed_deps", "one", "a", "r1").out
    assert "it is failed (exit code 1); clear it" in said
    home.run(one, SPEC, "r2", days_ago=2)
    said = airflow("tasks", "failed-deps", "one", "b", "r2").out
    assert "Trigger Rule" in said and "all_success" in said
    assert airflow("tasks", "failed-deps", "one", "a", "r2").out == (
        "Task instance dependencies are all met.\n"
    )
    airflow("pause", "one")
    assert "DAG one: it is paused" in airflow("tasks", "failed-deps", "one", "a", "r2").out


def test_running_with_mark_success_only_marks(airflow: Airflow, one: Store) -> None:
    assert airflow("run", "one", "a", "r1", "-m").code == 0
    assert home.task_row(one, "a").state == "success"
    assert home.task_row(one, "b").state is None


def test_a_task_is_tested_without_scheduler_or_database(program: Airflow, tmp_path: Path) -> None:
    dagfile.write(tmp_path / "home")
    said = program("test", "ct", "print_date", "2016-05-14")
    assert said.code == 0
    assert "today is 2016-05-14" in said.out
    assert not (tmp_path / "home" / "airflow.db").exists()


def test_a_task_that_fails_its_test_exits_with_1(program: Airflow, tmp_path: Path) -> None:
    dagfile.write(tmp_path / "home")
    said = program("tasks", "test", "ct", "fail", "2016-05-14", "-t", '{"word": "bye"}')
    assert said.code == 1
    assert "bye" in said.out and "exit code 3" in said.err
    assert "Traceback" not in said.err


def test_templates_are_rendered_for_a_date(airflow: Airflow, tmp_path: Path) -> None:
    dagfile.write(tmp_path / "home")
    (fields,) = airflow("render", "ct", "fail", "2016-05-14", "-o", "json").json()
    assert fields["bash_command"] == "echo hello; exit 3"
    dry = airflow("tasks", "test", "ct", "print_date", "2016-05-14", "-n")
    assert "echo today is 2016-05-14" in dry.out


def test_a_file_outside_the_dag_folder_is_named(airflow: Airflow, tmp_path: Path) -> None:
    file = dagfile.write(tmp_path / "elsewhere")
    assert airflow("test", "ct", "print_date", "2016-05-14", "-sd", str(file)).code == 0
    assert airflow("tasks", "list", "ct", "-S", str(file)).out == "fail\nprint_date\n"
    said = airflow("test", "ct", "print_date", "2016-05-14", "-sd", "/nowhere")
    assert said.code == 1 and "no file or folder /nowhere" in said.err


def test_a_dag_that_no_file_defines_is_told_with_the_files_that_failed(
    airflow: Airflow, tmp_path: Path
) -> None:
    dagfile.write(tmp_path / "home", "bad.py", "from airflow import DAG\nDAG('ct'\n")
    said = airflow("test", "ct", "print_date", "2016-05-14")
    assert said.code == 1
    assert "defines a DAG 'ct'" in said.err and "bad.py" in said.err and "SyntaxError" in said.err


def test_a_whole_dag_is_tested(airflow: Airflow, tmp_path: Path) -> None:
    dagfile.write(tmp_path / "home")
    said = airflow("dags", "test", "ct", "2016-05-14", "--mark-success-pattern", "fail")
    assert said.code == 0, said.err
    assert "print_date | success" in said.out
    assert airflow("dags", "test", "ct", "2016-05-14").code == 1


def test_environment_variables_are_set_for_a_test(program: Airflow, tmp_path: Path) -> None:
    text = dagfile.TEXT.replace("echo today is {{ ds }}", "echo word is $WORD")
    dagfile.write(tmp_path / "home", text=text)
    said = program("tasks", "test", "ct", "print_date", "--env-vars", '{"WORD": "given"}')
    assert "word is given" in said.out
    said = program("tasks", "test", "ct", "print_date", "--env-vars", "[]")
    assert "--env-vars must be a JSON object" in said.err


def test_a_dag_file_is_its_own_program(tmp_path: Path) -> None:
    text = dagfile.TEXT + "\nif __name__ == '__main__':\n    dag.cli()\n"
    file = dagfile.write(tmp_path / "home", text=text)

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, str(file), *words],
            env={**os.environ, "AIRFLOW_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert "Traceback" not in done.stderr
        return done.stdout

    assert run("list_tasks") == "fail\nprint_date\n"
    assert "today is 2016-05-14" in run("test", "print_date", "2016-05-14")
