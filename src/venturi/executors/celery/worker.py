"""`airflow celery worker`: a Celery worker whose pool is our bridge."""

import hashlib
import os
import select
import uuid
from pathlib import Path
from typing import Any, NamedTuple

from celery.apps.worker import Worker
from celery.utils.nodenames import default_nodename, host_format
from setproctitle import setproctitle

from venturi.config import get_config
from venturi.config.paths import private_dir, run_dir
from venturi.core.errors import Conflict, VenturiError
from venturi.core.locks import take_lock
from venturi.executors.celery.app import celery_app
from venturi.executors.celery.bridge import Identity
from venturi.executors.celery.bridge_process import BridgeProcess
from venturi.executors.celery.inside import Line, Ready
from venturi.executors.celery.keys import shared_keys
from venturi.executors.celery.urls import is_redis
from venturi.observe.lines import say


class NotWelcome(VenturiError):
    """The scheduler and this worker cannot work together."""


class Wanted(NamedTuple):
    """What the command line says about a worker; None: as configured."""

    queues: str | None = None
    concurrency: int | None = None
    hostname: str | None = None
    autoscale: str | None = None
    loglevel: str = "INFO"
    without_mingle: bool = False
    without_gossip: bool = False


def run_worker(wanted: Wanted) -> int:
    """Work until stopped: SIGTERM lets what runs end, a second one (or SIGQUIT) does not."""
    conf = get_config()
    app: Any = celery_app(conf)
    keys = shared_keys(conf)
    if is_redis(str(app.conf.broker_url)):
        from venturi.executors.celery import closed_channel

        closed_channel.use()
    name = host_format(default_nodename(wanted.hostname))
    queues = tuple(
        dict.fromkeys(
            part.strip()
            for part in (wanted.queues or app.conf.task_default_queue).split(",")
            if part.strip()
        )
    )
    autoscale = wanted.autoscale or conf.get("celery", "worker_autoscale") or None
    concurrency = wanted.concurrency or conf.getint("celery", "worker_concurrency")
    places = _most(autoscale) if autoscale else concurrency
    folder = _folder(name)
    lock = take_lock(folder / "worker.lock")
    if lock is None:
        raise Conflict(
            f"A worker named {name} runs already in this home; stop it, or give this one a name "
            "of its own: -cn NAME"
        )
    who = Identity(name, _id(folder, name), places, queues)
    drain = conf.getfloat("venturi", "worker_drain_seconds")
    app.venturi_bridge = BridgeProcess(folder, who, keys.bell, drain)
    app.venturi_bridge.start()
    _await_scheduler(app.venturi_bridge)
    worker = AirflowWorker(
        app=app,
        hostname=name,
        queues=list(queues),
        concurrency=concurrency,
        autoscale=autoscale,
        loglevel=wanted.loglevel,
        without_mingle=True,  # nothing to learn from others: rows say what runs
        without_gossip=wanted.without_gossip,
        optimization="fair",
    )
    worker.start()
    os.close(lock)
    return int(worker.exitcode or 0)


class AirflowWorker(Worker):  # type: ignore[misc]  # Celery has no types
    """Celery's worker, under the name by which people look for it in `ps`."""

    def set_process_status(self, info: str) -> None:
        """Called by Celery when the worker starts."""
        setproctitle(f"airflow worker {self.hostname}")


def _await_scheduler(bridge: BridgeProcess) -> None:
    """Wait until the scheduler has answered: nothing can be begun before. Raises `NotWelcome`."""
    told = False
    while True:
        if not select.select([bridge.wire], [], [], 3.0)[0]:
            if not told:
                say("Waiting for the scheduler to answer over the broker.")
                told = True
            continue
        for message in bridge.heard():
            match message:
                case Ready():
                    return
                case Line(fatal=True):
                    raise NotWelcome(message.text)
                case Line():
                    say(message.text)
                case None:
                    raise NotWelcome(
                        f"The worker's bridge ended; its words are in {bridge.folder}/bridge.log"
                    )


def _most(autoscale: str) -> int:
    """The larger number of `max,min`. Raises `NotWelcome`."""
    try:
        return max(int(part) for part in autoscale.split(","))
    except ValueError:
        raise NotWelcome(
            f"--autoscale (worker_autoscale) takes two numbers, most and fewest, as in 16,4; "
            f"not {autoscale!r}."
        ) from None


def _folder(name: str) -> Path:
    """Where this worker keeps its journal, logs and source; short, as a socket lies in it."""
    short = hashlib.sha256(name.encode()).hexdigest()[:8]
    return private_dir(run_dir() / f"w-{short}")


def _id(folder: Path, name: str) -> str:
    """An id that stays with this folder, and that no other worker of the same name has."""
    file = folder / "id"
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        made = f"{name}-{uuid.uuid4().hex[:8]}"
        file.write_text(made + "\n")
        return made
