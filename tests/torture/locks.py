"""T17: others lock the engine's rows in every order, take backups, and forget open transactions."""

import threading
import time
from contextlib import suppress
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.services.find import private
from tests.torture.checker import Violation
from tests.torture.homes import TortureHome, place_load
from tests.torture.office import TOUCHED, back_up, keep_office
from tests.torture.plan import World, holds, must

#: Rows of the engine's tables, locked in no order: sooner or later it is a deadlock.
GRAB = (
    "SELECT id FROM task_instance WHERE id % :part = 0 ORDER BY id DESC FOR UPDATE",
    "SELECT id FROM dag_run WHERE id % :part = 0 ORDER BY id DESC FOR UPDATE",
)


class Mill:
    """Threads that grab rows, hold them a moment and let go."""

    def __init__(self, home: TortureHome, world: World, threads: int) -> None:
        self.home, self.world = home, world
        self.ending = threading.Event()
        self.grabs = self.deadlocks = 0
        self.threads = [
            threading.Thread(target=self._grind, args=(number,), daemon=True)
            for number in range(threads)
        ]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ending.set()
        for thread in self.threads:
            thread.join(30)

    def _grind(self, number: int) -> None:
        order = GRAB if number % 2 else GRAB[::-1]
        while not self.ending.wait(0.02):
            try:
                with self.home.store.engine.connect() as tx, tx.begin():
                    for statement in order:
                        tx.execute(text(statement), {"part": self.world.random.randint(2, 5)})
                        self.ending.wait(0.02)
                self.grabs += 1
            except DBAPIError:
                self.deadlocks += 1  # the victim was we


def grind(world: World) -> None:
    """Deadlocks, lock waits, a backup's global lock and a snapshot that is held open."""
    server: Any = private(world.backend)
    with server, world.home(server=server) as home:
        scheduler = home.scheduler()
        place_load(home, world.random, world.pick(6, 20))
        home.until(lambda: home.ledger.count("start"), "they run", 60)
        with home.store.engine.connect() as snapshot:
            snapshot.execute(text("SELECT count(*) FROM task_instance"))
            with Mill(home, world, 4) as mill:
                for _ in range(world.pick(2, 8)):
                    place_load(home, world.random, 1)
                    time.sleep(world.pick(2, 8))
                    with suppress(DBAPIError):  # it may be a deadlock's victim too
                        back_up(world, home)
                for dag in ("load0", "load1"):
                    done = home.airflow("tasks", "clear", "-y", dag)
                    must(done.returncode == 0, f"tasks clear failed: {done.stderr}")
            snapshot.rollback()
        home.until_all_ended(120)
        keep_office(home, world)
        must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        holds([each for each in home.check() if not _is_by_hand(each)])
        world.tell(grabs=mill.grabs, victims=mill.deadlocks)


def _is_by_hand(found: Violation) -> bool:
    """What people wanted: the cleared is executed once more, after things that it had come before;
    the marked is what it was marked as."""
    if found.what.startswith(f"{TOUCHED}."):
        return found.law in {"I1", "I3", "I4", "I5"}
    return found.law in {"I3", "I5"} and found.what.startswith(("load0.", "load1."))
