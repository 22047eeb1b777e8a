"""What is said between the scheduler and this machine's runners, and what follows from it."""

import selectors
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Any

from venturi.core.clock import Clock
from venturi.core.messages import (
    Ask,
    Beat,
    Called,
    Draining,
    Finished,
    FromRunner,
    Hello,
    Loaded,
    Started,
    TimetableSaid,
)
from venturi.core.states import ACTIVE, TaskState
from venturi.decide.board import Board
from venturi.runner.begun import lost_with_its_runner
from venturi.runner.wire import Wire, WireClosed
from venturi.scheduler.answers import reply_to
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.intake import Intake
from venturi.scheduler.link import Link
from venturi.scheduler.predecessors import Predecessor
from venturi.scheduler.remote import UNWANTED
from venturi.scheduler.step import Stepper
from venturi.scheduler.timetables import Timetables
from venturi.store.attempts import live_attempts
from venturi.store.calls import open_calls
from venturi.store.engine import Store


class Dialogue:
    """Hears runners, answers them, and hands out what a new one has never heard of."""

    def __init__(
        self,
        *,
        store: Store,
        selector: selectors.BaseSelector,
        link: Link,
        stepper: Stepper,
        intake: Intake,
        timetables: Timetables,
        inbox: Inbox,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.store, self.selector, self.link = store, selector, link
        self.stepper, self.intake, self.timetables = stepper, intake, timetables
        self.inbox, self.clock, self.say = inbox, clock, say
        self.board: Board = stepper.board
        self.connected = False
        #: what files define, heard and not taken in yet
        self.arrived: list[Loaded] = []
        #: what follows from runners that have come or gone: waits for a database that answers
        self._unsettled: list[Callable[[], None]] = []
        self._writes = 0

    def watch(self) -> None:
        """Wake up also when the runner takes what could not be sent at once."""
        if self.link.remote is not None:
            self.link.remote.watch()
        wire = self.link.wire
        if wire is not None and self.connected:
            writes = selectors.EVENT_WRITE if wire.wants_to_write else 0
            if writes != self._writes:
                self._writes = writes
                self.selector.modify(wire, selectors.EVENT_READ | writes, self.hear)

    def find_predecessors(self) -> None:
        """Hear the draining runners that an earlier scheduler has left behind."""
        for left_behind in self.link.predecessors.find():
            self.selector.register(
                left_behind.wire, selectors.EVENT_READ, self._hearing(left_behind)
            )
            self._unsettled.append(partial(self._end_unwanted, left_behind.attempts))
            self._hear_predecessor(left_behind)

    def connect(self) -> None:
        """Try to reach the runner, unless it is reached; settle with those that came or went."""
        if not self.connected and self.link.connect():
            wire = self.link.wire
            assert wire is not None
            self.selector.register(wire, selectors.EVENT_READ, self.hear)
            self.connected, self._writes = True, 0
        while self._unsettled:
            self._unsettled[0]()
            del self._unsettled[0]

    def hear(self) -> None:
        """Take in what the runner has said; start another one when it is gone."""
        wire = self.link.wire
        if wire is None:
            return
        try:
            for message in self.link.read():
                self._from_runner(message, wire)
            if wire.wants_to_write:
                wire.flush()
        except WireClosed:
            if wire is not self.link.wire:
                return  # it has become a predecessor meanwhile, and is heard as one
            self.say(
                f"The runner is gone; starting another one. Its words: {self.link.last_words()}"
            )
            self.start_over()

    def start_over(self) -> None:
        """Have a runner introduce itself, again or for the first time: then all is settled."""
        if self.connected and self.link.wire is not None:
            self.selector.unregister(self.link.wire)
            self.link.close()
            self.connected = False
            self.link.start()

    def _hearing(self, predecessor: Predecessor) -> Callable[[], None]:
        return lambda: self._hear_predecessor(predecessor)

    def _hear_predecessor(self, old: Predecessor) -> None:
        """Hear a runner that drains; when it leaves, nothing of it may be waited for."""
        try:
            said, old.said = old.said, []
            for message in (*said, *old.wire.read()):
                self._from_runner(message, old.wire)
            if old.wire.wants_to_write:
                old.wire.flush()
        except WireClosed:
            self.selector.unregister(old.wire)
            self.link.predecessors.drop(old)
            self._unsettled.append(
                partial(self._settle, lambda ti_id, epoch: (ti_id, epoch) not in old.attempts)
            )

    def _from_runner(self, message: FromRunner, wire: Wire[FromRunner]) -> None:
        match message:
            case Hello() if self.link.is_stale(message):
                self.say(
                    "The runner was started with another configuration, environment or version: "
                    f"it finishes what it has ({len(message.accepted)} attempts), and a new one "
                    "takes over."
                )
                self.link.ask_to_drain()
            case Hello():
                self._catch_up(message)
            case Draining() if wire is self.link.wire:
                old = self.link.part(message)
                if old is not None:
                    self.selector.modify(wire, selectors.EVENT_READ, self._hearing(old))
                self.connected = False
            case Draining():
                pass  # said before
            case Started() | Finished() | Called():
                self.inbox.put(message, self.board)
            case Loaded():
                self.arrived.append(message)
            case TimetableSaid():
                self.timetables.hear(message)
            case Ask():
                stale = message.ti_id is not None and not self.board.is_live(
                    message.ti_id, message.epoch
                )
                with suppress(WireClosed):  # reading finds out
                    wire.send(reply_to(self.store, message, self.clock, stale))
            case Beat():
                pass

    def _catch_up(self, hello: Hello) -> None:
        """A runner introduces itself: hand out what it has never heard of, give up what it lost.

        An attempt that was running and that the runner does not know is lost (rule R13): its
        process died with its runner. One that was only queued never began. One that it has and
        nobody wants was taken away while nobody could tell it.
        """
        accepted = set(hello.accepted)

        def is_known(ti_id: int, epoch: int) -> bool:
            return (ti_id, epoch) in accepted or self.link.predecessors.answer_for(ti_id, epoch)

        self._unsettled += [partial(self._end_unwanted, accepted), partial(self._settle, is_known)]
        self.intake.ask_again()
        self.timetables.ask_again()

    def _end_unwanted(self, attempts: Iterable[tuple[int, int]]) -> None:
        """End what a runner has and the rows do not want: a run put aside is not on the board."""
        doubtful = [key for key in attempts if not self.board.is_live(*key)]
        if not doubtful:
            return
        with self.store.read() as tx:
            live = live_attempts(tx, doubtful)
        for ti_id, epoch in doubtful:
            if (ti_id, epoch) not in live:
                self.link.cancel(ti_id, epoch, UNWANTED)

    def _settle(self, is_known: Callable[[int, int], bool]) -> None:
        """What no runner knows: hand it out if it has not begun, else give it up. Repeatable."""
        queued: dict[int, list[Any]] = {}
        remote = self.link.remote
        for run, instance in list(self.board.owner.values()):
            if remote is not None and remote.has(run, instance):
                continue
            if is_known(instance.id, instance.epoch) or instance.id in self.inbox.finished:
                continue
            if instance.state is TaskState.QUEUED and instance.id not in self.inbox.started:
                queued.setdefault(run.id, []).append(instance)
            elif instance.state in ACTIVE:
                key, now = (instance.id, instance.epoch), self.clock.now()
                lost = lost_with_its_runner(key, socket.gethostname(), now)
                self.inbox.put(lost, self.board)
        with self.store.read() as tx:
            for run_id, instances in queued.items():
                run = self.board.runs[run_id]
                for order in self.stepper.starts(tx, run, instances):
                    self.link.send(order)
            for call in open_calls(tx):
                if not self.link.predecessors.answer_for_call(call.call_id):
                    self.link.send(call)
