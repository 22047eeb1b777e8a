"""A home whose tasks run on Celery workers, behind a broker that belongs to the scenario."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.system.home import NotInTime
from tests.torture.brokers import Broker
from tests.torture.homes import TortureHome

WORKER, BRIDGE, GATEWAY = "airflow worker", "airflow bridge", "airflow gateway"
#: How much each of the two workers runs at once, and both of them.
CONCURRENCY = 8
PLACES = 2 * CONCURRENCY
#: Seconds that a worker may be unheard of: more than any broker is away in these tests.
LEASE = 60.0


class CeleryHome(TortureHome):
    """Two workers in one home, unless told otherwise; `scheduler` starts those that do not run."""

    def __init__(self, url: str, broker: Broker) -> None:
        super().__init__(url)
        self.broker = broker
        self.names = ["one", "two"]
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.option("core", "executor", "CeleryExecutor")
        self.option("celery", "broker_url", broker.url)
        self.option("celery", "worker_concurrency", str(CONCURRENCY))
        self.option("venturi", "worker_lease_seconds", str(LEASE))

    def migrate(self) -> None:
        """Make the tables, and the configuration with the key that both sides share."""
        super().migrate()
        made = self.airflow("version")
        assert made.returncode == 0, made.stderr

    def until(self, condition: Callable[[], Any], what: str, seconds: float = 20.0) -> Any:
        """Tells also what the workers have said when time is over."""
        try:
            return super().until(condition, what, seconds)
        except NotInTime as late:
            for path in sorted(self.path.glob("worker-*.out")):
                late.add_note(f"{path.name}:\n{path.read_text()[-6000:]}")
            raise

    def scheduler(self) -> Any:
        """Start a scheduler, and workers where none runs; wait until all are at work."""
        if not self.migrated:
            self.migrate()
        new = [name for name in self.names if not self.runs(name)]
        process = super().scheduler()
        for name in new:
            self.await_worker(name)
        return process

    def start(self, *words: str, output: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a command that stays; with a scheduler come workers, where none runs."""
        if words[0] == "scheduler":
            for name in self.names:
                if not self.runs(name):
                    self.start_worker(name)
        return super().start(*words, output=output)

    def runs(self, name: str) -> bool:
        """Whether this worker is there."""
        return name in self.workers and self.workers[name].poll() is None

    def start_worker(self, name: str) -> None:
        """Start a worker; it takes work once it has heard of the scheduler."""
        self.output_of(name).unlink(missing_ok=True)
        self.workers[name] = self.start(
            *("celery", "worker", "-cn", f"celery@{name}"), output=self.output_of(name)
        )

    def await_worker(self, name: str) -> None:
        """Wait until it takes work."""
        self.until(
            lambda: " ready." in self.output_of(name).read_text(), f"worker {name} is ready", 60
        )

    def family(self, name: str, title: str = "") -> list[int]:
        """All living processes of a worker, or those whose command line begins so."""
        worker = psutil.Process(self.workers[name].pid)
        pids = {worker.pid, *(child.pid for child in worker.children(recursive=True))}
        return [pid for pid in self.processes(title) if pid in pids]

    def end_workers(self) -> None:
        """kill -9, and wait until nothing of them is left but what ends by itself."""
        for worker in self.workers.values():
            worker.kill()
            worker.wait(10)
        self.until(lambda: not self.processes(BRIDGE), "the bridges have left", 60)

    def end(self) -> None:
        """End everything; the broker is empty for the next home."""
        super().end()
        self.broker.clear()

    def output_of(self, name: str) -> Path:
        """What a worker prints."""
        return self.path / f"worker-{name}.out"
