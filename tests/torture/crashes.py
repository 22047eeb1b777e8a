"""T05: the scheduler dies at every point where it can, and the runner at every one of its own.

One home lives through all of it. For each point: fresh DAGs arrive, a scheduler starts that will
be killed there, and the next one must go on. Nothing may be lost or repeated by a scheduler's
death; a runner's death costs each attempt that ran one try, as the history must say.
"""

import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from tests.system.home import RUNNER, kill, until
from tests.torture.homes import TortureHome, diamond, shape
from tests.torture.plan import World, holds, must
from tests.torture.points import commits, named_points, sides
from tests.torture.workers import CeleryHome
from venturi.core.failpoints import VARIABLE

#: Commits of the scheduler that T05 cannot have it reach, and why that is no gap.
UNREACHED = {
    "scheduler.step:Stepper._park": "only a run that cannot be decided is parked, and none is made",
    "scheduler.upkeep:Upkeep._in_transaction": "the first sweep comes after a minute",
}
#: And without workers.
UNREACHED_LOCALLY = {
    "scheduler.grants": "nobody claims",
}
#: Seconds in which a point must be reached, or is counted as unreached.
PATIENCE = 12.0
#: Seconds until a scheduler goes on after a death, on a machine with nothing else to do.
RECOVERY = 5.0

TIMETABLE = """
from airflow.plugins_manager import AirflowPlugin
from airflow.timetables.base import DagRunInfo, DataInterval, Timetable
from datetime import timedelta

class Twice(Timetable):
    def infer_manual_data_interval(self, run_after):
        return DataInterval.exact(run_after)

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        last = last_automated_data_interval
        start = restriction.earliest if last is None else last.end
        if start > restriction.earliest + timedelta(days=1):
            return None
        return DagRunInfo.interval(start=start, end=start + timedelta(days=1))

class Torture(AirflowPlugin):
    name = "torture"
    timetables = [Twice]
"""

#: Asks the engine to write something in the middle of a task, and has a timetable of its own.
ASKING = """
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
from torture import Twice
from notes import noted
def asking(ti):
    with noted(ti):
        ti.xcom_push("half", ti.try_number)
with DAG(DAG_ID, start_date=datetime(2020, 1, 1), timetable=Twice(), catchup=True):
    PythonOperator(task_id="asking", python_callable=asking)
"""


def scheduler_points(*, is_celery: bool = False) -> list[str]:
    """Both sides of every commit of the scheduler, and the named points of it."""
    excused = (*UNREACHED, *(() if is_celery else UNREACHED_LOCALLY))
    of_commits = [
        point
        for commit in sorted(commits())
        if commit.startswith("scheduler.") and not commit.startswith(excused)
        for point in sides(commit)
    ]
    return of_commits + [name for name in sorted(named_points()) if name.startswith("scheduler.")]


def runner_points() -> list[str]:
    """The named points of the runner."""
    return [name for name in sorted(named_points()) if name.startswith("runner.")]


def crash_everywhere(world: World) -> None:
    """Kill the scheduler at each of its points, then the runner at each of its own."""
    rounds = world.pick(1, 3)
    # In the quick tier every other one; the next seed has the others.
    there = scheduler_points(is_celery=world.is_celery)
    chosen = there[world.pick(world.seed % 2, 0) :: world.pick(2, 1)]
    points = [point for _ in range(rounds) for point in chosen]
    world.random.shuffle(points)
    with world.home() as home:
        unreached = Counter[str]()
        slowest = 0.0
        prepare(home)
        for number, point in enumerate(points):
            # The later turns of a busy point hit it in the middle of things.
            turn = world.random.randint(1, 4) if "step" in point or "send" in point else 1
            if not crash_scheduler(home, world, number, point, turn):
                unreached[point] += 1
            slowest = max(slowest, recover(home, number))
        still = [point for point, times in unreached.items() if times == rounds]
        must(not still, f"never reached: {', '.join(sorted(still))}")
        home.until_all_ended(120)
        holds(home.check())
        world.tell(points=len(set(points)), kills=len(points) - unreached.total())
        must(slowest <= RECOVERY * world.load(), f"the next one was up after {slowest:.1f} s")
        world.tell(slowest_recovery=round(slowest, 2))
    with world.home() as home:
        reached = [point for point in runner_points() if _crash_runner(home, world, point)]
        missing = set(runner_points()) - set(reached)
        must(not missing, f"never reached: {', '.join(sorted(missing))}")
        home.until_all_ended(120)
        holds(home.check(hits={"*": len(reached)}))
        world.tell(runner_points=len(reached))
    with world.home() as home:
        _crash_with_a_standby(home, world)


def _crash_with_a_standby(home: TortureHome, world: World) -> None:
    """The same with another scheduler in line, which goes on: at some points, or at all."""
    points = scheduler_points()
    world.random.shuffle(points)
    points = points[: world.pick(3, None)]
    prepare(home)
    times = [_crash_one(home, world, number, point) for number, point in enumerate(points)]
    reached, slowest = sum(time is not None for time in times), max(time or 0.0 for time in times)
    must(reached, "no point was reached")
    home.until_all_ended(120)
    holds(home.check())
    must(slowest <= RECOVERY * world.load(), f"the standby took over after {slowest:.1f} s")
    world.tell(standby_kills=reached, standby_s=round(slowest, 2))


def _crash_one(home: TortureHome, world: World, number: int, point: str) -> float | None:
    """How long the death at a point was felt; None when it was not reached."""
    active, mark = _start_with_trap(home, world, number, point, 1)
    home.until(lambda: _is_active(home, active), "one is active", 30)
    standby = home.start("scheduler", output=home.output)
    _until_dead(home, number, point, active)
    begun = time.monotonic()
    home.until(lambda: _is_active(home, standby), "the other takes over", 60)
    took = time.monotonic() - begun
    home.until(lambda: _has_ended(home, number), f"all ends after {point}", 60)
    must(standby.poll() is None, f"the standby ended:\n{home.said()}")
    standby.terminate()
    must(standby.wait(20) == 0, "the standby did not leave in order")
    return took if mark.exists() else None


def _is_active(home: TortureHome, process: subprocess.Popen[bytes]) -> bool:
    """It holds the lease, or has ended."""
    holder = str(home.value("SELECT holder FROM scheduler_lease") or "")
    return process.poll() is not None or holder.endswith(f":{process.pid}")


def _place(home: TortureHome, world: World, number: int, task: str = "") -> None:
    seconds = world.random.uniform(0.01, 0.1)
    home.dag(f"load{number}.py", shape(f"load{number}", diamond(), lambda _: seconds, task=task))


def prepare(home: TortureHome) -> None:
    """What the DAGs of this scenario need."""
    (home.path / "plugins").mkdir()
    (home.path / "plugins/torture.py").write_text(TIMETABLE)
    home.migrate()


def crash_scheduler(
    home: TortureHome, world: World, number: int, point: str, turn: int = 1
) -> bool:
    """Whether a scheduler was killed at the point."""
    process, mark = _start_with_trap(home, world, number, point, turn)
    _until_dead(home, number, point, process)
    return mark.exists()


def _start_with_trap(
    home: TortureHome, world: World, number: int, point: str, turn: int
) -> tuple[subprocess.Popen[bytes], Path]:
    """A scheduler that will be killed at the point, with work to do; and the mark that it was."""
    mark = home.path / f"sprung{number}"
    _place(home, world, number)
    home.dag(f"asking{number}.py", ASKING.replace("DAG_ID", repr(f"asking{number}")))
    if number:
        (home.dags / f"asking{number - 1}.py").unlink()  # a file goes: that is written too
    home.env[VARIABLE] = f"{point}=kill@{turn};once={mark}"
    process = home.start("scheduler", output=home.output)
    home.env.pop(VARIABLE)
    return process, mark


def _until_dead(
    home: TortureHome, number: int, point: str, process: subprocess.Popen[bytes]
) -> None:
    """Wait for the point; one that is not reached in time is killed anyhow."""
    end = time.monotonic() + PATIENCE
    is_leaving = False
    while process.poll() is None and time.monotonic() < end:
        if not is_leaving and point.endswith(".leave") and _has_ended(home, number):
            process.terminate()  # what it does when it leaves is a point too
            is_leaving = True
        time.sleep(0.02)
    process.kill()
    process.wait(10)


def _has_ended(home: TortureHome, number: int) -> bool:
    return home.run_state(f"load{number}") in {"success", "failed"} and home.all_ended()


def recover(home: TortureHome, number: int) -> float:
    """A scheduler without traps takes over and is stopped; how long it took to schedule."""
    begun = time.monotonic()
    process = home.scheduler()
    took = time.monotonic() - begun
    home.until(lambda: _has_ended(home, number), "what was under way ends", 60)
    process.terminate()
    must(process.wait(20) == 0, "the scheduler did not leave in order")
    return took


def _crash_runner(home: TortureHome, world: World, point: str) -> bool:
    """Whether a runner was killed at the point; everything ends nevertheless."""
    number = sum(1 for _ in home.dags.glob("load*.py"))
    mark = home.path / f"sprung-{point}"
    if isinstance(home, CeleryHome):
        home.end_workers()
    for pid in home.processes(RUNNER):
        kill(pid, signal.SIGKILL)
    home.env[VARIABLE] = f"{point}=kill@{world.random.randint(1, 3)};once={mark}"
    if point == "runner.greeted":
        home.env[VARIABLE] = f"{point}=kill;once={mark}"
    retries = "retries=9, retry_delay=timedelta(0)"
    _place(home, world, number, task=retries)
    if isinstance(home, CeleryHome):  # a worker's runner is meant, not the one beside the scheduler
        home.start_worker(home.names[0])
        home.env.pop(VARIABLE)
    scheduler = home.scheduler()
    home.until(lambda: _has_ended(home, number), f"all ends after {point}", 60)
    home.env.pop(VARIABLE, None)
    _stop(scheduler)
    until(lambda: scheduler.poll() is not None, "the scheduler left")
    return Path(mark).exists()


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(20)
