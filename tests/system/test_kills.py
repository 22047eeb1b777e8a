"""Processes of the engine are killed in the middle of things. Nothing runs twice or is lost."""

import signal
import time
from pathlib import Path

import pytest

from tests.system.home import BASE, RUNNER, TASK, Home, bash_dag, kill, python_dag
from tests.torture.homes import fan
from tests.torture.ledger import Ledger


@pytest.fixture
def ledger(home: Home) -> Ledger:
    """The home's ledger."""
    return Ledger.place(home)


def until_begun(home: Home, ledger: Ledger, number: int = 1) -> None:
    """Wait until so many tasks have begun."""
    home.until(lambda: ledger.count("start") >= number, f"{number} have begun", 60)


def place_many(home: Home, count: int, seconds: float) -> None:
    """A DAG of so many tasks."""
    text = fan("many", count, arguments=str(seconds), dag="max_active_tasks=500")
    home.dag("many.py", text)


def noting_dag(body: str, *, more: str = "") -> str:
    """DAG `d` with one task `t` whose body takes notes itself."""
    return python_dag(
        "d",
        body,
        top="import os, time\nfrom notes import note, noted",
        more=more,
        arguments="ti",
    )


def words(ledger: Ledger) -> list[str]:
    """The words of all notes."""
    return [line.word for line in ledger.lines()]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("moment", [1, 20, 120])
def test_a_scheduler_killed_among_200_tasks_loses_and_repeats_nothing(
    home: Home, ledger: Ledger, moment: int
) -> None:
    count, seconds = 200, 0.2
    home.option("core", "parallelism", "16")
    place_many(home, count, seconds)
    scheduler = home.scheduler()
    until_begun(home, ledger, moment)
    scheduler.kill()
    scheduler.wait(10)
    # Tasks go on without a scheduler.
    begun = ledger.count("start")
    home.until(lambda: ledger.count("end") >= begun, "what has begun ends by itself", 20)
    before = time.monotonic()
    home.scheduler()
    assert home.until_ended("many", 100) == "success"
    took = time.monotonic() - before
    assert sorted((line.word, line.task) for line in ledger.lines()) == sorted(
        (word, f"t{number}") for word in ("start", "end") for number in range(count)
    )
    assert home.sql("SELECT DISTINCT state, try_number FROM task_instance") == [("success", 1)]
    assert home.value("SELECT count(*) FROM task_instance_history") == count
    # The tasks' own time and 10 s, with the forks of all of them on a busy machine.
    assert took < count * (seconds / 16 + 0.03) + 10


def test_a_scheduler_killed_again_and_again_completes_everything(
    home: Home, ledger: Ledger
) -> None:
    home.option("core", "parallelism", "8")
    place_many(home, 60, 0.1)
    for moment in (5, 15, 30, 45):
        scheduler = home.scheduler()
        until_begun(home, ledger, moment)
        scheduler.kill()
        scheduler.wait(10)
    home.scheduler()
    assert home.until_ended("many", 60) == "success"
    assert ledger.count("start") == ledger.count("end") == 60


def test_a_killed_runner_loses_its_attempts_visibly_and_they_are_tried_again(
    home: Home, ledger: Ledger
) -> None:
    body = """
        note('start', ti)
        if not os.path.exists(MARK):
            open(MARK, 'w').close()
            time.sleep(60)
        note('end', ti)
    """.replace("MARK", repr(str(home.path / "mark")))
    more = "retries=1, retry_delay=__import__('datetime').timedelta(0)"
    home.dag("d.py", noting_dag(body, more=more))
    home.scheduler()
    home.until((home.path / "mark").exists, "the first try runs")
    (runner,) = home.processes(RUNNER)
    (task,) = home.processes(f"{TASK} d t")
    kill(runner, signal.SIGKILL)
    home.until(lambda: task not in home.processes(), "its task dies with it", 5)
    assert home.until_ended("d", 40) == "success"
    assert words(ledger) == ["start", "start", "end"]
    reason = home.value("SELECT reason FROM task_instance_history WHERE try_number = 1")
    assert "lost" in reason
    assert home.instance("d", "t", "try_number") == 2


@pytest.mark.parametrize("who", ["base", "host"])
def test_a_killed_host_is_replaced(home: Home, ledger: Ledger, who: str) -> None:
    body = "note('start', ti)\ntime.sleep(0.5)\nnote('end', ti)"
    more = "retries=2, retry_delay=__import__('datetime').timedelta(0)"
    home.dag("d.py", noting_dag(body, more=more))
    home.scheduler()
    until_begun(home, ledger)
    title = BASE if who == "base" else f"airflow host {home.dags}"
    for pid in home.processes(title):
        kill(pid, signal.SIGKILL)
    assert home.until_ended("d", 40) == "success"
    home.dag("e.py", bash_dag("e", {"t": "true"}))
    assert home.until_ended("e", 40) == "success"


@pytest.mark.parametrize("command", ["scheduler", "standalone"])
def test_sigterm_ends_each_service_cleanly(home: Home, ledger: Ledger, command: str) -> None:
    home.option("api", "port", "18473")
    body = "note('start', ti)\ntime.sleep(60)\nnote('end', ti)"
    home.dag("d.py", noting_dag(body))
    process = home.scheduler() if command == "scheduler" else home.start("standalone")
    until_begun(home, ledger)
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
        note('start', ti)
        while not os.path.exists({str(home.path / "go")!r}):
            time.sleep(0.02)
        return [1, 2, 3]
    """
    home.dag("d.py", noting_dag(body))
    scheduler = home.scheduler()
    until_begun(home, ledger)
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
    assert ledger.count("start") == 1
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


def test_what_was_cleared_while_no_scheduler_was_there_ends_when_one_comes(
    home: Home, ledger: Ledger
) -> None:
    body = """
        note('start', ti)
        if not os.path.exists(MARK):
            open(MARK, 'w').close()
            time.sleep(120)
        note('end', ti)
    """.replace("MARK", repr(str(home.path / "mark")))
    home.dag("d.py", noting_dag(body))
    scheduler = home.scheduler()
    home.until((home.path / "mark").exists, "the first attempt runs")
    (task,) = home.processes(f"{TASK} d t")
    home.until(lambda: home.instance("d", "t", "state") == "running", "that is known")
    scheduler.kill()
    scheduler.wait(10)
    cleared = home.airflow("tasks", "clear", "d", "-y")
    assert cleared.returncode == 0, cleared.stderr
    home.scheduler()
    home.until(lambda: task not in home.processes(), "the old attempt is ended", 20)
    assert home.until_ended("d", 40) == "success"
    assert words(ledger) == ["start", "start", "end"]
