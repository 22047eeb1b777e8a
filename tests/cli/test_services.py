"""Services: pid files, going to the background, waiting, jobs."""

import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from threading import Event

import psutil
import pytest

from tests.cli.conftest import Airflow
from venturi.cli.daemon import holder, is_alive, pid_kept, refuse_second
from venturi.core.clock import SystemClock
from venturi.core.errors import Conflict
from venturi.store.commands import jobs
from venturi.store.engine import Store

COMMAND = [sys.executable, "-m", "venturi.cli"]


def environ(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "AIRFLOW_HOME": str(tmp_path / "home")}


@pytest.mark.parametrize("name", ["triggerer", "dag-processor"])
def test_what_the_scheduler_does_itself_waits_to_be_stopped(tmp_path: Path, name: str) -> None:
    process = subprocess.Popen(
        [*COMMAND, name], env=environ(tmp_path), stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert "scheduler" in said and "is not needed" in said
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_a_daemon_leaves_a_pid_file_and_takes_it_along(tmp_path: Path) -> None:
    started = subprocess.run(
        [*COMMAND, "triggerer", "-D"],
        env=environ(tmp_path),
        stdout=subprocess.PIPE,
        text=True,
        timeout=30,
        check=True,
    )
    assert "is not needed" in started.stdout
    file = tmp_path / "home" / "airflow-triggerer.pid"
    pid = _appeared(file)
    process = psutil.Process(pid)
    try:
        assert process.ppid() != os.getpid()
        assert os.getsid(pid) != os.getsid(0)
        again = subprocess.run(
            [*COMMAND, "triggerer", "-D"],
            env=environ(tmp_path),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert again.returncode == 1 and f"as process {pid}" in again.stderr
    finally:
        process.terminate()
        process.wait(20)
    assert not file.exists()


def _appeared(file: Path) -> int:
    """The process id in a file, as soon as it is there."""
    clock = SystemClock()
    until = clock.monotonic() + 20
    while clock.monotonic() < until:
        pid = holder(file)
        if pid is not None:
            return pid
        Event().wait(0.02)
    raise AssertionError(f"{file} did not appear")


def test_a_pid_file_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    file = tmp_path / "x.pid"
    with subprocess.Popen(["true"]) as gone:
        gone.wait(10)
    file.write_text(f"{gone.pid}\n")
    with pid_kept(file):
        assert holder(file) == os.getpid()
    assert not file.exists()


def test_a_pid_file_of_somebody_elses_process_holds_nobody_up(tmp_path: Path) -> None:
    file = tmp_path / "x.pid"
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None and other.stdout is not None
        other.stdin.write(b"up\n")
        other.stdin.flush()
        other.stdout.readline()  # from here on it has its own command line
        file.write_text(str(other.pid))
        assert not is_alive(other.pid)
        refuse_second(file)
        other.kill()


def test_a_living_service_is_not_started_twice(tmp_path: Path) -> None:
    file = tmp_path / "x.pid"
    command = [sys.executable, "-c", "print('up', flush=True); input()  # airflow"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as other:
        assert other.stdout is not None
        other.stdout.readline()  # from here on it has its own command line
        file.write_text(str(other.pid))
        with pytest.raises(Conflict, match=f"kill {other.pid}"):
            refuse_second(file)
        other.kill()


def test_a_service_needs_the_tables(airflow: Airflow) -> None:
    for name in ("scheduler", "webserver"):
        said = airflow(name)
        assert said.code == 1 and "airflow db migrate" in said.err


def test_jobs_are_alive_while_they_are_heard_of(airflow: Airflow, store: Store) -> None:
    assert airflow("jobs", "check").code == 1
    now = SystemClock().now()

    def one(hostname: str, age: float) -> int:
        return store.retrying(
            lambda tx: jobs.register(
                tx,
                "SchedulerJob",
                now - timedelta(seconds=age),
                hostname=hostname,
                unixname="me",
                pid=1,
            )
        )

    old = one("far", 3600)
    assert airflow("jobs", "check").code == 1
    one("near", 0)
    assert airflow("jobs", "check", "--job-type", "SchedulerJob").out == "Found one alive job.\n"
    assert airflow("jobs", "check", "--hostname", "far").code == 1
    store.retrying(lambda tx: jobs.heartbeat(tx, old, now))
    said = airflow("jobs", "check", "--limit", "5")
    assert said.code == 1 and "Found 2 alive jobs" in said.err
    assert airflow("jobs", "check", "--allow-multiple").out == "Found 2 alive jobs.\n"
    store.retrying(lambda tx: jobs.finish(tx, old, now))
    states = {r["hostname"]: r["state"] for r in airflow("dags", "list-jobs", "-o", "json").json()}
    assert states == {"far": "success", "near": "running"}


def test_a_worker_is_looked_for_by_its_type_and_host(airflow: Airflow, store: Store) -> None:
    worker = ("jobs", "check", "--job-type", "CeleryWorker")
    assert airflow(*worker).code == 1
    now = SystemClock().now()
    for host in ("celery@a", "celery@b"):
        store.retrying(
            lambda tx, host=host: jobs.register(  # type: ignore[misc]
                tx, "CeleryWorker", now, hostname=host, unixname="me", pid=1
            )
        )
    assert airflow(*worker, "--hostname", "celery@a").out == "Found one alive job.\n"
    assert airflow(*worker, "--allow-multiple").out == "Found 2 alive jobs.\n"
    # A worker is not taken for the scheduler.
    for kind in ("SchedulerJob", "TriggererJob", "DagProcessorJob"):
        assert airflow("jobs", "check", "--job-type", kind).code == 1
    listed = airflow("dags", "list-jobs", "-o", "json").json()
    assert {(row["job_type"], row["hostname"], row["state"]) for row in listed} == {
        ("CeleryWorker", "celery@a", "running"),
        ("CeleryWorker", "celery@b", "running"),
    }


def test_what_the_scheduler_does_itself_is_checked_with_it(airflow: Airflow, store: Store) -> None:
    kinds = ("SchedulerJob", "DagProcessorJob", "TriggererJob")
    assert {airflow("jobs", "check", "--job-type", kind).code for kind in kinds} == {1}
    store.retrying(
        lambda tx: jobs.register(
            tx,
            "SchedulerJob",
            SystemClock().now(),
            hostname=socket.gethostname(),
            unixname="me",
            pid=1,
        )
    )
    for kind in kinds:
        assert airflow("jobs", "check", "--job-type", kind, "--local").code == 0
    both = airflow("jobs", "check", "--local", "--hostname", "here")
    assert both.code == 1 and "exclude each other" in both.err


def test_the_configuration_is_shown_value_by_value(
    airflow: Airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__PARALLELISM", "7")
    assert airflow("config", "get-value", "core", "parallelism").out == "7\n"
    assert (
        "Did you mean [core] parallelism" in airflow("config", "get-value", "core", "paralel").err
    )
    listed = airflow("config", "list", "--section", "core", "-s", "-V").out
    assert "# Source: env\nparallelism = 7\n" in listed
    assert "# Variable: AIRFLOW__CORE__PARALLELISM" in listed
    assert "fernet_key = < hidden >" in listed
    assert "no section [nope]" in airflow("config", "list", "--section", "nope").err


def test_what_could_be_better_in_the_configuration_is_said(
    airflow: Airflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No issues found" in airflow("config", "lint").out
    monkeypatch.setenv("AIRFLOW__CORE__DAG_CONCURRENCY", "3")
    assert "MAX_ACTIVE_TASKS_PER_DAG" in airflow("config", "lint").out
