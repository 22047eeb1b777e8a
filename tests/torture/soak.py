"""T25: faults of all kinds, one after the other as the seed says, while a steady load runs.

Schedulers, runners and tasks are killed, stopped and thawed, the database is held or restarted,
files are touched and edited, and somebody looks at the pages all the while. In the second half the
scheduler, the runner and the web server are left alive: from then on they may not grow.
"""

import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from typing import Any

from tests.services.find import private
from tests.system.home import RUNNER, TASK, kill
from tests.torture.growth import Growth, bytes_of_database
from tests.torture.homes import TortureHome, diamond, shape
from tests.torture.plan import World, holds, must
from tests.torture.visitors import Visitors

RETRIES = "retries=60, retry_delay=timedelta(0)"
#: Seconds between two runs of each DAG of the load.
EVERY = 6
ONCE = "schedule='@once'"
#: Bytes that a run of ten tasks may take in the database, with all that belongs to it.
BYTES_PER_RUN = 100_000


class Soak:
    """The installation, and what has been done to it."""

    def __init__(self, world: World, home: TortureHome, server: Any) -> None:
        self.world, self.home, self.server = world, home, server
        self.done: Counter[str] = Counter()
        #: how many tries the faults may have cost a task
        self.hits = 0
        self.dags = world.pick(3, 6)
        self.texts = [
            shape(f"soak{n}", diamond(), lambda _: self.pick(0.01, 0.3), task=RETRIES)
            for n in range(self.dags)
        ]
        self.write_files(f"schedule=timedelta(seconds={EVERY}), catchup=False")
        self.scheduler = home.scheduler()

    def pick(self, low: float, high: float) -> float:
        """Seconds."""
        return self.world.random.uniform(low, high)

    def write_files(self, schedule: str) -> None:
        """All DAG files, with this schedule."""
        self.schedule = schedule
        for number in range(self.dags):
            self.write(number)

    def write(self, number: int, more: str = "") -> None:
        """One DAG file; `more` is a comment."""
        text = self.texts[number].replace(ONCE, self.schedule)
        self.home.dag(f"soak{number}.py", f"{text}\n# {more}\n")

    # --- the faults ------------------------------------------------------------------------

    def rest(self) -> None:
        """Nothing happens for a while."""
        time.sleep(self.pick(1, 4))

    def kill_task(self) -> None:
        """One task process dies."""
        running = self.home.processes(TASK)
        if running:
            kill(self.world.random.choice(running), signal.SIGKILL)
            self.hits += 1

    def kill_runner(self) -> None:
        """The runner dies, and with it what it runs."""
        for pid in self.home.processes(RUNNER):
            kill(pid, signal.SIGKILL)
        self.hits += 1

    def kill_scheduler(self) -> None:
        """The scheduler dies; another one comes a moment later."""
        self.scheduler.kill()
        self.scheduler.wait(10)
        time.sleep(self.pick(0, 1))
        self.scheduler = self.home.scheduler()

    def stop_runner(self) -> None:
        """The runner is stopped for a while."""
        self._stop(self.home.processes(RUNNER))

    def stop_scheduler(self) -> None:
        """The scheduler is stopped for a while."""
        self._stop([self.scheduler.pid])

    def _stop(self, pids: list[int]) -> None:
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in pids:
                kill(pid, number)
            if number == signal.SIGSTOP:
                time.sleep(self.pick(0.5, 3))

    def disturb_database(self) -> None:
        """The server is killed or restarted; the SQLite file is held."""
        if self.server is None:
            with closing(sqlite3.connect(self.home.database, timeout=30)) as file:
                file.isolation_level = None
                file.execute("BEGIN EXCLUSIVE")
                time.sleep(self.pick(0.5, 2))
                file.execute("ROLLBACK")
            return
        self.world.random.choice([self.server.kill, self.server.stop])()
        time.sleep(self.pick(0, 1))
        self.server.start()
        self.home.store.engine.dispose()

    def move_file(self) -> None:
        """A file is touched, or written anew with another comment."""
        number = self.world.random.randrange(self.dags)
        if self.world.random.random() < 0.5:
            os.utime(self.home.dags / f"soak{number}.py")
        else:
            self.write(number, str(self.world.random.random()))


#: What happens in the first half, and what also happens in the second; how often, by weight.
FAULTS: Mapping[Callable[[Soak], None], tuple[int, int]] = {
    Soak.rest: (2, 4),
    Soak.kill_task: (3, 4),
    Soak.kill_runner: (2, 0),
    Soak.kill_scheduler: (2, 0),
    Soak.stop_runner: (1, 1),
    Soak.stop_scheduler: (1, 1),
    Soak.disturb_database: (1, 1),
    Soak.move_file: (2, 2),
}


def soak(world: World) -> None:
    """One minute in the quick tier, ten in the full one."""
    seconds = world.pick(60, 600)
    with ExitStack() as stack:
        server: Any = None
        if world.backend != "sqlite":
            server = stack.enter_context(private(world.backend))
        home = stack.enter_context(world.home(server=server))
        home.migrate()
        empty = bytes_of_database(home)
        made = Soak(world, home, server)
        visitors = stack.enter_context(Visitors(home, world.pick(4, 20), "soak0"))
        end = time.monotonic() + seconds
        _disturb(made, end - seconds / 2, half=0)
        with Growth(home, made.scheduler.pid) as growth:
            _disturb(made, end, half=1)
        made.write_files("schedule=None")
        home.until(lambda: not _is_due(home), "nothing is due any more", 60)
        home.until_all_ended(120)
        must(made.scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        visitors.must_be_content()
        growth.must_be_flat()
        holds(home.check(hits={"*": made.hits}))
        runs = home.value("SELECT count(*) FROM dag_run")
        must(runs >= made.dags * 2, f"only {runs} runs in {seconds} s")
        size = (bytes_of_database(home) - empty) // runs
        must(size < BYTES_PER_RUN, f"{size} bytes in the database for each run")
        faults = sum(made.done.values()) - made.done["rest"]
        world.tell(faults=faults, runs=runs, requests=visitors.requests, bytes_per_run=size)
        world.tell(**growth.figures())


def _disturb(made: Soak, until: float, half: int) -> None:
    faults = list(FAULTS)
    weights = [FAULTS[each][half] for each in faults]
    while time.monotonic() < until:
        (fault,) = made.world.random.choices(faults, weights)
        fault(made)
        made.done[fault.__name__] += 1
        must(made.scheduler.poll() is None, f"the scheduler ended:\n{made.home.said()}")
        time.sleep(made.pick(0, 0.5))


def _is_due(home: TortureHome) -> int:
    query = "SELECT count(*) FROM dag WHERE next_dagrun_create_after IS NOT NULL"
    return int(home.value(query))
