"""A scheduler that comes back with another configuration, while tasks of the old one run."""

import os
import signal
from pathlib import Path

import pytest

from tests.system.home import RUNNER, Home, kill, python_dag

DRAINING = f"{RUNNER} draining"

#: Says what it sees, waits for a file, says it again.
WAITS = """
    import os, pathlib, time
    print("begins with", os.environ["WORD"])
    with pathlib.Path({begun!r}).open("a") as file:
        print(os.getpid(), file=file)
    while not pathlib.Path({go!r}).exists():
        time.sleep(0.02)
    print("ends with", os.environ["WORD"])
"""
SAYS = "import os; print('the word is', os.environ['WORD'])"


@pytest.fixture
def go(home: Home) -> Path:
    """A task that runs under the runner of `WORD=old`; it ends once this file exists."""
    home.env["WORD"] = "old"
    go = home.path / "go"
    home.dag(
        "long.py", python_dag("long", WAITS.format(begun=str(home.path / "begun"), go=str(go)))
    )
    return go


def began(home: Home) -> list[str]:
    path = home.path / "begun"
    return path.read_text().split() if path.exists() else []


def restart_with(home: Home, word: str, number: int = signal.SIGTERM) -> None:
    scheduler = home.started[-1]
    kill(scheduler.pid, number)
    scheduler.wait(20)
    home.env["WORD"] = word
    home.scheduler()


def word_seen_by(home: Home, dag_id: str) -> str:
    home.dag(f"{dag_id}.py", python_dag(dag_id, SAYS))
    assert home.until_ended(dag_id) == "success"
    return home.log(dag_id, "t").partition("the word is ")[2].split()[0]


def test_new_tasks_see_the_new_environment_while_old_ones_end_in_theirs(
    home: Home, go: Path
) -> None:
    home.scheduler()
    home.until(lambda: began(home), "the long task runs")
    restart_with(home, "new")
    assert word_seen_by(home, "short") == "new"
    assert len(home.processes(DRAINING)) == 1 and len(home.processes(RUNNER)) == 2
    assert "finishes what it has (1 attempts)" in home.said()
    go.touch()
    assert home.until_ended("long") == "success"
    assert "ends with old" in home.log("long", "t")
    home.until(lambda: not home.processes(DRAINING), "the old runner has left")
    assert len(began(home)) == 1
    assert home.instance("long", "t", "try_number") == 1
    assert not list((home.path / "run").glob("[0-9]*"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["term", "kill"])
def test_a_draining_runner_is_found_again_by_the_next_scheduler(
    home: Home, go: Path, number: int
) -> None:
    home.scheduler()
    home.until(lambda: began(home), "the long task runs")
    restart_with(home, "new")
    assert word_seen_by(home, "short") == "new"
    restart_with(home, "newer", number)
    assert word_seen_by(home, "shorter") == "newer"
    go.touch()
    assert home.until_ended("long") == "success"
    home.until(lambda: not home.processes(DRAINING), "the old runners have left")
    assert len(began(home)) == 1


def test_what_ends_while_no_scheduler_is_there_is_told_to_the_next(home: Home, go: Path) -> None:
    home.scheduler()
    home.until(lambda: began(home), "the long task runs")
    restart_with(home, "new")
    home.until(lambda: home.processes(DRAINING), "the old runner drains")
    scheduler = home.started[-1]
    scheduler.terminate()
    scheduler.wait(20)
    go.touch()
    pid = int(began(home)[0])
    home.until(lambda: not Path(f"/proc/{pid}").exists(), "the task has ended")
    home.scheduler()
    assert home.until_ended("long") == "success"
    home.until(lambda: not home.processes(DRAINING), "the old runner has left")
    assert len(began(home)) == 1


def test_a_draining_runner_that_dies_loses_its_attempts_visibly(home: Home, go: Path) -> None:
    home.scheduler()
    home.until(lambda: began(home), "the long task runs")
    restart_with(home, "new")
    (pid,) = home.until(lambda: home.processes(DRAINING), "the old runner drains")
    os.kill(pid, signal.SIGKILL)
    assert home.until_ended("long") == "failed"
    assert "lost" in home.instance("long", "t", "reason")
    assert word_seen_by(home, "short") == "new"
    assert not go.exists()


def test_files_are_read_again_with_the_new_configuration(home: Home) -> None:
    home.option("core", "default_task_retries", "1")
    home.dag("d.py", python_dag("d", "pass"))
    home.scheduler()
    assert home.until_ended("d") == "success"
    home.option("core", "default_task_retries", "3")
    restart_with(home, "any")
    versions = "SELECT count(*) FROM dag_version WHERE dag_id = 'd'"
    home.until(lambda: home.value(versions) == 2, "the file has been read again")
    assert home.airflow("dags", "trigger", "d").returncode == 0

    def tries() -> list[int]:
        rows = home.sql("SELECT max_tries FROM task_instance WHERE dag_id = 'd' ORDER BY id")
        return [number for (number,) in rows]

    home.until(lambda: len(tries()) == 2, "the second run is there")
    assert tries() == [1, 3]


def test_the_same_configuration_keeps_its_runner(home: Home, go: Path) -> None:
    home.scheduler()
    home.until(lambda: began(home), "the long task runs")
    before = home.processes(RUNNER)
    restart_with(home, "old")
    assert word_seen_by(home, "short") == "old"
    assert home.processes(RUNNER) == before
    go.touch()
    assert home.until_ended("long") == "success"
