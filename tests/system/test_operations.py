"""Several schedulers, hangs, figures: real processes."""

import json
import os
import signal
import socket
from contextlib import suppress
from urllib.request import urlopen

import pytest

from tests.system.home import Home, bash_dag, fresh_home, kill
from tests.system.test_kills import place_many, until_begun
from tests.torture.ledger import Ledger
from venturi.store.bell import ring


def holder(home: Home) -> int:
    """The process id of the active scheduler."""
    found = home.sql("SELECT holder FROM scheduler_lease WHERE until IS NOT NULL")
    return int(found[0][0].rpartition(":")[2]) if found else 0


def standby(home: Home) -> int:
    """Start a second scheduler and wait until it stands by; its process id."""
    before = home.said().count("standing by")
    process = home.start("scheduler")
    home.until(lambda: home.said().count("standing by") > before, "it stands by", 60)
    return process.pid


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_second_scheduler_takes_over_long_before_the_lease_would_end(
    home: Home, number: signal.Signals
) -> None:
    home.option("venturi", "lease_seconds", "3600")  # waiting for its end would fail this test
    ledger = Ledger.place(home)
    place_many(home, 6, 2.0)
    home.option("core", "parallelism", "2")
    first = home.scheduler()
    second = standby(home)
    until_begun(home, ledger)
    kill(first.pid, number)
    home.until(lambda: holder(home) == second, "the second has taken over", 30)
    assert home.until_ended("many", 60) == "success"
    assert (ledger.count("start"), ledger.count("end")) == (6, 6)


@pytest.mark.timeout(120)
def test_a_scheduler_that_was_stopped_writes_nothing_when_it_wakes_up(home: Home) -> None:
    home.option("venturi", "lease_seconds", "2")
    ledger = Ledger.place(home)
    place_many(home, 6, 1.0)
    home.option("core", "parallelism", "2")
    first = home.scheduler()
    second = standby(home)
    until_begun(home, ledger)
    kill(first.pid, signal.SIGSTOP)
    home.until(lambda: holder(home) == second, "the second has taken over", 30)
    term = home.value("SELECT term FROM scheduler_lease")
    kill(first.pid, signal.SIGCONT)
    home.until(lambda: first.poll() is not None, "the first has ended", 30)
    assert "Another scheduler has taken over; this one stops." in home.said()
    assert home.until_ended("many", 60) == "success"
    assert (ledger.count("start"), ledger.count("end")) == (6, 6)
    assert home.value("SELECT term FROM scheduler_lease") == term
    assert holder(home) == second
    # Its bell is the one that hangs there.
    assert ring(home.path / "run")


@pytest.mark.timeout(120)
def test_schedulers_of_two_homes_share_a_database_and_take_over_at_once(home: Home) -> None:
    home.option("venturi", "lease_seconds", "3600")
    home.migrate()
    with fresh_home() as other:
        other.option("database", "sql_alchemy_conn", f"sqlite:///{home.database}")
        other.option("core", "dags_folder", str(home.dags))
        first = home.scheduler()
        second = other.start("scheduler")
        other.until(lambda: "standing by" in other.said(), "it stands by", 60)
        kill(first.pid, signal.SIGKILL)
        home.until(lambda: holder(home) == second.pid, "the other home has taken over", 30)


@pytest.mark.timeout(120)
def test_a_loop_that_hangs_is_replaced_and_no_run_is_affected(home: Home) -> None:
    """A file that never answers: what a dead network file system does."""
    ledger = Ledger.place(home)
    place_many(home, 2, 14.0)
    process = home.scheduler()
    until_begun(home, ledger, 2)
    pipe = home.dags / ".airflowignore"
    os.mkfifo(pipe)
    home.until(lambda: "loop has been hanging" in home.said(), "it is noticed", 40)
    assert "airflowignore" in home.said() or "ignore.py" in home.said()
    pipe.unlink()
    home.until(lambda: home.said().count("Scheduling with") == 2, "it schedules again", 60)
    assert process.poll() is None and holder(home) == process.pid
    assert home.until_ended("many", 60) == "success"
    assert (ledger.count("start"), ledger.count("end")) == (2, 2)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.timeout(120)
def test_statsd_and_prometheus_hear_airflows_names_and_lines_are_json(home: Home) -> None:
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        home.option("metrics", "statsd_on", "True")
        home.option("metrics", "statsd_host", "127.0.0.1")
        home.option("metrics", "statsd_port", str(listener.getsockname()[1]))
        home.option("venturi", "prometheus_port", str(port))
        home.option("logging", "json_logs", "True")
        home.dag("d.py", bash_dag("d", {"t": "true"}))
        home.dag("broken.py", "from airflow import DAG\n1 / 0\n")
        home.scheduler()
        assert home.until_ended("d") == "success"
        heard: dict[str, str] = {}

        def hear() -> dict[str, str]:
            with suppress(BlockingIOError):
                while True:
                    for line in listener.recv(65536).decode().splitlines():
                        name, _, value = line.partition(":")
                        heard[name] = value
            return heard

        wanted = {
            "airflow.ti.start.d.t",
            "airflow.ti.finish.d.t.success",
            "airflow.dag.d.t.duration",
            "airflow.ti_successes",
            "airflow.operator_successes_BashOperator",
            "airflow.dagrun.duration.success.d",
            "airflow.scheduler_heartbeat",
            "airflow.dagbag_size",
            "airflow.dag_processing.import_errors",
            "airflow.executor.open_slots",
            "airflow.pool.open_slots.default_pool",
        }
        home.until(lambda: wanted <= hear().keys(), "StatsD has heard all", 30)
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
        text = page.read().decode()
    assert "\nairflow_ti_successes_total 1\n" in text
    assert "\nairflow_ti_start_d_t_total 1\n" in text
    with urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as page:
        assert json.load(page) == {"status": "healthy"}
    events = [json.loads(line)["event"] for line in home.said().splitlines() if line[:1] == "{"]
    assert any(event.startswith("Scheduling with") for event in events)


@pytest.mark.timeout(120)
def test_the_port_for_figures_goes_over_to_the_next_scheduler(home: Home) -> None:
    port = free_port()
    home.option("venturi", "prometheus_port", str(port))
    first = home.scheduler()
    second = standby(home)
    kill(first.pid, signal.SIGKILL)
    home.until(lambda: home.said().count("Scheduling with") == 2, "the second is active", 60)
    assert holder(home) == second

    def scraped() -> bool:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page:
            return "airflow_scheduler_heartbeat_total" in page.read().decode()
        return False

    home.until(scraped, "the second answers", 30)
