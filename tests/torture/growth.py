"""Whether processes grow: memory, open files and threads, looked at again and again."""

import threading
from collections import defaultdict
from functools import partial
from typing import NamedTuple, Self

import psutil

from tests.system.home import RUNNER
from tests.torture.homes import TortureHome
from tests.torture.plan import must

MASTER, WORKER = "airflow-webserver [master", "airflow-webserver [worker"
#: By how much a process may be larger at the end than after its warming up. A spare task process
#: that waits for work is three open files of the runner; there may be some more of them.
MIB, FILES, THREADS = 12, 24, 3


class Size(NamedTuple):
    """A process at one moment."""

    mib: float
    files: int
    threads: int


class Growth:
    """Looks at the scheduler, the runner and the web server every half second, in a thread."""

    def __init__(self, home: TortureHome, scheduler: int) -> None:
        self.home = home
        self.pids = {"scheduler": scheduler}
        for name, title in (("runner", RUNNER), ("web", WORKER), ("master", MASTER)):
            # The runner may have been killed a moment ago.
            self.pids[name] = home.until(partial(home.processes, title), f"a {name} is there")[0]
        self.sizes: defaultdict[str, list[Size]] = defaultdict(list)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _watch(self) -> None:
        while not self._stop.wait(0.5):
            for name, pid in self.pids.items():
                try:
                    process = psutil.Process(pid)
                    size = process.memory_info().rss / (1 << 20)
                    self.sizes[name].append(Size(size, process.num_fds(), process.num_threads()))
                except psutil.Error:
                    continue

    def grown(self) -> dict[str, Size]:
        """How much more each had at least in the last quarter of the time than in the second one.

        At least: what a process holds comes and goes with the tasks that run; a leak stays. In the
        first quarter one may still be warming up that has been started a moment before.
        """
        found = {}
        for name, sizes in self.sizes.items():
            part = max(1, len(sizes) // 4)
            first, last = sizes[part : 2 * part] or sizes, sizes[-part:]
            found[name] = Size(*(
                min(b) - min(a)
                for a, b in zip(zip(*first, strict=True), zip(*last, strict=True), strict=True)
            ))  # fmt: skip
        return found

    def must_be_flat(self) -> None:
        """Raise when one of them has grown, has gone, or was not seen."""
        grown = self.grown()
        for name in ("scheduler", "runner", "web", "master"):
            must(name in grown, f"the {name} was not seen")
            must(psutil.pid_exists(self.pids[name]), f"the {name} ended")
            by = grown[name]
            must(by.mib <= MIB, f"the {name} grew by {by.mib:.1f} MiB")
            must(by.files <= FILES, f"the {name} holds {by.files} more files")
            must(by.threads <= THREADS, f"the {name} has {by.threads} more threads")

    def figures(self) -> dict[str, str]:
        """For the result."""
        return {
            f"{name}_grew": f"{by.mib:+.1f}MiB,{by.files:+g}fd,{by.threads:+g}thr"
            for name, by in self.grown().items()
        }


def bytes_of_database(home: TortureHome) -> int:
    """How large the home's database is."""
    if home.store.engine.dialect.name == "sqlite":
        return home.database.stat().st_size
    if home.store.engine.dialect.name == "postgresql":
        return int(home.value("SELECT pg_database_size(current_database())"))
    return int(
        home.value(
            "SELECT sum(data_length + index_length) FROM information_schema.tables"
            " WHERE table_schema = database()"
        )
    )
