"""T26: a worker in a network of its own, with nothing but a forwarded port to the broker.

The link is cut while tasks run, silently and with a break, and restored. Each task runs once, and
every result and every line of its log is there in the end. The worker has another home, another
configuration and no DAG folder: all that it needs comes over that port.
"""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.executors.forward import Forward
from tests.services.server import ServiceMissing
from tests.system.home import AIRFLOW, Home
from tests.torture import notes
from tests.torture.brokers import Broker
from tests.torture.homes import place_load
from tests.torture.plan import World, holds, must
from tests.torture.workers import PLACES, CeleryHome

#: A DAG of tasks that talk, of which each takes longer than the one before.
TALKING = """
import time
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
from notes import noted

def talk(lines, ti):
    with noted(ti):
        for number in range(lines):
            print(f"line {number} of {lines}")
            time.sleep(0.1)
    return lines

with DAG(%r, start_date=datetime(2020, 1, 1), schedule="@once", max_active_tasks=100):
    for lines in %r:
        PythonOperator(task_id=f"t{lines}", python_callable=talk, op_args=[lines])
"""
TALKERS = PLACES // 2


def cut_the_link(world: World) -> None:
    """Cut it in both ways."""
    lasts = world.pick(8.0, 60.0)
    with network() as namespace, far_home(world, namespace) as home:
        scheduler = home.scheduler()
        for silently in (True, False):
            name = "silent" if silently else "broken"
            # Some end before the cut, some during it, some after.
            lengths = [5 + number * int(lasts * 2.5) for number in range(TALKERS)]
            begun = home.ledger.count("start")
            home.dag(f"{name}.py", TALKING % (name, lengths))
            home.until(partial(has_begun, home, begun + 4), "they run", 60)
            home.link.cut(silently=silently)
            last = place_load(home, world.random, 2)
            time.sleep(lasts)
            home.link.restore()
            since = time.monotonic()
            home.until_done(last, 300)
            world.tell(**{f"{name}_s": round(time.monotonic() - since, 1)})
            for lines in lengths:
                log = f"the log of {name}.t{lines} is whole"
                home.until(partial(is_whole, home, name, lines), log, 60)
            values = home.sql("SELECT value FROM xcom WHERE dag_id = ?", name)
            must(sorted(int(value) for (value,) in values) == sorted(lengths), f"results: {values}")
        must(scheduler.poll() is None, "the scheduler ended")
        must(home.runs("far"), "the worker ended")
        must(not home.there.dags.exists(), "the worker has a DAG folder")
        tries = home.value("SELECT MAX(try_number) FROM task_instance")
        must(tries == 1, f"an attempt was spent: there is a try {tries}")
        holds(home.check())
        world.tell(cut_s=lasts)


def has_begun(home: CeleryHome, least: int) -> bool:
    """Whether so many tasks have."""
    return home.ledger.count("start") >= least


def is_whole(home: Home, dag_id: str, lines: int) -> bool:
    """Whether every line of a talker's log is there, once and in order."""
    found = [line for line in home.log(dag_id, f"t{lines}").splitlines() if " of " in line]
    said = [line[line.index("line ") :] for line in found if "line " in line]
    return said == [f"line {number} of {lines}" for number in range(lines)]


class FarHome(CeleryHome):
    """Scheduler here; its one worker there."""

    def __init__(self, url: str, broker: Broker, namespace: str) -> None:
        super().__init__(url, broker)
        self.names = ["far"]
        self.namespace, self.there = namespace, Home()
        self.link = Forward(namespace, broker.server.port)
        self.option("venturi", "worker_lease_seconds", "300")

    def start_worker(self, name: str) -> None:
        """In its network and home, with what an administrator would write there."""
        shutil.rmtree(self.there.dags)
        key = self.airflow("config", "get-value", "core", "fernet_key").stdout.strip()
        near = self.broker.url.replace(str(self.broker.server.port), str(self.link.port))
        (self.there.path / "airflow.cfg").write_text(
            f"[core]\nexecutor = CeleryExecutor\nfernet_key = {key}\n"
            "[database]\nsql_alchemy_conn = mysql://nobody:nothing@127.0.0.1:1/none\n"
            f"[celery]\nbroker_url = {near}\nworker_concurrency = {PLACES}\n"
        )
        del self.there.env["AIRFLOW__CORE__EXECUTOR"]
        self.there.env[notes.WHERE] = str(self.ledger.path)
        command = ["ip", "netns", "exec", self.namespace, str(AIRFLOW), "celery", "worker"]
        with self.output_of(name).open("ab") as output:
            self.workers[name] = subprocess.Popen(
                [*command, "-cn", f"celery@{name}"],
                env=self.there.env,
                cwd=self.there.path,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.there.started.append(self.workers[name])

    def end(self) -> None:
        """Both homes and the link."""
        self.there.end()
        self.link.close()
        super().end()


@contextmanager
def far_home(world: World, namespace: str) -> Iterator[FarHome]:
    """A home whose worker is in that network."""
    make = partial(FarHome, broker=world.broker, namespace=namespace)
    with world.home(make=make) as home:
        assert isinstance(home, FarHome)
        yield home


@contextmanager
def network() -> Iterator[str]:
    """A network namespace with a loopback interface. Raises `ServiceMissing` where none can be."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        raise ServiceMissing("network namespaces need root and iproute2 (apt-get install iproute2)")
    name = f"venturi-{secrets.token_hex(3)}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)
