"""T13: tasks that wait for triggers, while what waits for them is killed.

There is no triggerer: a task that defers waits in its own process, which the runner keeps. So one
that blocks its event loop can hold up nobody else, and a runner's death costs a try, as ever. What
is asked: every event resumes its task, once for each try.
"""

import signal
import time

from tests.system.home import RUNNER, kill
from tests.torture.plan import World, holds, must

FILE = """
import asyncio, time
from datetime import datetime, timedelta
from airflow import DAG
from airflow.models.baseoperator import BaseOperator
from airflow.triggers.base import BaseTrigger, TriggerEvent
from notes import noted

class Wait(BaseTrigger):
    def __init__(self, seconds):
        super().__init__()
        self.seconds = seconds
    def serialize(self):
        return "waiters.Wait", {"seconds": self.seconds}
    async def run(self):
        await asyncio.sleep(self.seconds)
        yield TriggerEvent(self.seconds)

class Blocks(Wait):
    async def run(self):
        time.sleep(3600)
        yield TriggerEvent(0)

class Broken(Wait):
    def __init__(self, seconds):
        raise RuntimeError("this trigger cannot be made")

class Raises(Wait):
    async def run(self):
        raise RuntimeError("this trigger fails")
        yield

class Waiter(BaseOperator):
    def __init__(self, kind, seconds, **more):
        super().__init__(**more)
        self.kind, self.seconds = kind, seconds
    def execute(self, context):
        self.defer(trigger=self.kind(self.seconds), method_name="resume")
    def resume(self, context, event):
        with noted(context["ti"]):
            assert event == self.seconds, event

with DAG("waiters", start_date=datetime(2020, 1, 1), schedule="@once", max_active_tasks=200):
    for number, seconds in enumerate(SECONDS):
        Waiter(task_id=f"w{number}", kind=Wait, seconds=seconds, retries=50,
               retry_delay=timedelta(0))
    for kind in (Blocks, Broken, Raises):
        Waiter(task_id=kind.__name__.lower(), kind=kind, seconds=0, weight_rule="absolute",
               priority_weight=100, execution_timeout=timedelta(seconds=3))
"""
BAD = ("blocks", "broken", "raises")


def wait_for_triggers(world: World) -> None:
    """Many waiters and three bad ones; the runner is killed every few seconds."""
    count, kills = world.pick(24, 100), world.pick(3, 12)
    seconds = [round(world.random.uniform(1, 6), 1) for _ in range(count)]
    with world.home() as home:
        home.limit(world.pick(32, 64))
        home.dag("waiters.py", FILE.replace("SECONDS", repr(seconds)))
        scheduler = home.scheduler()
        home.until(lambda: "running" in home.states("waiters").values(), "they wait", 60)
        begun = time.monotonic()
        for _ in range(kills):
            time.sleep(world.random.uniform(1, 5))
            for pid in home.processes(RUNNER):
                kill(pid, signal.SIGKILL)
        home.until_all_ended(240)
        must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        ends = dict.fromkeys(BAD, "failed")
        holds(home.check(hits={"*": kills}, ends=ends))
        # A runner may die when a task has come to its end and nobody knows of it yet.
        resumed = len({line.ti for line in home.ledger.lines() if line.word == "end"})
        must(resumed == count, f"{resumed} of {count} tasks were resumed to their end")
        world.tell(waiters=count, kills=kills, seconds=round(time.monotonic() - begun))
