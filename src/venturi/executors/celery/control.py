"""Questions and orders for workers, by Celery's own means of control."""

from typing import Any, NamedTuple

from venturi.config import Config
from venturi.core.errors import VenturiError
from venturi.executors.celery.app import celery_app
from venturi.executors.celery.trouble import trouble_with

#: Seconds that workers have to answer.
PATIENCE = 2.0


class WorkerLine(NamedTuple):
    """A worker, for people."""

    worker_name: str
    queues: str
    active: int
    places: int
    pid: int


def workers(conf: Config) -> list[WorkerLine]:
    """All workers that answer."""
    app = celery_app(conf)
    inspect = app.control.inspect(timeout=PATIENCE)
    queues = _asked(app, inspect.active_queues)
    active = _asked(app, inspect.active) if queues else {}
    stats = _asked(app, inspect.stats) if queues else {}
    return [
        WorkerLine(
            worker_name=name,
            queues=", ".join(queue["name"] for queue in found),
            active=len(active.get(name, ())),
            places=int(stats.get(name, {}).get("pool", {}).get("max-concurrency") or 0),
            pid=int(stats.get(name, {}).get("pid") or 0),
        )
        for name, found in sorted(queues.items())
    ]


def queues_of(conf: Config, name: str) -> list[str]:
    """The queues that a worker serves."""
    app = celery_app(conf)
    inspect = app.control.inspect([name], timeout=PATIENCE)
    return [queue["name"] for queue in _asked(app, inspect.active_queues).get(name, ())]


def command(
    conf: Config, order: str, names: list[str] | None, *, reply: bool, **arguments: Any
) -> list[Any]:
    """Give an order to these workers (None: all); what they answered."""
    app = celery_app(conf)
    said: list[Any] = _asked(
        app,
        lambda: app.control.broadcast(
            order, destination=names, arguments=arguments, reply=reply, timeout=PATIENCE
        ),
    )
    return said


def _asked(app: Any, question: Any) -> Any:
    """The answer; nothing where nobody answers. Raises `VenturiError` without a broker."""
    try:
        return question() or {}
    except Exception as error:
        raise VenturiError(trouble_with(str(app.conf.broker_url), error)) from error
