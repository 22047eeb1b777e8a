"""T12: a task of 48 hours and a wait of 24, on a clock that is wound forward.

What dies of age in other engines dies by the wall clock: tokens, sessions, visibility, timeouts of
waiting. So the clock is wound by ten minutes at a time while everything works, and by a whole day
while an order waits at a runner that is stopped. A reader looks at the log all the way through with
a token: it must hold as long as it was said to, not longer, and a new one must be had then.
"""

import json
import signal
import time
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from tests.services.server import free_port
from tests.system.home import RUNNER, kill
from tests.torture.clocks import MovedClock
from tests.torture.homes import TortureHome
from tests.torture.plan import World, holds, must
from venturi.store.commands.audit import Actor
from venturi.store.commands.users import NewUser, create_user

HOURS, WAIT = 48, 24
STEP = 600
NAME, PASSWORD = "reader", "correct horse battery"
#: Seconds that a token is good for by default.
LIFE = 86400

HAUL = """
import time
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.python import PythonOperator
from notes import noted, work
def last(hours, ti):
    with noted(ti):
        begun, told = datetime.now(), -1
        while (passed := datetime.now() - begun) < timedelta(hours=hours):
            hour = passed // timedelta(hours=1)
            if hour != told:
                told = hour
                print(f"hour {hour}", flush=True)
            time.sleep(0.02)
with DAG("haul", start_date=datetime(2020, 1, 1), schedule="@once"):
    common = {"python_callable": last, "pool": "narrow", "execution_timeout": timedelta(hours=49)}
    PythonOperator(task_id="long", op_args=[HOURS], **{**common, "pool": "default_pool"})
    PythonOperator(task_id="holds", op_args=[WAIT], priority_weight=5, **common)
    PythonOperator(task_id="waits", op_args=[0], **common)
"""
LATE = """
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
from notes import work
with DAG("late", start_date=datetime(2020, 1, 1), schedule=None):
    PythonOperator(task_id="queued", python_callable=work)
"""


class Reader:
    """Somebody who reads a log over the REST API, and signs in again when they must."""

    def __init__(self, home: TortureHome, clock: MovedClock, port: int) -> None:
        self.home, self.clock, self.port = home, clock, port
        self.token = ""
        self.since = clock.now()
        self.signed_in = self.reads = 0

    def sign_in(self) -> bool:
        """Have a new token."""
        body = {"username": NAME, "password": PASSWORD}
        status, answer = self._ask("/auth/token", body)
        if status == HTTPStatus.CREATED:
            self.token, self.since = answer["access_token"], self.clock.now()
            self.signed_in += 1
        return status == HTTPStatus.CREATED

    def read(self, path: str) -> str:
        """The text of a log; a token that is refused early or taken too late is an error."""
        age = (self.clock.now() - self.since).total_seconds()
        status, answer = self._ask(path)
        if status == HTTPStatus.UNAUTHORIZED:
            must(age > LIFE - 5, f"a token was refused after {age:.0f} s")
            must(self.sign_in(), "nobody can sign in again")
            status, answer = self._ask(path)
        else:
            must(age < LIFE + STEP, f"a token was good for {age:.0f} s")
        must(status == HTTPStatus.OK, f"the log cannot be read: {status} {answer}")
        self.reads += 1
        return json.dumps(answer)

    def _ask(self, path: str, body: dict[str, str] | None = None) -> tuple[int, Any]:
        request = Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode() if body else None,
            headers={
                "content-type": "application/json",
                "accept": "application/json",
                "authorization": f"Bearer {self.token}",
            },
        )
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)


def haul(world: World) -> None:
    """Wind the clock by two days, then by one more while an order waits at a stopped runner."""
    with world.home() as home:
        clock = MovedClock(home.path)
        clock.give(home.env)
        home.pool("narrow", 1)
        reader = _serve(home, clock)
        home.dag("haul.py", HAUL.replace("[HOURS]", f"[{HOURS}]").replace("[WAIT]", f"[{WAIT}]"))
        scheduler = home.scheduler()
        home.until(lambda: home.ledger.count("start") == 2, "two work, one waits", 60)
        begun, path = clock.now(), _log_of(home, "haul", "long")
        pause = world.pick(0.06, 0.5)
        while clock.now() - begun < timedelta(hours=HOURS, minutes=20):
            clock.move(STEP)
            time.sleep(pause)
            if (clock.ahead // STEP) % world.pick(12, 3) == 0:
                _must_show(reader, path, clock, begun)
            must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        home.until_all_ended(60)
        _must_have_lasted(home)
        _wait_a_day_queued(home, clock)
        home.until_done("late", 60)
        must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        holds(home.check())
        days = (clock.now() - begun).total_seconds() / LIFE
        must(reader.read(path), "the log is readable at the end")
        must(reader.signed_in == 1 + int(days), f"{reader.signed_in} tokens in {days:.1f} days")
        world.tell(hours=round(24 * days), reads=reader.reads, tokens=reader.signed_in)


def _serve(home: TortureHome, clock: MovedClock) -> Reader:
    home.migrate() if not home.migrated else None
    home.env["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS"] = "False"
    port = free_port()
    home.env["AIRFLOW__API__PORT"] = str(port)
    wanted = NewUser(username=NAME, roles=("Admin",), password=PASSWORD)
    home.store.retrying(lambda tx: create_user(tx, wanted, Actor("torture", clock.now())))
    home.start("api-server", "--port", str(port))
    reader = Reader(home, clock, port)
    home.until(reader.sign_in, "one may sign in", 60)
    return reader


def _log_of(home: TortureHome, dag: str, task: str) -> str:
    run = home.value("SELECT run_id FROM dag_run WHERE dag_id = ?", dag)
    return f"/api/v2/dags/{dag}/dagRuns/{quote(run)}/taskInstances/{task}/logs/1"


def _must_show(reader: Reader, path: str, clock: MovedClock, begun: datetime) -> None:
    """The log shows what was written up to an hour ago at least."""
    hour = min(HOURS, (clock.now() - begun) // timedelta(hours=1)) - 1
    if hour >= 0:
        reader.home.until(
            lambda: f"hour {hour}" in reader.read(path), f"the log tells of hour {hour}", 10
        )


def _must_have_lasted(home: TortureHome) -> None:
    rows = home.sql("SELECT task_id, state, try_number, duration FROM task_instance")
    least = {"long": HOURS, "holds": WAIT, "waits": 0}
    for task, state, tries, duration in rows:
        must((state, tries) == ("success", 1), f"{task} is {state} after {tries} tries")
        must(duration >= 3600 * least[task] - 60, f"{task} took {duration} s")


def _wait_a_day_queued(home: TortureHome, clock: MovedClock) -> None:
    """An order is given to a runner that is stopped, and taken up a day later."""
    home.dag("late.py", LATE)
    home.until_listed("late", 60)
    runners = home.processes(RUNNER)
    for pid in runners:
        kill(pid, signal.SIGSTOP)
    done = home.airflow("dags", "trigger", "late")
    must(done.returncode == 0, f"dags trigger failed: {done.stderr}")
    home.until(lambda: home.states("late").get("queued") == "queued", "it is queued", 60)
    for _ in range(WAIT):
        clock.move(3600)
        time.sleep(0.1)
    must(home.states("late") == {"queued": "queued"}, "what was queued is not any more")
    for pid in runners:
        kill(pid, signal.SIGCONT)
