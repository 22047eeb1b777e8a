"""The machine that runs attempts, as far as a scheduler can tell: late, forgetful, repetitive."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import NamedTuple

from venturi.core.attempts import Result
from venturi.core.clock import Instant
from venturi.core.states import TaskState
from venturi.spec.model import TaskSpec

T = TaskState


class Order(NamedTuple):
    """Start (or, `cancel`, end) an attempt."""

    ti_id: int
    epoch: int
    cancel: bool = False


class Word(NamedTuple):
    """An attempt has begun (`result` None) or ended."""

    ti_id: int
    epoch: int
    result: Result | None = None


class Machine:
    """Accepts each attempt once; keeps results until they are acknowledged."""

    def __init__(self) -> None:
        #: newest epoch heard of, by instance: nothing older is started
        self.heard: dict[int, int] = {}
        self.live: dict[int, int] = {}
        self.journal: dict[tuple[int, int], Result] = {}

    def take(self, order: Order) -> Word | None:
        """Carry out an order; the word that follows at once, if any."""
        known = self.heard.get(order.ti_id, -1)
        if order.cancel:
            self.heard[order.ti_id] = max(known, order.epoch)
            if self.live.get(order.ti_id) == order.epoch:
                return self.end(order.ti_id, Result(state=T.FAILED, reason="cancelled"))
            return None
        if order.epoch <= known:
            return None  # said twice, or taken back before it came
        assert order.ti_id not in self.live or self.live[order.ti_id] < order.epoch
        self.heard[order.ti_id] = order.epoch
        self.live[order.ti_id] = order.epoch
        return Word(order.ti_id, order.epoch)

    def end(self, ti_id: int, result: Result) -> Word:
        """An attempt ends."""
        epoch = self.live.pop(ti_id)
        self.journal[ti_id, epoch] = result
        return Word(ti_id, epoch, result)

    def knows(self, ti_id: int, epoch: int) -> bool:
        """Whether an attempt lives here or has ended unacknowledged."""
        return self.live.get(ti_id) == epoch or (ti_id, epoch) in self.journal


def random_result(rng: Random, task: TaskSpec, below: Sequence[str], now: Instant) -> Result:
    """How an attempt may end."""
    chance = rng.random()
    if chance < 0.2:
        return Result(state=T.FAILED, reason="exit 1", no_retry=rng.random() < 0.1)
    if chance < 0.28:
        return Result(state=T.SKIPPED)
    if chance < 0.3:
        return Result(state=T.FAILED, lost=True)
    if chance < 0.36:
        return Result(
            state=T.UP_FOR_RESCHEDULE,
            reschedule_at=now + timedelta(seconds=rng.choice([0, 60, 900])),
        )
    skips: tuple[str, ...] = ()
    if task.can_skip:
        skips = tuple(name for name in below if rng.random() < 0.5)
    lengths = (("return_value", rng.randint(0, 3)),) if rng.random() < 0.9 else ()
    return Result(state=T.SUCCESS, skips=skips, lengths=lengths)
