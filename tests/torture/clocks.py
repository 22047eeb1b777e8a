"""A wall clock that a test sets, for real processes: `moved_clock.c`, preloaded into them.

The engine has no hook for it, and needs none: what has to bear a moved clock is everything that
asks the machine - the engine, SQLite, logging, people's code - and a hook would reach only the
first of them. libfaketime would do it too, but it bends sleeps and timeouts as well, and can only
be had by root.
"""

import shutil
import struct
import subprocess
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path

from tests.services.server import ServiceMissing

SOURCE = Path(__file__).with_name("moved_clock.c")


class MovedClock:
    """A clock for all processes that are started with it; one step moves all of them at once."""

    def __init__(self, folder: Path, name: str = "clock", ahead: int = 0) -> None:
        self.library, self.path = folder / "moved_clock.so", folder / name
        if not self.library.exists():
            _compile(self.library)
        self.set(ahead)

    def give(self, env: MutableMapping[str, str]) -> None:
        """Have processes that are started with this environment look at this clock."""
        env.update({"LD_PRELOAD": str(self.library), "TORTURE_CLOCK": str(self.path)})

    def set(self, ahead: int) -> None:
        """Be so many seconds ahead of the machine's clock."""
        self.ahead = ahead
        # In place: the file is mapped by those who look at it.
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            file.write(struct.pack("q", ahead))

    def move(self, seconds: int) -> None:
        """Step forward, or back."""
        self.set(self.ahead + seconds)

    def set_to(self, instant: datetime) -> None:
        """It is this instant, to the second."""
        self.set(int(instant.timestamp() - time.time()))  # noqa: TID251 - the machine's clock

    def now(self) -> datetime:
        """What it shows."""
        return datetime.fromtimestamp(time.time() + self.ahead, UTC)  # noqa: TID251


def _compile(library: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise ServiceMissing("no C compiler is here to make a movable clock: apt-get install gcc")
    words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise ServiceMissing(f"the movable clock cannot be compiled here: {made.stderr.strip()}")
