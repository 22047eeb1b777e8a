"""T02: runners and task processes are killed at random moments, again and again.

With workers also what is around them: the worker itself, its bridge, the scheduler's gateway.
"""

import signal
import time

from tests.system.home import RUNNER, TASK, kill
from tests.torture.homes import LEASE, TortureHome, place_load
from tests.torture.plan import World, holds, must
from tests.torture.workers import BRIDGE, GATEWAY, CeleryHome

RETRIES = "retries=30, retry_delay=timedelta(0)"

#: Seconds that a task may outlive its runner, on a machine with nothing else to do.
ORPHANS = 1.0


def kill_at_random(world: World) -> None:
    """Half of the kills hit a task, half its runner; each costs what ran one try, visibly."""
    kills = world.pick(8, 40)
    with world.home() as home:
        scheduler = home.scheduler()
        place_load(home, world.random, world.pick(4, 20), task=RETRIES)
        tasks_killed, runners_killed, longest, again = set[int](), 0, 0.0, 0.0
        for number in range(kills):
            home.until(lambda: home.processes(TASK) or _is_over(home), "something runs", 60)
            if _is_over(home):
                place_load(home, world.random, 2, task=RETRIES + f", priority_weight={number + 2}")
                continue
            time.sleep(world.random.uniform(0.0, 0.4))
            if number % 2 and isinstance(home, CeleryHome):
                longest = max(longest, _kill_around(home, world))
                runners_killed += 1
            elif number % 2:
                longest = max(longest, _kill_runner(home))
                again = max(again, _until_more_begin(home))
                runners_killed += 1
            else:
                tasks_killed |= _kill_task(home, world)
        home.until_all_ended(180)
        must(scheduler.poll() is None, "the scheduler ended")
        holds(home.check(hits={"*": kills}))
        lost = home.sql(
            "SELECT reason, pid, hostname FROM task_instance_history WHERE state <> 'success'"
        )
        load = world.load()
        must(longest <= ORPHANS * load, f"orphans lived for {longest:.1f} s")
        must(again <= (LEASE + 2) * load, f"nothing began for {again:.1f} s")
        must(all(row[0] for row in lost), "an attempt was lost without a reason")
        world.tell(runners=runners_killed, tasks=len(tasks_killed), lost=len(lost))
        world.tell(orphans_s=round(longest, 2), again_s=round(again, 2))


def _is_over(home: TortureHome) -> bool:
    return home.all_ended() and not home.processes(TASK)


def _kill_task(home: TortureHome, world: World) -> set[int]:
    running = home.processes(TASK)
    chosen = {world.random.choice(running)} if running else set()
    for pid in chosen:
        kill(pid, signal.SIGKILL)
    return chosen


def _kill_around(home: CeleryHome, world: World) -> float:
    """Kill a worker, or something that serves workers; how long tasks outlived what they need."""
    what = world.random.choice([RUNNER, BRIDGE, GATEWAY, "worker"])
    if what == RUNNER:
        return _kill_runner(home)
    if what != "worker":
        for pid in home.processes(what):
            kill(pid, signal.SIGKILL)
        return 0.0
    name = world.random.choice(home.names)
    home.workers[name].kill()
    home.workers[name].wait(10)
    home.start_worker(name)  # as whatever looks after services does
    return 0.0


def _kill_runner(home: TortureHome) -> float:
    """How long its tasks outlived it."""
    orphans = set(home.processes(TASK))
    for pid in home.processes(RUNNER):
        kill(pid, signal.SIGKILL)
    begun = time.monotonic()
    home.until(lambda: not orphans & set(home.processes(TASK)), "orphans die with it", 5)
    return time.monotonic() - begun


def _until_more_begin(home: TortureHome) -> float:
    """How long it took until something ran again, if anything is left to run."""
    begun, before = time.monotonic(), home.ledger.count("start")
    home.until(lambda: home.ledger.count("start") > before or home.all_ended(), "they go on", 60)
    return time.monotonic() - begun
