"""Processes of the engine are killed in the middle of things. Nothing runs twice or is lost."""

import signal
import time
from pathlib import Path

import pytest

from tests.system.home import BASE, RUNNER, TASK, Home, bash_dag, kill, python_dag

#: Written with O_APPEND and synced: what a task has said is there whoever dies next.
LEDGER = """
import os, time
def note(word):
    file = os.open({path!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (word + '\\n').encode())
    os.fsync(file)
    os.close(file)
"""

MANY = """
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
LEDGER
def work(number):
    note(f'begin {number}')
    time.sleep(SECONDS)
    note(f'end {number}')
with DAG('many', start_date=datetime(2020, 1, 1), schedule='@once', max_active_tasks=500):
    for number in range(COUNT):
        PythonOperator(task_id=f't{number}', python_callable=work, op_args=[number])
"""


class Ledger:
    """What the tasks of a home have written down."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.path = home.path / "ledger"

    def code(self) -> str:
        """For the top of a DAG file."""
        return LEDGER.format(path=str(self.path))

    def lines(self) -> list[str]:
        """All of it."""
        return self.path.read_text().splitlines() if self.path.exists() else []

    def count(self, word: str) -> int:
        """How many lines begin so."""
        return sum(line.startswith(word) for line in self.lines())

    def until_begun(self, number: int = 1) -> None:
        """Wait until so many tasks have begun."""
        self.home.until(lambda: self.count("begin") >= number, f"{number} have begun", 60)


@pytest.fixture
def ledger(home: Home) -> Ledger:
    """The home's ledger."""
    return Ledger(home)


def place_many(home: Home, ledger: Ledger, count: int, seconds: float) -> None:
    text = MANY.replace("LEDGER", ledger.code()).replace("COUNT", str(count))
    home.dag("many.py", text.replace("SECONDS", str(seconds)))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("moment", [1, 20, 120])
def test_a_scheduler_killed_among_200_tasks_loses_and_repeats_nothing(
    home: Home, ledger: Ledger, moment: int
) -> None:
    count, seconds = 200, 0.2
    home.option("core", "parallelism", "16")
    place_many(home, ledger, count, seconds)
    scheduler = home.scheduler()
    ledger.until_begun(moment)
    scheduler.kill()
    scheduler.wait(10)
    # Tasks go on without a scheduler.
    begun = ledger.count("begin")
    home.until(lambda: ledger.count("end") >= begun, "what has begun ends by itself", 20)
    before = time.monotonic()
    home.scheduler()
    assert home.until_ended("many", 100) == "success"
    took = time.monotonic() - before
    assert sorted(ledger.lines()) == sorted(
        f"{word} {number}" for word in ("begin", "end") for number in range(count)
    )
    assert home.sql("SELECT DISTINCT state, try_number FROM task_instance") == [("success", 1)]
    assert home.value("SELECT count(*) FROM task_instance_history") == count
    # The tasks' own time and 10 s, with the forks of all of them on a busy machine.
    assert took < count * (seconds / 16 + 0.03) + 10


def test_a_scheduler_killed_again_and_again_completes_everything(
    home: Home, ledger: Ledger
) -> None:
    home.option("core", "parallelism", "8")
    place_many(home, ledger, 60, 0.1)
    for moment in (5, 15, 30, 45):
        scheduler = home.scheduler()
        ledger.until_begun(moment)
        scheduler.kill()
        scheduler.wait(10)
    home.scheduler()
    assert home.until_ended("many", 60) == "success"
    assert ledger.count("begin") == ledger.count("end") == 60 == len(set(ledger.lines())) // 2


def test_a_killed_runner_loses_its_attempts_visibly_and_they_are_tried_again(
    home: Home, ledger: Ledger
) -> None:
    body = """
        note('begin')
        if not os.path.exists(MARK):
            open(MARK, 'w').close()
            time.sleep(60)
        note('end')
    """.replace("MARK", repr(str(home.path / "mark")))
    more = "retries=1, retry_delay=__import__('datetime').timedelta(0)"
    home.dag("d.py", python_dag("d", body, top=ledger.code(), more=more))
    home.scheduler()
    home.until((home.path / "mark").exists, "the first try runs")
    (runner,) = home.processes(RUNNER)
    (task,) = home.processes(f"{TASK} d t")
    kill(runner, signal.SIGKILL)
    home.until(lambda: task not in home.processes(), "its task dies with it", 5)
    assert home.until_ended("d", 40) == "success"
    assert ledger.lines() == ["begin", "begin", "end"]
    reason = home.value("SELECT reason FROM task_instance_history WHERE try_number = 1")
    assert "lost" in reason
    assert home.instance("d", "t", "try_number") == 2


@pytest.mark.parametrize("who", ["base", "host"])
def test_a_killed_host_is_replaced(home: Home, ledger: Ledger, who: str) -> None:
    body = "note('begin')\ntime.sleep(0.5)\nnote('end')"
    more = "retries=2, retry_delay=__import__('datetime').timedelta(0)"
    home.dag("d.py", python_dag("d", body, top=ledger.code(), more=more))
    home.scheduler()
    ledger.until_begun()
    title = BASE if who == "base" else f"airflow host {home.dags}"
    for pid in home.processes(title):
        kill(pid, signal.SIGKILL)
    assert home.until_ended("d", 40) == "success"
    home.dag("e.py", bash_dag("e", {"t": "true"}))
    assert home.until_ended("e", 40) == "success"


@pytest.mark.parametrize("command", ["scheduler", "standalone"])
def test_sigterm_ends_each_service_cleanly(home: Home, ledger: Ledger, command: str) -> None:
    home.option("api", "port", "18473")
    body = "note('begin')\ntime.sleep(60)\nnote('end')"
    home.dag("d.py", python_dag("d", body, top=ledger.code()))
    process = home.scheduler() if command == "scheduler" else home.start("standalone")
    ledger.until_begun()
    before = time.monotonic()
    process.terminate()
    assert process.wait(30) == 0
    assert time.monotonic() - before < 10
    output = (home.path / f"{command}.out").read_text()
    assert "Traceback" not in output
    if command == "scheduler":
        # The task goes on; the next scheduler takes its result.
        assert home.processes(f"{TASK} d t")
        assert home.value("SELECT state FROM job ORDER BY id DESC") == "success"
    else:
        home.until(lambda: not home.processes(), "nothing is left", 10)


def test_the_runner_leaves_when_nobody_needs_it(home: Home) -> None:
    home.dag("d.py", bash_dag("d", {"t": "true"}))
    scheduler = home.scheduler()
    home.until_ended("d")
    scheduler.terminate()
    scheduler.wait(20)
    home.until(lambda: not home.processes(), "runner and hosts have gone", 25)


def test_what_ends_while_no_scheduler_is_there_is_told_to_the_next(
    home: Home, ledger: Ledger
) -> None:
    body = f"""
        note('begin')
        while not os.path.exists({str(home.path / "go")!r}):
            time.sleep(0.02)
        return [1, 2, 3]
    """
    home.dag("d.py", python_dag("d", body, top=ledger.code()))
    scheduler = home.scheduler()
    ledger.until_begun()
    scheduler.kill()
    scheduler.wait(10)
    (home.path / "go").touch()
    home.until(lambda: not home.processes(f"{TASK} d t"), "the task has ended")
    # The runner dies too: only its journal knows.
    (runner,) = home.processes(RUNNER)
    kill(runner, signal.SIGKILL)
    home.until(lambda: not home.processes(), "everything is gone")
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert ledger.count("begin") == 1
    assert home.value("SELECT value FROM xcom WHERE key = 'return_value'") == "[1, 2, 3]"


def test_stale_files_of_a_crash_do_not_keep_it_from_starting(home: Home) -> None:
    home.migrate()
    run = home.path / "run"
    run.mkdir(mode=0o700)
    for name in ("runner.sock", "scheduler.bell", "runner.lock", "scheduler.pid"):
        (run / name).write_text("left over")
    Path(run / "runner.journal").write_bytes(b"\x00\x01torn")
    home.dag("d.py", bash_dag("d", {"t": "true"}))
    home.scheduler()
    assert home.until_ended("d") == "success"
