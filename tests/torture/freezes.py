"""T04: the runner is stopped and thawed, alone and with everything below it.

On one machine the connection is the lease (decision 017): nobody takes over from a runner that is
stopped, so nothing may be lost, repeated or run beside itself; things are late, and that is all.

A worker has a lease. One that is stopped for longer has lost what it ran, and another one runs it:
its bridge stopped alone, the runner ends the tasks before; all of it stopped, they go on for an
instant when they are thawed, and nothing that they say is taken.
"""

import signal
import time

from tests.system.home import RUNNER, TASK, kill
from tests.torture.homes import LEASE, TortureHome, fan, place_load
from tests.torture.plan import World, holds, must
from tests.torture.workers import BRIDGE, CeleryHome

#: Seconds that a worker may be unheard of, where that is what is tried.
WORKER_LEASE = 10.0
#: Seconds that what another worker has by now may live on after its own was thawed (R5).
OUTLIVED = 0.2


def freeze_and_thaw(world: World) -> None:
    """Stop for three leases in the full tier, for one and a half in the quick one."""
    if world.is_celery:
        freeze_workers(world)
        return
    frozen = LEASE * world.pick(1.5, 3)
    with world.home() as home:
        scheduler = home.scheduler()
        for whole_tree in (False, True):
            place_load(home, world.random, world.pick(3, 10))
            _until_more_begin(home)
            stopped = _family(home) if whole_tree else home.processes(RUNNER)
            for pid in stopped:
                kill(pid, signal.SIGSTOP)
            time.sleep(frozen)
            for pid in stopped:
                kill(pid, signal.SIGCONT)
            home.until_all_ended(120)
            must(scheduler.poll() is None, "the scheduler ended")
        holds(home.check())
        world.tell(frozen_s=frozen)


def freeze_workers(world: World) -> None:
    """Stop the bridge of one of two workers, then all of one, for longer than their lease."""
    with world.celery_home() as home:
        home.option("venturi", "worker_lease_seconds", str(WORKER_LEASE))
        scheduler = home.scheduler()
        lost = _freeze(home, world, "bridge", whole_tree=False)
        must(not _overlaps(home), "a task was still alive when another worker had it")
        thawed_lost = _freeze(home, world, "tree", whole_tree=True)
        must(scheduler.poll() is None, "the scheduler ended")
        overlaps = _overlaps(home)
        must(overlaps <= thawed_lost, f"{overlaps} overlaps, of {thawed_lost} that were thawed")
        holds(home.check(hits={"*": 2}, overlaps=overlaps))
        world.tell(lost=lost + thawed_lost, overlaps=overlaps)


def _freeze(home: CeleryHome, world: World, name: str, *, whole_tree: bool) -> int:
    """How many attempts were lost by it."""
    retries = "retries=9, retry_delay=timedelta(0)"
    go = home.path / f"go-{name}"
    begun, known = home.ledger.count("start"), _lost(home)
    text = fan(f"held_{name}", 6, call="work_until", arguments=repr(str(go)), task=retries)
    home.dag(f"held_{name}.py", text)
    home.until(lambda: home.ledger.count("start") == begun + 6, "tasks run", 60)
    place_load(home, world.random, world.pick(3, 10), task=retries)
    tasks = {worker: home.family(worker, TASK) for worker in home.names}
    victim = max(home.names, key=lambda worker: len(tasks[worker]))
    stopped = home.family(victim) if whole_tree else home.family(victim, BRIDGE)
    for pid in stopped:
        kill(pid, signal.SIGSTOP)
    home.until(lambda: _lost(home) > known, "what it ran is lost", WORKER_LEASE * 4)
    time.sleep(world.pick(1.0, WORKER_LEASE))
    for pid in stopped:
        kill(pid, signal.SIGCONT)
    thawed = time.monotonic()
    old = set(tasks[victim])
    home.until(lambda: not old & set(home.processes(TASK)), "what was lost is ended", 20)
    outlived = time.monotonic() - thawed
    world.tell(**{f"{name}_outlived_s": round(outlived, 2)})
    must(outlived <= OUTLIVED * world.load(), f"the {name} lived on for {outlived:.2f} s")
    go.touch()
    home.until_all_ended(120)
    return _lost(home) - known


def _lost(home: CeleryHome) -> int:
    query = "SELECT count(*) FROM task_instance_history WHERE reason LIKE ?"
    return int(home.value(query, "%nothing was heard of worker%"))


def _overlaps(home: CeleryHome) -> int:
    return home.ledger.count("overlap")


def _until_more_begin(home: TortureHome) -> None:
    begun = home.ledger.count("start")
    home.until(lambda: home.ledger.count("start") > begun, "something runs", 60)


def _family(home: TortureHome) -> list[int]:
    """The runner, its hosts and its tasks: everything but the scheduler."""
    schedulers = set(home.processes("airflow scheduler"))
    return [pid for pid in home.processes() if pid not in schedulers]
