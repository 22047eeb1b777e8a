"""What Celery takes for its pool of processes: it hands bells to the bridge, and starts nothing.

Celery counts places, prefetches one bell for each, shows what is active, and puts a bell away when
its attempt is over (late acknowledgement). Whether an attempt may start, and with what, is between
the bridge and the scheduler.
"""

import json
import os
import select
import time
from collections.abc import Callable
from typing import Any

from billiard.einfo import ExceptionInfo
from celery.concurrency.base import BasePool
from celery.utils.log import get_logger
from celery.worker import state

from venturi.executors.celery.bridge_process import BridgeProcess
from venturi.executors.celery.doorbell import TASK, Doorbell, checked
from venturi.executors.celery.inside import Accepted, Hears, Leave, Line, Offer, Over, Ready

_LOG = get_logger("venturi.worker")
#: Seconds between two looks at which queues Celery was told to hear by remote control.
LOOK = 2.0


class AttemptFailed(Exception):
    """How a failed attempt shows in Celery's own monitors."""


class InHand:
    """A bell and what Celery wants to hear of it."""

    def __init__(
        self, bell: Doorbell, accept: Callable[..., Any], done: Callable[..., Any]
    ) -> None:
        self.bell, self.accept, self.done = bell, accept, done
        self.begun_at = time.monotonic()
        self.accepted = False


class BellPool(BasePool):  # type: ignore[misc]  # Celery has no types
    """Places without processes."""

    uses_semaphore = True
    body_can_be_buffer = True
    task_join_will_block = False

    def on_start(self) -> None:
        """Called by Celery; the bridge runs since before."""
        self.bridge: BridgeProcess = self.app.venturi_bridge
        self.semaphore = self.options.get("semaphore")
        self.in_hand: dict[tuple[int, int], InHand] = {}
        self.queues: tuple[str, ...] = ()
        self.hub: Any = None

    def register_with_event_loop(self, hub: Any) -> None:
        """Hear the bridge in Celery's own loop."""
        self.hub = hub
        hub.add_reader(self.bridge.wire.fileno(), self._hear)
        self._tell_queues()
        hub.call_repeatedly(LOOK, self._tell_queues)

    def on_apply(
        self,
        target: Any,
        args: Any = None,
        kwargs: Any = None,
        callback: Any = None,
        accept_callback: Any = None,
        **_: Any,
    ) -> "InHand":
        """A bell has come and a place is free."""
        arguments = json.loads(bytes(args[3]) if not isinstance(args[3], str) else args[3])[0]
        bell = checked(arguments, self.bridge.key)
        if bell is None:
            _LOG.error("Put a message away that is not signed with this installation's key.")
            hand = InHand(Doorbell(0, 0, 0), accept_callback, callback)
            self._finish(hand, "not signed with this installation's key", failed=True)
            return hand
        hand = InHand(bell, accept_callback, callback)
        key = (bell.ti_id, bell.epoch)
        if _is_asked(state.should_stop):
            return hand  # not acknowledged: the broker gives it to somebody who stays
        if key in self.in_hand:  # the broker has delivered it twice
            self._finish(hand, "it runs here already")
            return hand
        self.in_hand[key] = hand
        self.bridge.send(Offer(*key))
        return hand

    def _tell_queues(self) -> None:
        """Say which queues are heard, when that has changed."""
        queues = tuple(self.app.amqp.queues.consume_from)
        if queues != self.queues:
            self.queues = queues
            self.bridge.send(Hears(queues))

    # --- the bridge ----------------------------------------------------------------------------

    def _hear(self) -> None:
        fileno = self.bridge.wire.fileno()
        alive = True
        for message in self.bridge.heard():
            match message:
                case None:
                    alive = False
                case Accepted():
                    self._accepted((message.ti_id, message.epoch), message.pid)
                case Over():
                    hand = self.in_hand.pop((message.ti_id, message.epoch), None)
                    if hand is not None:
                        self._finish(hand, message.words, failed=message.failed)
                case Line():
                    _LOG.warning("%s", message.text)
                case Ready():
                    pass
        if not alive:
            self._bridge_again(fileno)

    def _bridge_again(self, fileno: int) -> None:
        """The bridge is gone: another one claims the same attempts, which are ours already."""
        _LOG.warning("The bridge is gone; starting another one.")
        if self.hub is not None:
            self.hub.remove_reader(fileno)
        self.bridge.start()
        if self.hub is not None:
            self.hub.add_reader(self.bridge.wire.fileno(), self._hear)
        self.bridge.send(Hears(self.queues))
        for key in self.in_hand:
            self.bridge.send(Offer(*key))

    def _accepted(self, key: tuple[int, int], pid: int) -> None:
        hand = self.in_hand.get(key)
        if hand is not None and not hand.accepted:
            hand.accepted = True
            hand.begun_at = time.monotonic()
            if hand.accept is not None:
                hand.accept(pid, hand.begun_at)

    def _finish(self, hand: InHand, words: str, *, failed: bool = False) -> None:
        """Have Celery acknowledge the bell, and free the place."""
        seconds = time.monotonic() - hand.begun_at
        # Celery's own line about an end is written where its pool executes tasks: not here.
        name = f"{TASK}[{'-'.join(map(str, hand.bell))}]"
        _LOG.info("Task %s is over after %.1f s: %s", name, seconds, words)
        if not hand.accepted and hand.accept is not None:
            hand.accept(os.getpid(), hand.begun_at)
        if hand.done is not None:
            hand.done((True, _told(words), seconds) if failed else (False, words, seconds))
        if self.semaphore is not None:
            self.semaphore.release()

    # --- Celery ----------------------------------------------------------------------------------

    def grow(self, n: int = 1) -> None:
        """More places."""
        self.limit += n
        for _ in range(n):
            if self.semaphore is not None:
                self.semaphore.grow()

    def shrink(self, n: int = 1) -> None:
        """Fewer places."""
        self.limit -= n
        for _ in range(n):
            if self.semaphore is not None:
                self.semaphore.shrink()

    @property
    def num_processes(self) -> int:
        """How many places there are, as Celery's autoscaler asks."""
        return int(self.limit)

    def terminate_job(self, pid: int, signal: int | None = None) -> None:
        """Somebody revoked a message by Celery's own means: the attempt's process is told."""
        os.kill(pid, signal or 15)

    def on_stop(self) -> None:
        """Warm shutdown: wait for what runs, at most until the deadline; then leave."""
        self.hub = None
        deadline = time.monotonic() + self.bridge.drain if self.bridge.drain else None
        reason, at_once = "the worker has left", False
        while self.in_hand:
            if _is_asked(state.should_terminate):
                reason, at_once = "lost: the worker was stopped at once", True
            elif deadline is not None and time.monotonic() > deadline:
                reason = f"lost: the worker was stopped and waited {self.bridge.drain:.0f} s for it"
                at_once = True
            if at_once:
                break
            if select.select([self.bridge.wire], [], [], 0.2)[0]:
                self._hear()
        self.bridge.leave(Leave(at_once, reason))

    def on_terminate(self) -> None:
        """Cold shutdown."""
        self.hub = None
        self.bridge.leave(Leave(at_once=True, reason="lost: the worker was stopped at once"))


def _is_asked(exit_code: Any) -> bool:
    """Whether Celery was told to stop: an exit code, and 0 is one."""
    return exit_code is not None and exit_code is not False


def _told(words: str) -> ExceptionInfo:
    try:
        raise AttemptFailed(words)
    except AttemptFailed:
        return ExceptionInfo()
