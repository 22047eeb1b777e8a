"""T17, second half: a day at the office. How long a claim takes while people and programs are busy.

Three schedulers (one of them at work), people who trigger, mark and clear, others who look, a
retention job, a transaction that somebody has left open, and a backup that locks everything.
"""

import math
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Self

from sqlalchemy import text

from tests.torture.homes import TortureHome, fan
from tests.torture.plan import World, must
from tests.torture.visitors import Visitors, Web
from venturi.core.clock import SystemClock

#: Seconds in which 99 of 100 attempts are claimed (begun, once there is a place for them).
CLAIMED = 0.1
#: Seconds after a backup in which what waited for it is still being worked off.
AFTERMATH = 1.0
#: What people do is done to these; nobody touches what is measured.
TOUCHED, MEASURED = "touched", "measured"


class Hands(Web):
    """People who trigger a run, mark it, clear it and trigger the next, so many times a second."""

    def __init__(self, home: TortureHome, port: int, per_second: float) -> None:
        super().__init__(home)
        self.port = port  # of a server that somebody else has started
        self.pause, self.done = 1 / per_second, 0
        self.refused: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Self:
        self.home.until(self.come_in, "people are let in", 60)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    def _work(self) -> None:
        runs = f"/api/v2/dags/{TOUCHED}/dagRuns"
        for number in count():
            run_id = f"hand{number}"
            for method, path, body in (
                ("POST", runs, {"dag_run_id": run_id, "logical_date": None}),
                ("PATCH", f"{runs}/{run_id}", {"state": "success"}),
                ("POST", f"{runs}/{run_id}/clear", {"dry_run": False}),
                ("PATCH", f"{runs}/{run_id}", {"state": "failed"}),
            ):
                status, said = self.ask(path, method, body)
                self.done += 1
                if status not in {200, 201, 409}:  # 409: it has just ended by itself
                    self.refused.append(f"{method} {path}: {status} {said[:200]!r}")
                if self._stop.wait(self.pause):
                    return


def keep_office(home: TortureHome, world: World) -> None:
    """Have all of that happen for a while; hold the time of claims against the bound."""
    home.dag("touched.py", _manual(fan(TOUCHED, 5, arguments="0.05")))
    home.dag("measured.py", _every_second(fan(MEASURED, 4, arguments="0.05")))
    standbys = [home.start("scheduler", output=home.output) for _ in range(2)]
    with ExitStack() as stack:
        for dag_id in (TOUCHED, MEASURED):
            home.until_listed(dag_id)
        visitors = stack.enter_context(Visitors(home, world.pick(4, 10), MEASURED))
        hands = stack.enter_context(Hands(home, visitors.port, world.pick(5, 20)))
        forgotten = stack.enter_context(home.store.engine.connect())
        forgotten.execute(text("SELECT count(*) FROM dag_run"))
        time.sleep(world.pick(4, 40))
        begun = SystemClock().now()
        back_up(world, home)
        ended = SystemClock().now() + timedelta(seconds=AFTERMATH)
        cleaned = home.airflow(
            *("db", "clean", "-y", "--clean-before-timestamp", "2020-01-01T00:00:00+00:00")
        )
        must(cleaned.returncode == 0, f"db clean failed: {cleaned.stderr}")
        time.sleep(world.pick(4, 40))
        forgotten.rollback()
    home.dag("measured.py", _manual(fan(MEASURED, 4, arguments="0.05")))
    home.until_all_ended(120)
    for standby in standbys:
        must(standby.poll() is None, f"a scheduler in line ended:\n{home.said()}")
    must(not hands.refused, f"people were refused: {hands.refused[:3]}")
    visitors.must_be_content()
    claims = _claims(home, begun, ended)
    must(len(claims) >= 20, f"only {len(claims)} attempts were measured")
    slowest = sorted(claims)[math.ceil(len(claims) * 0.99) - 1]
    world.tell(claims=len(claims), claim_p99_ms=round(slowest * 1000), by_hand=hands.done)
    bound = CLAIMED * world.load()
    must(slowest <= bound, f"99 of 100 claims took up to {slowest:.3f} s, more than {bound:.3f}")


def _claims(home: TortureHome, begun: datetime, ended: datetime) -> list[float]:
    """Seconds from a place to a begun attempt, but for those that a backup kept waiting."""
    rows = home.sql(
        "SELECT queued_dttm, start_date FROM task_instance"
        " WHERE dag_id = ? AND start_date IS NOT NULL",
        MEASURED,
    )
    return [
        (start - queued).total_seconds()
        for queued, start in ((_utc(queued), _utc(start)) for queued, start in rows)
        if start < begun or queued > ended
    ]


def back_up(world: World, home: TortureHome) -> None:
    """What backup programs do: nobody may write for a while."""
    with home.store.engine.connect() as tx:
        if world.backend == "mariadb":
            tx.execute(text("FLUSH TABLES WITH READ LOCK"))
            time.sleep(world.pick(1, 3))
            tx.execute(text("UNLOCK TABLES"))
        else:
            tx.execute(text("LOCK TABLE task_instance, dag_run IN EXCLUSIVE MODE"))
            time.sleep(world.pick(1, 3))
            tx.rollback()


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _manual(file: str) -> str:
    return file.replace("schedule='@once'", "schedule=None")


def _every_second(file: str) -> str:
    return file.replace("schedule='@once'", "schedule=timedelta(seconds=1), catchup=False")
