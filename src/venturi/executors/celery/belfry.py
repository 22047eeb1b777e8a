"""Bells: published for every attempt that waits for a worker, and again when they got lost.

The bell of an attempt is rung again only while its queue is empty: an attempt that waits behind
others in a long queue needs no second bell, and a purged queue gets all of them.
"""

from collections import defaultdict, deque
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from celery import Celery
from kombu import Producer

from venturi.core.clock import Clock
from venturi.core.worker_messages import Ring
from venturi.executors.celery.doorbell import TASK, Doorbell, signed
from venturi.executors.celery.post import Post

#: Seconds that a bell is left alone after it was rung.
REST = 4.0


class _Rung(NamedTuple):
    ring: Ring
    at: float


class Belfry:
    """All attempts that nobody has claimed yet."""

    #: Seconds between two looks for lost bells.
    PERIOD = 1.0

    def __init__(self, app: Celery, post: Post, key: bytes, clock: Clock) -> None:
        self.app, self.post, self.key, self.clock = app, post, key, clock
        self.rung: dict[tuple[int, int], _Rung] = {}
        #: found by the sending thread: nothing stands in the queue of these
        self._lost: deque[list[tuple[int, int]]] = deque()

    def ring(self, ring: Ring) -> None:
        """Let the workers of a queue know of an attempt."""
        self.rung[ring.ti_id, ring.epoch] = _Rung(ring, self.clock.monotonic())
        bell = Doorbell(ring.ti_id, ring.try_number, ring.epoch)
        args = signed(bell, self.key)

        def publish(producer: Producer) -> None:
            self.app.send_task(
                TASK,
                args=args,
                queue=ring.queue,
                producer=producer,
                task_id=f"{ring.ti_id}-{ring.try_number}-{ring.epoch}",
                ignore_result=True,
                retry=False,
            )

        self.post.do(publish)

    def settle(self, keys: Iterable[tuple[int, int]]) -> None:
        """Nobody need hear of these any more."""
        for key in keys:
            self.rung.pop(key, None)

    def sweep(self) -> None:
        """Ring again what got lost, and look for more of it."""
        while self._lost:
            for key in self._lost.popleft():
                if key in self.rung:
                    self.ring(self.rung[key].ring)
        if self.post.problem or self.post.backlog:
            return
        rested = self.clock.monotonic() - REST
        waiting: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for key, rung in self.rung.items():
            if rung.at < rested:
                waiting[rung.ring.queue].append(key)
        for queue, keys in waiting.items():
            self.post.do(partial(self._look, queue, keys))

    def _look(self, queue: str, keys: list[tuple[int, int]], producer: Producer) -> None:
        """In the sending thread: note whether nothing stands in the queue."""
        depth = 0
        connection = producer.connection
        with suppress(*connection.channel_errors), connection.channel() as channel:
            depth = channel.queue_declare(queue, passive=True).message_count
        if depth == 0:
            self._lost.append(keys)
