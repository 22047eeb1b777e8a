"""What every executor promises, on each of them."""

import signal

import pytest

from tests.executors.setups import Setup
from tests.system.home import TASK, Home, bash_dag, kill, python_dag

pytestmark = pytest.mark.timeout(180)

RETRY = "retries=2, retry_delay=0.1"


def pids(setup: Setup, dag_id: str) -> list[int]:
    """Shells that the gated task of a DAG has written down, one for each attempt."""
    return [int(line) for line in setup.lines(f"pids-{dag_id}")]


def gated(setup: Setup, dag_id: str, more: str = "") -> None:
    """A DAG whose task `t` says so in its log, and waits for a file."""
    home = setup.home.path
    command = (
        f"echo begun; echo $$ >> {home}/pids-{dag_id}; "
        f"until [ -e {home}/go-{dag_id} ]; do sleep 0.05; done; echo ended"
    )
    setup.home.dag(f"{dag_id}.py", bash_dag(dag_id, {"t": command}, more=more))
    setup.home.until(lambda: pids(setup, dag_id), f"the task of {dag_id} runs", 30)


def let_go(setup: Setup, dag_id: str) -> None:
    """Let the gated task end."""
    (setup.home.path / f"go-{dag_id}").touch()


def ended(setup: Setup, dag_id: str) -> str:
    return setup.home.until_ended(dag_id, 60)


def reasons(home: Home, dag_id: str) -> list[str]:
    """Why tries of a DAG's task ended as they did, of the ones before the last too."""
    rows = home.sql(
        "SELECT reason FROM task_instance WHERE dag_id = ? "
        "UNION ALL SELECT reason FROM task_instance_history WHERE dag_id = ?",
        dag_id,
        dag_id,
    )
    return [str(row[0]) for row in rows]


def test_a_task_succeeds_and_its_log_is_here(setup: Setup) -> None:
    setup.home.dag("plain.py", bash_dag("plain", {"t": "echo hello from $AIRFLOW_CTX_DAG_ID"}))
    assert ended(setup, "plain") == "success"
    setup.home.until(lambda: "hello from plain" in setup.logs("plain"), "the log is here")
    assert setup.home.instance("plain", "t", "hostname")
    assert setup.home.instance("plain", "t", "pid") > 0


def test_a_failing_task_is_tried_again_and_each_try_has_its_log(setup: Setup) -> None:
    count = setup.home.path / "count"
    command = f"echo x >> {count}; test $(wc -l < {count}) -ge 3"
    setup.home.dag("again.py", bash_dag("again", {"t": command}, more=RETRY))
    assert ended(setup, "again") == "success"
    assert setup.home.instance("again", "t", "try_number") == 3
    setup.home.until(lambda: "success" in setup.logs("again", 3), "the last log is here")
    assert "exit code 1" in setup.logs("again", 1)


def test_a_task_that_fails_for_good_says_why(setup: Setup) -> None:
    setup.home.dag("bad.py", python_dag("bad", "raise ValueError('the moon is full')"))
    assert ended(setup, "bad") == "failed"
    assert "the moon is full" in str(setup.home.instance("bad", "t", "reason"))
    setup.home.until(lambda: "the moon is full" in setup.logs("bad"), "the log is here")


def test_a_task_that_takes_too_long_is_ended(setup: Setup) -> None:
    more = "execution_timeout=__import__('datetime').timedelta(seconds=0.5)"
    setup.home.dag("slow.py", bash_dag("slow", {"t": "sleep 60"}, more=more))
    assert ended(setup, "slow") == "failed"
    assert "timeout" in str(setup.home.instance("slow", "t", "reason")).lower()


def test_a_task_process_that_is_killed_costs_one_try(setup: Setup) -> None:
    gated(setup, "shot", RETRY)
    for pid in setup.home.processes(f"{TASK} shot"):
        kill(pid, signal.SIGKILL)
    setup.home.until(lambda: len(pids(setup, "shot")) == 2, "it runs again", 30)
    let_go(setup, "shot")
    assert ended(setup, "shot") == "success"
    assert setup.home.instance("shot", "t", "try_number") == 2
    assert any("SIGKILL" in reason for reason in reasons(setup.home, "shot"))


def test_tasks_exchange_xcoms_small_and_large(setup: Setup) -> None:
    setup.home.dag(
        "talk.py",
        """
        from datetime import datetime
        from airflow.decorators import dag, task

        @dag(start_date=datetime(2020, 1, 1), schedule="@once")
        def talk():
            @task
            def give():
                return {"small": 1, "large": "x" * 300_000}
            @task
            def take(value, ti=None):
                assert value["small"] == 1 and len(value["large"]) == 300_000
                ti.xcom_push("seen", "yes")
                assert ti.xcom_pull(task_ids="give")["small"] == 1
            take(give())
        talk()
        """,
    )
    assert ended(setup, "talk") == "success"
    query = "SELECT value FROM xcom WHERE dag_id = 'talk' AND \"key\" = 'seen'"
    assert setup.home.value(query) == '"yes"'


def test_tasks_read_and_write_variables_and_read_connections(setup: Setup) -> None:
    assert setup.home.airflow("variables", "set", "greeting", "good evening").returncode == 0
    added = setup.home.airflow("connections", "add", "db", "--conn-uri", "mysql://u:secret9@h/x")
    assert added.returncode == 0, added.stderr
    body = """
    from airflow.models import Variable
    from airflow.hooks.base import BaseHook
    print(Variable.get("greeting"))
    Variable.set("answer", "and to you")
    connection = BaseHook.get_connection("db")
    assert connection.login == "u" and connection.password == "secret9"
    print("the password is secret9")
    """
    setup.home.dag("vars.py", python_dag("vars", body))
    assert ended(setup, "vars") == "success"
    setup.home.until(lambda: "the password is ***" in setup.logs("vars"), "the log is here")
    assert "good evening" in setup.logs("vars")
    shown = setup.home.airflow("variables", "get", "answer")
    assert shown.stdout.strip() == "and to you"


def test_the_log_can_be_read_while_the_task_runs(setup: Setup) -> None:
    gated(setup, "live")
    setup.home.until(lambda: "begun" in setup.logs("live"), "the first line is here")
    assert setup.home.instance("live", "t", "state") in {"queued", "running"}
    let_go(setup, "live")
    assert ended(setup, "live") == "success"
    setup.home.until(lambda: "ended" in setup.logs("live"), "the last line is here")
    assert setup.logs("live").count("begun") == 2  # the command, and what it printed


def test_clearing_a_running_task_ends_it_and_runs_it_again(setup: Setup) -> None:
    gated(setup, "cleared")
    (first,) = pids(setup, "cleared")
    assert setup.home.airflow("tasks", "clear", "-y", "cleared").returncode == 0
    setup.home.until(lambda: len(pids(setup, "cleared")) == 2, "it runs again", 40)
    setup.home.until(lambda: first not in setup.home.processes(), "the first has ended", 30)
    let_go(setup, "cleared")
    assert ended(setup, "cleared") == "success"
    assert len(pids(setup, "cleared")) == 2


def test_a_scheduler_that_is_killed_loses_nothing(setup: Setup) -> None:
    gated(setup, "kept")
    setup.restart_scheduler(signal.SIGKILL)
    let_go(setup, "kept")
    assert ended(setup, "kept") == "success"
    assert len(pids(setup, "kept")) == 1
    assert setup.home.instance("kept", "t", "try_number") == 1
    setup.home.until(lambda: setup.logs("kept").rstrip().endswith("success"), "all of the log")
    assert setup.logs("kept").count("ended") == 2


def test_what_ends_while_no_scheduler_runs_is_told_to_the_next_one(setup: Setup) -> None:
    gated(setup, "told")
    assert setup.scheduler is not None
    setup.scheduler.terminate()
    setup.scheduler.wait(20)
    (pid,) = pids(setup, "told")
    let_go(setup, "told")
    setup.home.until(lambda: pid not in setup.home.processes(), "the task has ended")
    setup.scheduler = setup.home.scheduler()
    assert ended(setup, "told") == "success"
    assert len(pids(setup, "told")) == 1


def test_what_a_killed_worker_ran_is_lost_and_tried_again(setup: Setup) -> None:
    gated(setup, "lost", RETRY)
    (first,) = pids(setup, "lost")
    setup.kill_runner()
    setup.home.until(lambda: first not in setup.home.processes(), "its task died with it", 10)
    setup.start_worker()
    setup.home.until(lambda: len(pids(setup, "lost")) == 2, "it runs again", 40)
    let_go(setup, "lost")
    assert ended(setup, "lost") == "success"
    assert setup.home.instance("lost", "t", "try_number") == 2
    assert any(reason.startswith("lost") for reason in reasons(setup.home, "lost"))
