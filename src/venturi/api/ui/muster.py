"""The workers behind the broker, asked by Celery's own means."""

from threading import Lock

import msgspec

from venturi.config import Config
from venturi.core.errors import VenturiError
from venturi.executors.table import executor_kinds

#: Seconds for which an answer is good: each question goes to all workers, and waits for them.
GOOD_FOR = 10.0


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """A worker: what it serves, how many tasks it has, how many it takes at once."""

    name: str
    queues: list[str]
    active: int
    places: int
    pid: int


class Workers(msgspec.Struct, frozen=True, kw_only=True):
    """All workers that answer; `is_remote`: tasks run on workers at all."""

    is_remote: bool
    workers: list[Worker] = []
    #: why nobody could be asked
    problem: str | None = None


class Muster:
    """The last answer. One asks, whoever else wants to know meanwhile hears the same."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: tuple[float, Workers] | None = None

    def get(self, conf: Config, now: float) -> Workers:
        """Who answers, no older than `GOOD_FOR`; `now` on the clock that never jumps, in seconds."""
        kinds = executor_kinds(conf.get_mandatory_value("core", "executor"))
        if not any(kind.is_remote for kind in kinds.values()):
            return Workers(is_remote=False)
        with self._lock:
            if self._known is None or now - self._known[0] > GOOD_FOR:
                self._known = now, _ask(conf)
            return self._known[1]


def _ask(conf: Config) -> Workers:
    # Celery is loaded by servers that have workers, when somebody looks.
    from venturi.executors.celery.control import workers

    try:
        lines = workers(conf)
    except VenturiError as error:
        return Workers(is_remote=True, problem=str(error))
    return Workers(
        is_remote=True,
        workers=[
            Worker(
                name=line.worker_name,
                queues=[name for name in line.queues.split(", ") if name],
                active=line.active,
                places=line.places,
                pid=line.pid,
            )
            for line in lines
        ],
    )
