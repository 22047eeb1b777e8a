"""T15: the scheduler hangs - its loop at points of its own, or the whole process - or a host does.

A loop that hangs is noticed by the thread beside it, which tells the stack and starts the process
again under the same id. A process that is stopped as a whole cannot notice anything: its lease
runs out on the database's clock and a standby goes on; the thawed one finds that, and leaves. The
runner and its tasks go on in both cases. A runner that is stopped is T04's. A host, from which the
tasks of a file are forked, is passed by: a new one takes its place, and its tasks go on.
"""

import signal
import subprocess
import time
from contextlib import suppress

import psutil

from tests.system.home import kill
from tests.torture.homes import LEASE, TortureHome, place_load
from tests.torture.plan import World, holds, must
from tests.torture.points import named_points
from venturi.core.failpoints import VARIABLE

#: Seconds until a hang is told, on a machine with nothing else to do.
DETECTED = 10.0
#: More of them until another host is there: it is looked at once a second, and imports its file.
SLACK = 3.0
#: Points outside of the database, whose own deadlines are longer.
POINTS = sorted(name for name in named_points() if name.startswith("scheduler."))
HANGS = "loop has been hanging"


def freeze(world: World) -> None:
    """The loop at every one of its points; then the whole process, with another one in line."""
    most = DETECTED * world.load()
    slowest = 0.0
    with world.home() as home:
        home.migrate()
        for number, point in enumerate(POINTS * world.pick(1, 3)):
            slowest = max(slowest, _freeze_loop(home, world, number, point, most))
        took = _freeze_process(home, world)
        _freeze_host(home, world, most)
        holds(home.check())
    must(took <= LEASE + most, f"the standby took over after {took:.1f} s")
    world.tell(hangs=len(POINTS), told_s=round(slowest, 1), taken_over_s=round(took, 1))


def _freeze_loop(home: TortureHome, world: World, number: int, point: str, most: float) -> float:
    """The loop sleeps at a point for ever; how long it took to be told and started again."""
    mark = home.path / f"frozen{number}"
    home.env[VARIABLE] = f"{point}=sleep:100000@{world.random.randint(1, 4)};once={mark}"
    before, ups = home.said().count(HANGS), home.said().count("Scheduling with")
    last = place_load(home, world.random, world.pick(3, 8))
    process = home.start("scheduler", output=home.output)
    home.until(mark.exists, f"it comes to {point}", 60)
    begun = time.monotonic()
    home.until(lambda: home.said().count(HANGS) > before, "the hang is told", most)
    took = time.monotonic() - begun
    home.until(lambda: home.said().count("Scheduling with") >= ups + 2, "it starts again", 60)
    must(process.poll() is None, "it did not start again as the same process")
    must("in reach" in home.said().rpartition(HANGS)[2], "the stack is not told")
    home.until_done(last, 60)
    _leave(process)
    home.env.pop(VARIABLE)
    return took


def _freeze_process(home: TortureHome, world: World) -> float:
    """The active one is stopped under load; how long it took until another one scheduled."""
    active = home.scheduler()
    standby = home.start("scheduler", output=home.output)
    home.until(lambda: "standing by" in home.said(), "another one stands by", 60)
    ups = home.said().count("Scheduling with")
    place_load(home, world.random, world.pick(3, 8))
    home.until(lambda: home.processes("airflow task"), "something runs", 60)
    active.send_signal(signal.SIGSTOP)
    begun = time.monotonic()
    home.until(lambda: home.said().count("Scheduling with") > ups, "the standby takes over", 90)
    took = time.monotonic() - begun
    home.until_done(place_load(home, world.random, 1), 60)
    kill(active.pid, signal.SIGCONT)
    must(active.wait(60) == 0, "the thawed one did not leave in order")
    must("Another scheduler has taken over" in home.said(), "it does not say why it left")
    home.until_done(place_load(home, world.random, 1), 60)
    must(standby.poll() is None, f"the standby ended:\n{home.said()}")
    _leave(standby)
    return took


def _freeze_host(home: TortureHome, world: World, most: float) -> None:
    """The process from which a file's tasks are forked is stopped while some of them wait."""
    process = home.scheduler()
    last = place_load(home, world.random, 1)
    (host,) = home.until(lambda: _hosts_of(home, last), f"{last} has a host", 60)
    home.until(lambda: home.processes(f"airflow task {last}"), "it runs", 60)
    kill(host, signal.SIGSTOP)
    begun = time.monotonic()
    home.until(lambda: set(_hosts_of(home, last)) - {host}, "another host takes its place", 60)
    took = time.monotonic() - begun
    home.until_done(last, 60)
    kill(host, signal.SIGCONT)
    home.until(lambda: host not in _hosts_of(home, last), "the thawed host leaves", 60)
    must(took <= most + SLACK, f"the host was passed by after {took:.1f} s")
    world.tell(host_passed_by_s=round(took, 1))
    _leave(process)


def _hosts_of(home: TortureHome, dag_id: str) -> list[int]:
    """Spares bear the title of the host they were forked from; they are none."""
    called_so = set(home.processes(f"airflow host {home.dags}/{dag_id}.py"))
    hosts = []
    for pid in called_so:
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).ppid() not in called_so:
                hosts.append(pid)
    return hosts


def _leave(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    must(process.wait(30) == 0, "the scheduler did not leave in order")
