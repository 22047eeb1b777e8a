"""The same installation with each executor: scheduler, and a worker where there is one."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.system.home import Home, fresh_home, kill

#: By name: the executor, and the broker.
SETUPS = {
    "sequential": ("SequentialExecutor", ""),
    "local": ("LocalExecutor", ""),
    "celery-rabbitmq": ("CeleryExecutor", "rabbitmq"),
    "celery-redis": ("CeleryExecutor", "redis"),
}
BRIDGE, GATEWAY = "airflow bridge", "airflow gateway"


class Setup:
    """A home in which tasks run. What ends is started again by whoever ended it."""

    def __init__(self, home: Home, executor: str, broker: str) -> None:
        self.home, self.is_celery = home, bool(broker)
        home.option("core", "executor", executor)
        home.option("venturi", "worker_lease_seconds", "60")
        if broker:
            home.option("celery", "broker_url", broker)
            home.option("celery", "worker_concurrency", "4")
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Scheduler and worker, until both are at work."""
        self.home.migrate()
        self.home.airflow("version")  # writes airflow.cfg
        self.start_worker()
        self.scheduler = self.home.scheduler()
        self.await_worker()

    def start_worker(self, *words: str) -> None:
        """A worker, where this executor has any."""
        if self.is_celery:
            output = self.home.path / f"worker-{time.monotonic_ns()}.out"
            self.worker = self.home.start("celery", "worker", *words, output=output)
            self.output = output

    def await_worker(self) -> None:
        """Wait until the worker takes work."""
        if self.is_celery:
            self.home.until(lambda: " ready." in self.output.read_text(), "the worker is ready", 30)

    def restart_scheduler(self, number: int) -> None:
        """End the scheduler with a signal, and start another one."""
        assert self.scheduler is not None
        self.scheduler.send_signal(number)
        self.scheduler.wait(20)
        self.scheduler = self.home.scheduler()

    def kill_runner(self) -> None:
        """kill -9 to what runs tasks: the worker, or this machine's runner."""
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait(10)
        else:
            for pid in self.home.processes("airflow runner"):
                kill(pid, signal.SIGKILL)

    def logs(self, dag_id: str, attempt: int = 1) -> str:
        """The log of the DAG's only task, of one try."""
        return self.home.log(dag_id, "t", attempt)

    def lines(self, name: str) -> list[str]:
        """What tasks have written into a file of the home."""
        path = self.home.path / name
        return path.read_text().split() if path.exists() else []


@contextmanager
def running(name: str, broker: str) -> Iterator[Setup]:
    """A started installation; all of it is gone afterwards."""
    with fresh_home() as home:
        setup = Setup(home, SETUPS[name][0], broker)
        setup.start()
        yield setup
