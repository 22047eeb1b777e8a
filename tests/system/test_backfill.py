"""Backfills by a real scheduler, beside the DAG's own runs."""

import signal

import pytest

from tests.system.home import Home

DAILY = """
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG(
    "daily",
    start_date=datetime(2020, 1, 1),
    schedule=timedelta(days=1),
    catchup=False,
    max_active_runs=1,
):
    first = BashOperator(task_id="first", bash_command="{first}")
    first >> BashOperator(task_id="second", bash_command="echo day {{{{ ds }}}}")
"""
PERIOD = ("-s", "2020-03-01", "-e", "2020-03-06")


def runs(home: Home, state: str) -> list[str]:
    """Logical dates of backfill runs in a state, in the order in which they started."""
    rows = home.sql(
        "SELECT substr(logical_date, 6, 5) FROM dag_run "
        "WHERE run_type = 'backfill' AND state = ? ORDER BY start_date, id",
        state,
    )
    return [day for (day,) in rows]


@pytest.fixture
def daily(home: Home) -> Home:
    """A scheduler with a daily DAG."""
    home.dag("daily.py", DAILY.format(first="true"))
    home.scheduler()
    home.until_listed("daily")
    return home


def test_the_old_command_runs_a_period_to_its_end(daily: Home) -> None:
    done = daily.airflow("backfill", *PERIOD, "daily")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "6 of 6 runs succeeded, 0 failed"
    assert len(runs(daily, "success")) == 6
    assert daily.value("SELECT completed_at FROM backfill") is not None
    logs = (daily.path / "logs/dag_id=daily").glob("run_id=backfill*/task_id=second/attempt=1.log")
    assert sum("day 2020-03-0" in log.read_text() for log in logs) == 6


def test_a_backfill_runs_backwards_in_its_own_places(daily: Home) -> None:
    period = ("--from-date", "2020-03-01", "--to-date", "2020-03-04")
    words = ("backfill", "create", "--dag-id", "daily", *period, "--run-backwards")
    assert daily.airflow(*words, "--max-active-runs", "1").returncode == 0
    daily.until(lambda: len(runs(daily, "success")) == 4, "the backfill is done")
    assert runs(daily, "success") == ["03-04", "03-03", "03-02", "03-01"]


def test_ctrl_c_leaves_the_backfill_which_can_then_be_paused_and_cancelled(home: Home) -> None:
    go = home.path / "go"
    home.dag("daily.py", DAILY.format(first=f"until test -e {go}; do sleep 0.05; done"))
    home.scheduler()
    home.until_listed("daily")
    waiting = home.start("backfill", *PERIOD, "daily")
    home.until(lambda: runs(home, "running"), "a run has started")
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(20) == 130
    assert "airflow backfill cancel 1" in (home.path / "backfill.out").read_text()
    assert len(runs(home, "running")) == 1
    assert home.airflow("backfill", "pause", "1").returncode == 0
    go.touch()
    home.until(lambda: len(runs(home, "success")) == 1, "the run that had begun has ended")
    assert len(runs(home, "queued")) == 5
    assert home.airflow("backfill", "cancel", "1").returncode == 0
    assert len(runs(home, "failed")) == 5


def test_a_run_is_replayed_from_a_task_that_reads_what_one_before_it_left(home: Home) -> None:
    home.dag(
        "chain.py",
        """
        from datetime import datetime
        from airflow.sdk import dag, task

        @dag(start_date=datetime(2020, 1, 1), schedule="@once")
        def chain():
            @task
            def first():
                return "kept"

            @task
            def second(word, ds=None):
                print("second got", word, "on", ds)

            second(first())

        chain()
        """,
    )
    home.scheduler()
    assert home.until_ended("chain") == "success"
    before = home.sql("SELECT * FROM task_instance ORDER BY id")
    (old,) = home.sql("SELECT run_id FROM dag_run")[0]
    said = home.airflow("dags", "replay", "chain", old, "--from", "second")
    assert said.returncode == 0 and "taken over: first" in said.stdout, said.stderr
    home.until(lambda: len(home.sql("SELECT 1 FROM dag_run WHERE state = 'success'")) == 2, "ended")
    assert home.sql("SELECT * FROM task_instance ORDER BY id")[: len(before)] == before
    logs = (home.path / "logs/dag_id=chain").glob("run_id=manual*/task_id=second/attempt=1.log")
    (log,) = logs
    assert "second got kept on 2020-01-01" in log.read_text()
    assert home.value("SELECT max(try_number) FROM task_instance WHERE task_id = 'first'") == 1


def test_a_scheduler_that_comes_later_takes_the_backfill_up(daily: Home) -> None:
    for process in daily.started:
        process.terminate()
        process.wait(30)
    made = daily.airflow("dags", "backfill", "daily", *PERIOD, "--dry-run")
    assert made.stdout.count("it has no run yet") == 6
    period = ("--from-date", "2020-03-01", "--to-date", "2020-03-02")
    made = daily.airflow("backfill", "create", "--dag-id", "daily", *period)
    assert "No scheduler is running" in made.stderr
    daily.scheduler()
    daily.until(lambda: len(runs(daily, "success")) == 2, "the backfill is done")
