"""A taste of the torture suite for every change; `make torture` plays the whole of it."""

import random
import signal

import pytest

from tests.system.home import RUNNER, TASK, kill
from tests.torture.crashes import crash_scheduler, prepare, recover, scheduler_points
from tests.torture.homes import place_load, torture_home
from tests.torture.plan import World, holds

#: Points where most of what can go wrong would go wrong.
POINTS = [
    "before scheduler.step:Stepper.step",
    "after scheduler.step:Stepper.step",
    "scheduler.sending",
    "after scheduler.intake:Intake.take",
]


@pytest.mark.timeout(240)
def test_a_scheduler_killed_at_a_commit_loses_and_repeats_nothing() -> None:
    world = World("sqlite", random.randrange(10**6), quick=True)
    print(f"seed {world.seed}")
    assert set(POINTS) <= set(scheduler_points())
    with world.home() as home:
        prepare(home)
        for number, point in enumerate(POINTS):
            assert crash_scheduler(home, world, number, point), f"{point} was not reached"
            recover(home, number)
        home.until_all_ended(60)
        holds(home.check())


@pytest.mark.timeout(240)
def test_killed_tasks_and_runners_cost_one_try_each() -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    with torture_home() as home:
        home.scheduler()
        for title in (TASK, RUNNER):
            # Each time anew: on a busy machine the load before may be done by now.
            place_load(home, random.Random(seed), 2, task="retries=9, retry_delay=timedelta(0)")
            home.until(lambda: home.processes(TASK), "something runs", 60)
            for pid in home.processes(title)[:1]:
                kill(pid, signal.SIGKILL)
        home.until_all_ended(60)
        holds(home.check(hits={"*": 2}))
