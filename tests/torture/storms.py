"""T10, T19: more work than the machine can do, and a database file that others hold on to."""

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from tests.torture.homes import LEASE, Pulse, TortureHome, fan, place_load
from tests.torture.plan import World, holds, must

#: A loop that never gives up its core.
BUSY = "while True: sum(range(100000))"
#: Of its pace the engine keeps so much while others hold its file for a quarter of the time.
PACE = 0.7


def overload(world: World) -> None:
    """T10: twice as many busy loops as cores, and tasks that never let go of the interpreter."""
    tasks = world.pick(16, 60)
    seconds = world.pick(1.0, 3.0)
    with world.home() as home:
        loops = [
            subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2 * (os.cpu_count() or 1))
        ]
        try:
            text = fan("busy", tasks, arguments=f"{seconds}", dag="max_active_tasks=500")
            text = text.replace("op_args=", "op_kwargs={'busy': True}, op_args=")
            home.dag("busy.py", text)
            scheduler = home.scheduler()
            with Pulse(home) as pulse:
                home.until_all_ended(world.pick(120, 400))
            must(scheduler.poll() is None, "the scheduler ended")
            # Nothing was declared lost although everything was slow: one try each.
            holds(home.check(silence=pulse.longest, silence_max=LEASE * world.load()))
            world.tell(tasks=tasks, heartbeat_max_s=round(pulse.longest, 1))
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()


def hold_the_file(world: World) -> None:
    """T19: somebody holds the SQLite file exclusively again and again; the writer is killed."""
    with world.home() as home:
        scheduler = home.scheduler()
        _keep_pace(home, world)
        place_load(home, world.random, world.pick(4, 20))
        rounds = world.pick(4, 25)
        for number in range(rounds):
            _hold(home.database, world.pick(1.5, 5.0))
            listed = home.airflow("dags", "list", "--output", "json")
            must(listed.returncode == 0, f"a command failed: {listed.stderr}")
            time.sleep(world.random.uniform(0, 0.5))
            if number % 2:
                scheduler.kill()
                scheduler.wait(10)
                _must_be_whole(home.database)
                scheduler = home.scheduler()
            place_load(home, world.random, 1)
        home.until_all_ended(120)
        must(scheduler.poll() is None, "the scheduler ended")
        must("locked" not in home.said(), f"a lock was surfaced:\n{home.said()}")
        _must_be_whole(home.database)
        holds(home.check())
        world.tell(held=rounds, killed=rounds // 2)


def _keep_pace(home: TortureHome, world: World) -> None:
    """The same work undisturbed, then with a file that is held for a quarter of the time."""
    tasks = world.pick(320, 1500)
    undisturbed = _seconds_for(home, "undisturbed", tasks)
    with _held_again_and_again(home.database, world.pick(1.5, 5.0)):
        disturbed = _seconds_for(home, "disturbed", tasks)
    kept = undisturbed / disturbed
    world.tell(per_second=round(tasks / undisturbed, 1), pace_kept=round(kept, 2))
    must(kept >= PACE / world.load(), f"of the pace {kept:.0%} was left, less than {PACE:.0%}")


def _seconds_for(home: TortureHome, dag_id: str, tasks: int) -> float:
    """How long the tasks of a DAG took, from the first one's start to the last one's end."""
    wide = f"max_active_tasks={home.parallelism}"
    home.dag(f"{dag_id}.py", fan(dag_id, tasks, arguments="0.3", dag=wide))
    home.until_done(dag_id, 300)
    query = "SELECT min(start_date), max(end_date) FROM task_instance WHERE dag_id = ?"
    first, last = (datetime.fromisoformat(str(each)) for each in home.sql(query, dag_id)[0])
    return (last - first).total_seconds()


@contextmanager
def _held_again_and_again(path: Path, seconds: float) -> Iterator[None]:
    ending = threading.Event()

    def hold() -> None:
        while not ending.wait(3 * seconds):
            _hold(path, seconds)

    thread = threading.Thread(target=hold, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join(60)


def _hold(path: Path, seconds: float) -> None:
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as file:
        file.execute("BEGIN EXCLUSIVE")
        time.sleep(seconds)
        file.execute("ROLLBACK")


def _must_be_whole(path: object) -> None:
    with closing(sqlite3.connect(str(path), timeout=30)) as file:
        ((word,),) = file.execute("PRAGMA integrity_check").fetchall()
    must(word == "ok", f"the database is damaged: {word}")
