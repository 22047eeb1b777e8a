"""T10, T19: more work than the machine can do, and a database file that others hold on to."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from tests.torture.homes import LEASE, Pulse, fan, place_load
from tests.torture.plan import World, holds, must

#: A loop that never gives up its core.
BUSY = "while True: sum(range(100000))"


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
        place_load(home, world.random, world.pick(4, 20))
        rounds = world.pick(4, 25)
        for number in range(rounds):
            with closing(sqlite3.connect(home.database, timeout=30, isolation_level=None)) as file:
                file.execute("BEGIN EXCLUSIVE")
                time.sleep(world.pick(1.5, 5.0))
                file.execute("ROLLBACK")
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


def _must_be_whole(path: object) -> None:
    with closing(sqlite3.connect(str(path), timeout=30)) as file:
        ((word,),) = file.execute("PRAGMA integrity_check").fetchall()
    must(word == "ok", f"the database is damaged: {word}")
