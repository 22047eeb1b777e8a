"""What a scenario is, and what it is given."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from typing import Any, NamedTuple

from tests.torture.brokers import CELERY, LOCAL, Broker, own_broker
from tests.torture.checker import Violation
from tests.torture.homes import TortureHome, torture_home
from tests.torture.workers import CeleryHome

ALL = ("sqlite", "mariadb", "postgresql")
SERVERS = ("mariadb", "postgresql")
PLAIN = ("sqlite", "postgresql")


class Wrong(AssertionError):
    """A scenario did not go as promised."""


class World:
    """One scenario's surroundings: database and queue, how much, the seed of all its choices."""

    def __init__(self, backend: str, seed: int, *, quick: bool, queue: str = "local") -> None:
        self.backend, self.seed, self.quick, self.queue = backend, seed, quick, queue
        self.random = random.Random(f"{seed}")
        #: what ends with the scenario
        self.stack = ExitStack()
        #: what is worth telling: figures and what was injected
        self.told: dict[str, Any] = {}

    def tell(self, **facts: Any) -> None:
        """Put figures beside the result."""
        self.told |= facts

    @property
    def is_celery(self) -> bool:
        """Whether tasks run on workers."""
        return self.queue in CELERY

    @cached_property
    def broker(self) -> Broker:
        """The broker of this world, started when it is asked for."""
        return self.stack.enter_context(own_broker(self.queue))

    @contextmanager
    def celery_home(self) -> Iterator[CeleryHome]:
        """One that has workers, and says so."""
        with self.home() as made:
            assert isinstance(made, CeleryHome)
            yield made

    @contextmanager
    def home(self, **more: Any) -> Iterator[TortureHome]:
        """A home on this world's kind of database, with workers if it has any."""
        if self.is_celery:
            more = {"make": partial(CeleryHome, broker=self.broker), **more}
        with torture_home(self.backend, **more) as made:
            yield made

    def load(self) -> float:
        """How many times more work than cores this machine has had of late; at least 1. Told."""
        load = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
        self.tell(load=round(max(load, self.told.get("load", 1.0)), 1))
        return load

    def pick(self, quick: Any, full: Any) -> Any:
        """How much of something."""
        return quick if self.quick else full


class Scenario(NamedTuple):
    """A row of the torture suite."""

    name: str
    what: str
    play: Callable[[World], None]
    backends: tuple[str, ...] = ALL
    queues: tuple[str, ...] = LOCAL


def holds(violations: list[Violation]) -> None:
    """Raise with every violation."""
    if violations:
        shown = "\n".join(str(each) for each in violations[:20])
        raise Wrong(f"{len(violations)} violations:\n{shown}")


def must(condition: object, what: str) -> None:
    """Raise unless it holds."""
    if not condition:
        raise Wrong(what)
