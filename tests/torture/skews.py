"""T11: clocks that differ between machines, and clocks that are set back in the middle.

The scheduler is ten minutes ahead of the database; with Celery one worker is ten minutes behind and
another an hour ahead. Then everybody's clock is set back by an hour, and later forward again. What
is asked is exact: the runs are those of the schedule up to the latest time that the scheduler's
clock has shown, each once; nothing is declared lost; nothing took less than no time.
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from tests.services.find import service
from tests.services.redis import redis_database
from tests.system.home import Home, fresh_home
from tests.torture.clocks import MovedClock
from tests.torture.homes import TortureHome, place_load
from tests.torture.notes import WHERE
from tests.torture.plan import World, holds, must
from venturi.store.schema.runs import dag_run

#: Seconds that a run may be late on a machine with nothing else to do.
LATE = 2.0
HOUR = 3600
#: Between two runs of the DAG that catches up.
GRID = timedelta(minutes=5)
TIMES = "GRID, OFTEN = timedelta(minutes=5), timedelta(seconds=2)"

SCHEDULED = """
from datetime import datetime, timedelta, timezone
from airflow import DAG
from airflow.operators.python import PythonOperator
from notes import work
START = datetime.fromisoformat(FROM)
GRID, OFTEN = timedelta(minutes=5), timedelta(seconds=2)
with DAG("grid", start_date=START, schedule=GRID, catchup=True, max_active_runs=16):
    PythonOperator(task_id="t", python_callable=work, op_args=[0.05])
with DAG("often", start_date=START, schedule=OFTEN, catchup=False):
    PythonOperator(task_id="t", python_callable=work, op_args=[0.05])
with DAG("across", start_date=START, schedule="@once"):
    PythonOperator(task_id="t", python_callable=work, op_args=[ACROSS])
"""


class Places(NamedTuple):
    """Clocks, the scheduler's first; and what starts workers once there is a scheduler."""

    clocks: Sequence[MovedClock]
    start: Callable[[], None] = lambda: None


def skew(world: World) -> None:
    """On one machine that is ahead of its database; then with workers elsewhere in time."""
    with world.home() as home:
        world.tell(**_set_back_and_forth(home, world, Places([_ahead(home, home, 600)]), "local"))
    with world.home() as home, _far_workers(home) as places:
        world.tell(**_set_back_and_forth(home, world, places, "celery"))


def _set_back_and_forth(
    home: TortureHome, world: World, places: Places, name: str
) -> dict[str, Any]:
    clock, calm = places.clocks[0], world.pick(6, 40)
    start = clock.now().replace(second=0, microsecond=0) - 2 * GRID
    scheduler = home.scheduler()
    places.start()
    text = SCHEDULED.replace("FROM", repr(start.isoformat())).replace("ACROSS", str(calm + 8))
    home.dag("scheduled.py", text)
    place_load(home, world.random, world.pick(2, 10))
    home.until(lambda: home.states("across").get("t") == "running", "it runs", 60)
    time.sleep(calm)
    latest = clock.now()
    _move(places, -HOUR)
    must(home.states("across") == {"t": "running"}, "no run lasts over the step back")
    before = _dates(home, "often")
    place_load(home, world.random, world.pick(2, 10))
    home.until(lambda: home.states("across") == {"t": "success"}, "it ends", 60)
    must(_dates(home)[-1] <= latest, f"at {latest} there is a run of {_dates(home)[-1]}")
    again = [each for each in _dates(home, "often") if each not in before and each < before[-1]]
    must(not again, f"after the step back there were runs of {again}")
    _move(places, 2 * HOUR)
    wanted = int((clock.now() - start) / GRID)
    home.until(lambda: len(_dates(home, "grid")) >= wanted, f"{wanted} runs are caught up", 60)
    must(_dates(home)[-1] <= clock.now(), "there is a run before its time")
    home.dag("scheduled.py", text.replace(TIMES, "GRID = OFTEN = None"))
    due = "SELECT count(*) FROM dag WHERE next_dagrun_create_after IS NOT NULL"
    home.until(lambda: not home.value(due), "nothing is due any more", 30)
    home.until_all_ended(120)
    must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
    found = _dates(home, "grid")
    must(found == [start + GRID * (n + 1) for n in range(len(found))], f"{start}: runs of {found}")
    short = home.sql("SELECT dag_id, duration FROM task_instance WHERE duration < 0")
    short += home.sql("SELECT dag_id, end_date FROM dag_run WHERE end_date < start_date")
    must(not short, f"tasks or runs took less than no time: {short}")
    holds(home.check())
    late, most = _lateness(home, latest), LATE * world.load()
    must(late <= most, f"a run was {late:.1f} s late; {most:.1f} s are granted")
    return {f"{name}_runs": len(_dates(home)), f"{name}_late_s": round(late, 2)}


def _move(places: Places, seconds: int) -> None:
    for clock in places.clocks:
        clock.move(seconds)


def _dates(home: TortureHome, dag: str = "") -> list[datetime]:
    """When runs were due (of one DAG, or all of the scheduled ones), in order."""
    wanted = [dag] if dag else ["grid", "often"]
    table = dag_run
    query = select(table.c.run_after).where(table.c.dag_id.in_(wanted)).order_by(table.c.run_after)
    with home.store.read() as tx:
        return list(tx.execute(query).scalars())


def _lateness(home: TortureHome, latest: datetime) -> float:
    """How long after their time runs were made that fell due before a clock was moved."""
    table = dag_run
    query = select(table.c.run_after, table.c.queued_at).where(
        table.c.dag_id == "often", table.c.run_after < latest
    )
    with home.store.read() as tx:
        rows = tx.execute(query.order_by(table.c.run_after)).all()
    # The first one was due before its file was read.
    late: list[float] = [(row.queued_at - row.run_after).total_seconds() for row in rows[1:]]
    must(late, "no run fell due before a clock was moved")
    must(min(late) >= 0, f"a run was made {-min(late):.3f} s before its time")
    return max(late)


def _ahead(folder: Home, home: Home, seconds: int, name: str = "clock") -> MovedClock:
    clock = MovedClock(folder.path, name, seconds)
    clock.give(home.env)
    return clock


@contextmanager
def _far_workers(home: TortureHome) -> Iterator[Places]:
    """Two workers at homes of their own, behind Redis."""
    redis: Any = service("redis")
    with ExitStack() as stack:
        url = stack.enter_context(redis_database(redis))
        home.option("core", "executor", "CeleryExecutor")
        home.option("celery", "broker_url", url)
        home.migrate()
        home.airflow("version")  # writes airflow.cfg
        key = home.airflow("config", "get-value", "core", "fernet_key").stdout.strip()
        clocks = [_ahead(home, home, 600)]
        workers = []
        for number, seconds in enumerate((-600, HOUR)):
            there = stack.enter_context(fresh_home())
            shutil.rmtree(there.dags)
            there.env[WHERE] = home.env[WHERE]
            there.option("core", "executor", "CeleryExecutor")
            there.option("core", "fernet_key", key)
            there.option("celery", "broker_url", url)
            there.option("celery", "worker_concurrency", "8")
            clocks.append(_ahead(home, there, seconds, f"clock{number}"))
            workers.append(there)

        def start() -> None:
            for there in workers:
                output = there.path / "worker.out"
                there.start("celery", "worker", output=output)
                home.until(
                    lambda output=output: " ready." in output.read_text(),  # type: ignore[misc]
                    "the worker is ready",
                    60,
                )

        yield Places(clocks, start)
