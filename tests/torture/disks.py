"""T18: the disk of the logs is full. Tasks go on, the engine stays up, all is well afterwards."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services.server import ServiceMissing
from tests.torture.homes import place_load
from tests.torture.plan import World, holds, must

SIZE_MB = 32
#: Seconds until all is as before once there is room, on a machine with nothing else to do.
RECOVERED = 10.0
LOUD = """
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
from notes import noted
def shout(ti):
    with noted(ti):
        for _ in range(MEGABYTES):
            print("x" * (1 << 20))
with DAG("loud", start_date=datetime(2020, 1, 1), schedule="@once"):
    PythonOperator(task_id="shout", python_callable=shout)
"""


@contextmanager
def small_disk(path: Path) -> Iterator[None]:
    """A disk of its own at `path`, which must be an empty folder."""
    if os.geteuid() != 0:
        raise ServiceMissing("only root can make a small disk to fill")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,nr_inodes=2000", "tmpfs", path],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode != 0:
        raise ServiceMissing(f"a small disk cannot be had here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=False)


def fill_the_disk(world: World) -> None:
    """A task prints more than there is room for; then inodes run out too; then there is room."""
    with world.home() as home:
        logs = home.path / "logs"
        logs.mkdir()
        with small_disk(logs):
            scheduler = home.scheduler()
            loud = LOUD.replace("MEGABYTES", str(world.pick(64, 1024)))
            home.dag("loud.py", loud)
            home.until(lambda: home.run_state("loud") is not None, "it shouts", 60)
            home.until_done(place_load(home, world.random, world.pick(2, 10)), 180)
            must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
            filled = os.statvfs(logs)
            held = _take_inodes(logs)
            home.until_done(place_load(home, world.random, 2), 120)
            for path in held:
                path.unlink()
            for path in logs.rglob("*.log"):
                path.unlink()
            begun = time.monotonic()
            last = place_load(home, world.random, 1)
            home.until_done(last, 60)
            took, most = time.monotonic() - begun, RECOVERED * world.load()
            must(took <= most, f"{took:.1f} s after there was room again; {most:.1f} s are granted")
            must(home.log(last, "first"), "there is room again, and no log is written")
            must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
            holds(home.check())
            world.tell(free_bytes=filled.f_bavail * filled.f_bsize, inodes=len(held))
            world.tell(recovered_s=round(took, 1))


def _take_inodes(folder: Path) -> list[Path]:
    taken: list[Path] = []
    try:
        for number in range(5000):
            path = folder / f"inode{number}"
            path.touch()
            taken.append(path)
    except OSError:
        return taken
    return taken
