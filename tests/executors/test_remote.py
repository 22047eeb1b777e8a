"""A worker that can reach the broker's port and nothing else, in a network of its own."""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from functools import partial
from urllib.parse import urlsplit

import pytest

from tests.executors.conftest import broker
from tests.executors.forward import Forward
from tests.system.home import AIRFLOW, Home, fresh_home

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        os.geteuid() != 0 or shutil.which("ip") is None,
        reason="SKIPPED: network namespaces need root and iproute2 (apt-get install iproute2)",
    ),
]

#: Seconds that the link is cut; `make torture` asks for 60.
CUT = float(os.environ.get("VENTURI_TEST_CUT_SECONDS", "6"))

HELPER = "def doubled(number):\n    return 2 * number\n"
DAG = """
import os, time
from datetime import datetime, timedelta
from pathlib import Path
from airflow.decorators import dag, task
from airflow.models import Variable
from airflow.hooks.base import BaseHook
from airflow.operators.bash import BashOperator
from field.helper import doubled

HOME = Path(os.environ["AIRFLOW_HOME"])

@dag(start_date=datetime(2020, 1, 1), schedule="@once")
def field():
    @task
    def give():
        print("source:", __file__)
        return {"number": doubled(21)}

    @task(retries=2, retry_delay=timedelta(seconds=0.1))
    def take(value, ti=None):
        print("number", value["number"], Variable.get("word"))
        if ti.try_number == 1:
            raise ValueError("the first try fails")
        connection = BaseHook.get_connection("mine")
        assert connection.password == "tiptop"
        print("password", connection.password)
        Variable.set("answer", str(value["number"]))
        return value["number"]

    @task
    def last(number):
        print("begun", number)
        while not (HOME / "go").exists():
            time.sleep(0.05)
        print("ended", number)

    last(take(give())) >> BashOperator(task_id="shell", bash_command="greet.sh")

field()
"""
LONG = """
import os, time
from datetime import datetime
from pathlib import Path
from airflow.decorators import dag, task

HOME = Path(os.environ["AIRFLOW_HOME"])

def note(word, index):
    line = f"{word}-{index}\\n"
    with open(HOME / "ledger", "a") as ledger:
        ledger.write(line)

@dag(start_date=datetime(2020, 1, 1), schedule="@once", max_active_tasks=20)
def long():
    @task
    def work(index):
        note("begin", index)
        # Some end before the cut, some during it and some after.
        for line in range(5 + 10 * index):
            print(f"line {line} of {index}")
            time.sleep(0.1)
        note("end", index)
        return index

    @task
    def total(numbers):
        note("begin", "total")
        assert sorted(numbers) == list(range(%(count)d))

    total([work.override(task_id=f"work{index}")(index) for index in range(%(count)d)])

long()
"""


class Far:
    """Scheduler here; a worker there, in a network with nothing but a forwarded port."""

    def __init__(self, home: Home, there: Home, namespace: str, url: str) -> None:
        self.home, self.there, self.namespace = home, there, namespace
        parts = urlsplit(url)
        assert parts.port is not None
        self.link = Forward(namespace, parts.port)
        near = parts._replace(
            netloc=parts.netloc.rpartition(":")[0] + f":{self.link.port}"
        ).geturl()
        home.option("core", "executor", "CeleryExecutor")
        home.option("celery", "broker_url", url)
        home.migrate()
        home.airflow("version")
        shutil.rmtree(there.dags)
        key = home.airflow("config", "get-value", "core", "fernet_key").stdout.strip()
        (there.path / "airflow.cfg").write_text(
            f"[core]\nexecutor = CeleryExecutor\nfernet_key = {key}\n"
            "[database]\nsql_alchemy_conn = mysql://nobody:nothing@127.0.0.1:1/none\n"
            f"[celery]\nbroker_url = {near}\nworker_concurrency = 12\n"
        )
        del there.env["AIRFLOW__CORE__EXECUTOR"]
        self.output = there.path / "worker.out"

    def start(self) -> None:
        """Start both, and wait until the worker takes work."""
        self.home.scheduler()
        with self.output.open("ab") as file:
            self.there.started.append(
                subprocess.Popen(
                    ["ip", "netns", "exec", self.namespace, AIRFLOW, "worker"],
                    env=self.there.env,
                    cwd=self.there.path,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )
        self.home.until(lambda: " ready." in self.output.read_text(), "the worker is ready", 40)

    def ledger(self) -> list[str]:
        """What the tasks over there have written down."""
        path = self.there.path / "ledger"
        return path.read_text().split() if path.exists() else []


@pytest.fixture(params=["rabbitmq", "redis"])
def far(request: pytest.FixtureRequest) -> Iterator[Far]:
    """Scheduler and worker in two networks."""
    namespace = f"venturi-{secrets.token_hex(3)}"
    subprocess.run(["ip", "netns", "add", namespace], check=True)
    try:
        subprocess.run(["ip", "-n", namespace, "link", "set", "lo", "up"], check=True)
        for url in broker(request, request.param):
            with fresh_home() as home, fresh_home() as there:
                made = Far(home, there, namespace, url)
                try:
                    yield made
                finally:
                    made.link.close()
                    if made.output.exists():
                        print(made.output.read_text()[-6000:])  # shown when the test has failed
    finally:
        subprocess.run(["ip", "netns", "del", namespace], check=True)


def test_the_broker_is_all_that_a_worker_needs(far: Far) -> None:
    home = far.home
    home.dag("field/helper.py", HELPER)
    home.dag("field/greet.sh", "echo greetings from {{ dag.dag_id }}")
    home.dag("field/dag.py", DAG)
    assert home.airflow("variables", "set", "word", "of-honour").returncode == 0
    added = home.airflow("connections", "add", "mine", "--conn-uri", "mysql://u:tiptop@h/x")
    assert added.returncode == 0
    far.start()
    home.until(lambda: "begun 42" in home.log("field", "last"), "the log is live", 60)
    assert home.run_state("field") == "running"
    (far.there.path / "go").touch()
    assert home.until_ended("field", 60) == "success"
    assert home.instance("field", "take", "try_number") == 2
    assert "the first try fails" in home.log("field", "take", 1)
    home.until(lambda: "password ***" in home.log("field", "take", 2), "the second log")
    assert "number 42 of-honour" in home.log("field", "take", 2)
    home.until(lambda: "ended 42" in home.log("field", "last"), "the last line")
    home.until(lambda: "greetings from field" in home.log("field", "shell"), "the template")
    assert home.value("SELECT value FROM xcom WHERE task_id = 'take'") == "42"
    assert home.airflow("variables", "get", "answer").stdout.strip() == "42"
    assert f"source: {far.there.path}" in home.log("field", "give")
    assert not far.there.dags.exists()
    assert not list(home.path.glob("run/w-*"))


#: Each way on one broker; on both where there is time for it.
WAYS = [("rabbitmq", True), ("redis", False), ("rabbitmq", False), ("redis", True)]


@pytest.mark.parametrize(("far", "silently"), WAYS if CUT >= 60 else WAYS[:2], indirect=["far"])
def test_a_link_that_drops_loses_nothing(far: Far, silently: bool) -> None:
    count = 8
    far.home.dag("long.py", LONG % {"count": count})
    far.start()
    begun = [f"begin-{index}" for index in range(count)]
    far.home.until(lambda: set(begun) <= set(far.ledger()), "all tasks run", 40)
    far.link.cut(silently=silently)
    until = time.monotonic() + CUT
    far.home.until(lambda: time.monotonic() > until, "the cut is over", CUT + 5)
    far.link.restore()
    assert far.home.until_ended("long", 90) == "success"
    expected = [*begun, *(f"end-{index}" for index in range(count)), "begin-total"]
    assert sorted(far.ledger()) == sorted(expected)  # each once
    query = "SELECT MAX(try_number), MAX(epoch) FROM task_instance"
    assert far.home.sql(query) == [(1, 1)]
    for index in range(count):
        far.home.until(partial(whole, far.home, index), f"the log of task {index} is whole")


def whole(home: Home, index: int) -> bool:
    """Whether every line of a task's log is here, once."""
    found = [line for line in home.log("long", f"work{index}").splitlines() if "line " in line]
    return [line[line.index("line ") :] for line in found] == [
        f"line {line} of {index}" for line in range(5 + 10 * index)
    ]
