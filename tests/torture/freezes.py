"""T04: the runner is stopped and thawed, alone and with everything below it.

On one machine the connection is the lease (decision 017): nobody takes over from a runner that is
stopped, so nothing may be lost, repeated or run beside itself; things are late, and that is all.
"""

import signal
import time

from tests.system.home import RUNNER, kill
from tests.torture.homes import LEASE, TortureHome, place_load
from tests.torture.plan import World, holds, must


def freeze_and_thaw(world: World) -> None:
    """Stop for three leases in the full tier, for one and a half in the quick one."""
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


def _until_more_begin(home: TortureHome) -> None:
    begun = home.ledger.count("start")
    home.until(lambda: home.ledger.count("start") > begun, "something runs", 60)


def _family(home: TortureHome) -> list[int]:
    """The runner, its hosts and its tasks: everything but the scheduler."""
    schedulers = set(home.processes("airflow scheduler"))
    return [pid for pid in home.processes() if pid not in schedulers]
