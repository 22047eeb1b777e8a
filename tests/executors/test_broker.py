"""Brokers that forget, repeat, lie and go away: nothing of it changes what runs, and how often."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from tests.executors.conftest import broker
from tests.executors.setups import Setup, running
from tests.services.find import private
from tests.services.rabbitmq import RabbitMq
from tests.services.redis import Redis, said
from tests.services.server import ServiceMissing
from tests.system.home import Home, bash_dag, fresh_home, kill
from venturi.executors.celery.doorbell import TASK, Doorbell, signed
from venturi.executors.celery.gateway import NAME
from venturi.executors.celery.keys import Keys

pytestmark = pytest.mark.timeout(240)


def ledger_dag(
    setup: Setup, dag_id: str, count: int, command: str = "true", more: str = ""
) -> None:
    """A DAG of independent tasks that write their name into a ledger."""
    tasks = {
        f"t{n}": f"echo t{n} >> {setup.home.path}/ledger-{dag_id}; {command}" for n in range(count)
    }
    setup.home.dag(f"{dag_id}.py", bash_dag(dag_id, tasks, dag="max_active_tasks=100", more=more))


def until_queued(setup: Setup, dag_id: str, count: int) -> None:
    setup.home.until(
        lambda: list(setup.home.states(dag_id).values()).count("queued") == count, "all are queued"
    )


@pytest.fixture(scope="module", params=["rabbitmq", "redis"])
def celery(request: pytest.FixtureRequest) -> Iterator[Setup]:
    """An installation on a broker of others', of which it has a part to itself."""
    for url in broker(request, request.param):
        with running(f"celery-{request.param}", url) as made:
            yield made


#: What does not hang on the kind of broker is shown on one of them.
on_rabbitmq = pytest.mark.parametrize("celery", ["rabbitmq"], indirect=True)
on_redis = pytest.mark.parametrize("celery", ["redis"], indirect=True)


def app_of(setup: Setup) -> Any:
    """Somebody who can reach the broker too."""
    app = Celery(broker=setup.home.env["AIRFLOW__CELERY__BROKER_URL"], set_as_current=False)
    app.conf.task_default_queue = "default"
    return app


def stop_worker(setup: Setup) -> str:
    """Warm shutdown; what the worker has printed."""
    assert setup.worker is not None
    setup.worker.terminate()
    assert setup.worker.wait(40) == 0
    setup.worker = None
    return setup.output.read_text()


def purge(setup: Setup, request: pytest.FixtureRequest) -> None:
    """Have the broker forget everything of this installation's."""
    url = setup.home.env["AIRFLOW__CELERY__BROKER_URL"]
    if url.startswith("redis"):
        said(request.getfixturevalue("redis"), int(url.rpartition("/")[2]), "FLUSHDB")
    else:
        ctl = request.getfixturevalue("rabbitmq").ctl
        vhost = url.rpartition("/")[2]
        for queue in ctl("-p", vhost, "list_queues", "name", "--no-table-headers").split():
            ctl("purge_queue", "-p", vhost, queue)


def test_a_broker_that_forgets_loses_no_task(celery: Setup, request: pytest.FixtureRequest) -> None:
    stop_worker(celery)
    ledger_dag(celery, "amnesia", 12)
    until_queued(celery, "amnesia", 12)
    purge(celery, request)
    celery.start_worker()
    assert celery.home.until_ended("amnesia", 60) == "success"
    assert sorted(celery.lines("ledger-amnesia")) == sorted(f"t{n}" for n in range(12))


def test_bells_that_are_repeated_or_forged_start_nothing(celery: Setup) -> None:
    stop_worker(celery)
    ledger_dag(celery, "storm", 6)
    until_queued(celery, "storm", 6)
    key = celery.home.airflow("config", "get-value", "core", "fernet_key").stdout.strip()
    rows = celery.home.sql("SELECT id, try_number, epoch FROM task_instance WHERE dag_id = 'storm'")
    app = app_of(celery)
    with app.connection_for_write() as connection:
        for ti_id, try_number, epoch in rows:
            bell = Doorbell(ti_id, try_number, epoch)
            again = signed(bell, Keys(key).bell)
            of_others = signed(bell, Keys("another secret").bell)
            of_the_past = signed(bell._replace(epoch=epoch - 1), Keys(key).bell)
            of_the_future = signed(bell._replace(epoch=epoch + 1), Keys(key).bell)
            for args in (again, again, again, of_others, of_the_past, of_the_future, ["x"]):
                app.send_task(TASK, args=args, queue="default", connection=connection)
        with connection.channel() as channel:
            producer = connection.Producer(channel)
            for body in (b"", b"junk", b"\x94\xa1a\xa1b\xc4\x00\xc4\x00"):
                producer.publish(
                    body,
                    exchange="",
                    routing_key=NAME,
                    content_type="application/octet-stream",
                    content_encoding="binary",
                )
    celery.start_worker()
    assert celery.home.until_ended("storm", 60) == "success"
    celery.home.until(lambda: "not signed" in celery.output.read_text(), "the forged are told")
    assert sorted(celery.lines("ledger-storm")) == sorted(f"t{n}" for n in range(6))
    assert celery.home.value("SELECT MAX(try_number) FROM task_instance") == 1


@on_rabbitmq
def test_a_worker_that_is_stopped_finishes_what_it_runs(celery: Setup) -> None:
    go = celery.home.path / "go-drain"
    ledger_dag(celery, "drain", 1, f"until [ -e {go} ]; do sleep 0.05; done")
    celery.home.until(lambda: celery.lines("ledger-drain"), "it runs")
    assert celery.worker is not None
    stopped = celery.home.airflow("celery", "stop")
    assert stopped.returncode == 0, stopped.stderr
    ledger_dag(celery, "later", 1)
    until_queued(celery, "later", 1)
    assert celery.worker.poll() is None
    go.touch()
    assert celery.home.until_ended("drain") == "success"
    assert celery.worker.wait(40) == 0
    celery.home.until(lambda: "has left" in celery.home.said(), "it says farewell")
    gone = "SELECT state FROM job WHERE job_type = 'CeleryWorker' ORDER BY id DESC LIMIT 1"
    celery.home.until(lambda: celery.home.value(gone) == "success", "its row has ended")
    assert celery.lines("ledger-later") == []
    celery.start_worker()
    assert celery.home.until_ended("later", 40) == "success"
    assert celery.home.sql("SELECT DISTINCT try_number FROM task_instance") == [(1,)]


@on_redis
def test_queues_have_workers_of_their_own_and_celery_knows_them(celery: Setup) -> None:
    ledger_dag(celery, "special", 1, more="queue='special'")
    ledger_dag(celery, "usual", 1)
    assert celery.home.until_ended("usual", 40) == "success"
    assert celery.lines("ledger-special") == []
    why = celery.home.airflow("why", "special", "t0").stdout
    assert "no worker hears queue 'special'" in why and "celery worker -q special" in why
    jobs = celery.home.airflow("jobs", "check", "--job-type", "CeleryWorker")
    assert jobs.returncode == 0, jobs.stderr
    listed = celery.home.airflow("celery", "list-workers", "-o", "plain").stdout
    name = next(word for word in listed.split() if word.startswith("celery@"))
    assert "default" in listed and "special" not in listed
    added = celery.home.airflow("celery", "add-queue", "-q", "special", "-H", name)
    assert added.returncode == 0, added.stderr
    assert celery.home.until_ended("special", 40) == "success"
    # The row of one that was killed before may stand there for its lease.
    assert celery.worker is not None
    heard = f"SELECT queues FROM job WHERE job_type = 'CeleryWorker' AND pid = {celery.worker.pid}"
    celery.home.until(lambda: celery.home.value(heard) == "default,special", "the row says so", 20)
    assert app_of(celery).control.inspect(timeout=3).ping() == {name: {"ok": "pong"}}


@on_redis
def test_each_task_may_name_its_executor(celery: Setup) -> None:
    celery.home.option("core", "executor", "LocalExecutor,CeleryExecutor")
    celery.restart_scheduler(signal.SIGTERM)
    ledger_dag(celery, "here", 1)
    ledger_dag(celery, "there", 1, more="executor='CeleryExecutor'")
    assert celery.home.until_ended("here", 40) == "success"
    assert celery.home.until_ended("there", 40) == "success"
    assert celery.home.instance("here", "t0", "external_executor_id") is None
    assert "celery@" in str(celery.home.instance("there", "t0", "external_executor_id"))
    celery.home.option("core", "executor", "CeleryExecutor")
    celery.restart_scheduler(signal.SIGTERM)


@on_rabbitmq
def test_a_bridge_that_is_killed_is_replaced_and_loses_nothing(celery: Setup) -> None:
    go = celery.home.path / "go-bridge"
    ledger_dag(celery, "bridge", 3, f"until [ -e {go} ]; do sleep 0.05; done")
    celery.home.until(lambda: len(celery.lines("ledger-bridge")) == 3, "they run")
    for title in ("airflow bridge", "airflow gateway"):
        for pid in celery.home.processes(title):
            kill(pid, signal.SIGKILL)
    go.touch()
    assert celery.home.until_ended("bridge", 60) == "success"
    assert sorted(celery.lines("ledger-bridge")) == ["t0", "t1", "t2"]


@on_redis
def test_a_worker_with_another_key_is_refused_on_both_sides(celery: Setup) -> None:
    with fresh_home() as other:
        other.env |= {
            name: value for name, value in celery.home.env.items() if name.startswith("AIRFLOW__")
        }
        other.airflow("version")
        done = other.airflow("celery", "worker", seconds=60)
        assert done.returncode == 1
        assert "another key" in done.stderr and "fernet_key" in done.stderr
    celery.home.until(lambda: "another key" in celery.home.said(), "the scheduler says so too")
    ledger_dag(celery, "unmoved", 1)
    assert celery.home.until_ended("unmoved", 40) == "success"


# --- brokers that are ours to kill ---------------------------------------------------------------


@pytest.fixture(params=["rabbitmq", "redis"])
def own(request: pytest.FixtureRequest) -> Iterator[RabbitMq | Redis]:
    """A broker that may be killed."""
    request.getfixturevalue(request.param)  # skips where it cannot be had
    try:
        server: Any = private(request.param)
    except ServiceMissing as missing:
        pytest.skip(str(missing))
    with server:
        yield server


def test_a_broker_that_dies_and_comes_back_empty_loses_nothing(own: RabbitMq | Redis) -> None:
    with running(f"celery-{own.name}", own.url) as setup:
        go = setup.home.path / "go"
        ledger_dag(setup, "outage", 6, f"until [ -e {go} ]; do sleep 0.05; done")
        setup.home.until(lambda: len(setup.lines("ledger-outage")) == 4, "four run")
        until_queued(setup, "outage", 2)
        own.kill()
        go.touch()  # they end while nobody can be told
        setup.home.until(lambda: "cannot be reached" in setup.home.said(), "the scheduler says so")
        assert "Tasks for workers wait" in setup.home.said()
        waiting = next(
            task for task, state in setup.home.states("outage").items() if state == "queued"
        )
        why = setup.home.airflow("why", "outage", waiting).stdout
        assert "waits for the broker" in why and "cannot be reached" in why
        own.start()
        assert setup.home.until_ended("outage", 90) == "success"
        assert sorted(setup.lines("ledger-outage")) == sorted(f"t{n}" for n in range(6))
        assert setup.home.value("SELECT MAX(try_number) FROM task_instance") == 1


def is_gone(pid: str) -> bool:
    """Whether a process has ended."""
    return not Path(f"/proc/{pid}").exists()


def says(output: Path, words: str) -> bool:
    """Whether these words stand in a file."""
    return words in output.read_text()


def tree(home: Home, worker: subprocess.Popen[bytes]) -> list[int]:
    """All processes of one worker."""
    titles = ("airflow bridge", "airflow runner", "airflow host", "airflow task")
    return [worker.pid, *(pid for title in titles for pid in home.processes(title))]


@pytest.mark.parametrize("frozen", ["worker", "bridge"])
def test_a_silent_worker_loses_its_tasks_and_has_ended_them_before(
    frozen: str, redis: Redis, request: pytest.FixtureRequest
) -> None:
    for url in broker(request, "redis"):
        with running("celery-redis", url) as setup, fresh_home() as second:
            setup.home.option("venturi", "worker_lease_seconds", "6")
            setup.restart_scheduler(signal.SIGTERM)
            pids = setup.home.path / "pids"
            go = setup.home.path / "go"
            command = f"echo $$ >> {pids}; until [ -e {go} ]; do sleep 0.05; done"
            more = "retries=1, retry_delay=0.1"
            setup.home.dag("frozen.py", bash_dag("frozen", {"t": command}, more=more))
            (first,) = setup.home.until(lambda: setup.lines("pids"), "it runs", 30)
            second.env |= {k: v for k, v in setup.home.env.items() if k.startswith("AIRFLOW__")}
            (second.path / "airflow.cfg").write_text((setup.home.path / "airflow.cfg").read_text())
            second.start("celery", "worker", "-cn", "celery@second")
            assert setup.worker is not None
            stopped = (
                setup.home.processes("airflow bridge")
                if frozen == "bridge"
                else tree(setup.home, setup.worker)
            )
            for pid in [setup.worker.pid, *stopped]:
                kill(pid, signal.SIGSTOP)
            if frozen == "bridge":  # the runner ends the task before the lease is over
                setup.home.until(partial(is_gone, first), "it has ended", 6)
                assert len(setup.lines("pids")) == 1
            setup.home.until(lambda: len(setup.lines("pids")) == 2, "the second runs it", 40)
            for pid in [setup.worker.pid, *stopped]:
                kill(pid, signal.SIGCONT)
            setup.home.until(partial(is_gone, first), "it is ended", 20)
            go.touch()
            assert setup.home.until_ended("frozen", 40) == "success"
            assert setup.home.instance("frozen", "t", "try_number") == 2
            reason = str(setup.home.value("SELECT reason FROM task_instance_history"))
            assert re.search(r"nothing was heard of worker celery@\S+ \(host .*, pid \d+\)", reason)


@on_redis
def test_no_worker_starts_twice_under_one_name(celery: Setup) -> None:
    done = celery.home.airflow("celery", "worker", "--pid", str(celery.home.path / "other.pid"))
    assert done.returncode == 1
    assert "runs already" in done.stderr and "-cn" in done.stderr


def test_a_broker_that_refuses_is_named_with_the_remedy(rabbitmq: RabbitMq) -> None:
    host = f"127.0.0.1:{rabbitmq.port}"
    cases = {
        f"amqp://guest:wrong@{host}//": "rabbitmqctl add_user guest",
        f"amqp://guest:guest@{host}/nowhere": "rabbitmqctl add_vhost nowhere",
        "amqp://guest:guest@127.0.0.1:1//": "is it running",
        "redis://127.0.0.1:1/0": "is it running",
    }
    with fresh_home() as home:
        home.airflow("version")
        workers = {}
        for number, url in enumerate(cases):
            home.option("celery", "broker_url", url)
            output = home.path / f"{number}.out"
            name = f"celery@w{number}"
            workers[url] = (home.start("celery", "worker", "-cn", name, output=output), output)
        for url, remedy in cases.items():
            process, output = workers[url]
            home.migrate()
            home.until(partial(says, output, remedy), f"{url}: {remedy}", 40)
            assert ":wrong@" not in output.read_text()
            assert process.poll() is None  # it waits for the broker
        started = time.monotonic()
        for process, _ in workers.values():
            process.terminate()
        for process, _ in workers.values():
            process.wait(20)
        assert time.monotonic() - started < 20
