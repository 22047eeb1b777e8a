"""The process between a worker's runner and the broker.

It claims what Celery's process offers, hands granted orders to the runner, and carries the runner's
words and logs to the scheduler in a session that survives breaks of the connection. It keeps no
truth: what it forgets, the runner's journal, the rows and the bells still know.
"""

import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from venturi.config import Config, get_config
from venturi.core.attempts import Result
from venturi.core.clock import Clock, SystemClock
from venturi.core.locks import take_lock
from venturi.core.messages import (
    Ack,
    Beat,
    Cancel,
    Finished,
    FromRunner,
    Grown,
    Hello,
    Start,
    Started,
    Stop,
)
from venturi.core.states import TaskState
from venturi.core.worker_messages import (
    Bundle,
    Claim,
    Farewell,
    FromWorker,
    Hail,
    Refused,
    ToWorker,
)
from venturi.executors.celery.app import celery_app
from venturi.executors.celery.gateway import inbox_of
from venturi.executors.celery.inside import (
    Accepted,
    Hears,
    Leave,
    Line,
    Offer,
    Over,
    Ready,
    ToBridge,
)
from venturi.executors.celery.keys import REMEDY, shared_keys
from venturi.executors.celery.post import Post, waker
from venturi.executors.celery.runner_link import RunnerLink
from venturi.executors.celery.sealed import Seal
from venturi.executors.celery.session import Listener, Session
from venturi.executors.celery.shipping import Shipping
from venturi.executors.celery.sources import Sources
from venturi.runner.reactor import READ, WRITE, Reactor, drain
from venturi.runner.wire import Wire, WireClosed

#: Seconds of silence after which the runner writes its results to disk, as nobody may take them.
SILENCE = 25.0
#: Seconds that a log is kept here after its attempt was acknowledged.
AFTERWARDS = 20.0
#: Seconds that a cancelled attempt may need to end, and its log to arrive.
CANCELLED = 120.0
#: Seconds after which source that has not come is asked for again.
ASK_AGAIN = 15.0
#: From so many attempts in hand on a worker counts as busy.
BUSY = 8
#: Seconds that leaving may take, once nothing runs.
LEAVING = 15.0

Key = tuple[int, int]


class Identity(NamedTuple):
    """Who this worker is: the name for people, and an id that no other worker has."""

    name: str
    id: str
    concurrency: int
    queues: tuple[str, ...]


class Bridge:
    """One worker's connection to its scheduler."""

    def __init__(
        self, main: socket.socket, conf: Config, clock: Clock, folder: Path, who: Identity
    ) -> None:
        self.clock, self.who = clock, who
        self.main: Wire[ToBridge] = Wire(main, ToBridge, patient=False)
        self.reactor = Reactor(clock)
        read, wake = waker()
        self.post = Post(
            celery_app(conf), inbox_of(who.id), clock=clock, wake=wake, reached=lambda _: None
        )
        self.runner = RunnerLink(folder, folder / "spool", self.reactor, self._from_runner)
        listener = Listener(
            self._begun, self.runner.disconnect, self._alive, self._hear, self._refused
        )
        seal = Seal(shared_keys(conf).session)
        self.session = Session(who.id, seal, self.post, self.reactor, listener)
        self.shipping = Shipping(folder / "spool", self.session.say)
        self.sources = Sources(folder / "sources", clock, self.session.say)
        #: attempts that Celery's process has a place for, and the order once it is granted
        self.offers: dict[Key, Start | None] = {}
        #: ends that the scheduler has not acknowledged
        self.ended: set[Key] = set()
        self.leaving: Leave | None = None
        self.leave_by = 0.0
        self.problem = ""
        self._done = self._said_key = False
        self._words = msgspec.msgpack.Decoder(ToWorker)
        self.reactor.watch(self.main, self._from_main)
        self.reactor.watch(read, lambda _: self._from_broker(read))

    def run(self) -> None:
        """Serve until told to leave, or until the runner has ended after Celery's process died."""
        self.post.start()
        self.runner.prepare()
        self.reactor.every(1.0, self._tend)
        self.reactor.every(ASK_AGAIN, self.sources.ask_again)
        self.session.knock()
        while not self._done:
            self.reactor.turn()
            if self.session.is_open:
                self.shipping.flush(lambda: not self.session.stream.is_full)
            self.session.flush(is_busy=len(self.offers) >= BUSY)
            self._leave_when_done()
        self.post.close()

    # --- Celery's process ----------------------------------------------------------------------

    def _from_main(self, events: int) -> None:
        try:
            if events & WRITE and self.main.flush():
                self.reactor.watch(self.main, self._from_main)
            if events & READ:
                for message in self.main.read():
                    match message:
                        case Offer():
                            self._offer((message.ti_id, message.epoch))
                        case Hears():
                            self._hears(message.queues)
                        case Leave():
                            self._leave(message)
        except WireClosed:
            self.reactor.forget(self.main)
            if self.leaving is None or not self.leaving.at_once:
                self._leave(Leave(at_once=True, reason="lost: the worker process died"))

    def _tell_main(self, message: Accepted | Over | Ready | Line) -> None:
        with suppress(WireClosed):  # reading finds out
            self.main.send(message)
            if self.main.wants_to_write and self.reactor.is_watched(self.main):
                self.reactor.watch(self.main, self._from_main, READ | WRITE)

    def _offer(self, key: Key) -> None:
        if key not in self.offers:
            self.offers[key] = None
        self.session.say(Claim(ti_id=key[0], epoch=key[1]))

    def _hears(self, queues: tuple[str, ...]) -> None:
        if queues != self.who.queues:
            self.who = self.who._replace(queues=queues)
            self._hail()

    def _over(self, key: Key, words: str, *, failed: bool = False) -> None:
        if key in self.offers:
            del self.offers[key]
            self._tell_main(Over(*key, words, failed))

    def _leave(self, order: Leave) -> None:
        self.leaving = order
        self.leave_by = self.clock.monotonic() + LEAVING
        if order.at_once:
            self.runner.send(Stop(reason=order.reason, at_once=True))

    def _leave_when_done(self) -> None:
        """Once everything is told: end the runner, say farewell, go."""
        if self.leaving is None:
            return
        late = self.clock.monotonic() > self.leave_by
        if self.runner.is_connected and (not self.ended or late or self.leaving.at_once):
            self.runner.stop(self.leaving.reason or "the worker has left")
        told = not self.ended and self.shipping.is_clear and self.session.stream.is_clear
        if self.runner.is_connected or not (told or late):
            return
        if not self.ended:
            self.session.say(Farewell())
            self.session.flush()
        self.session.end()
        self._done = True

    # --- the runner ----------------------------------------------------------------------------

    def _from_runner(self, message: FromRunner | None) -> None:
        match message:
            case None:
                self._runner_gone()
            case Grown():
                self.shipping.grown(message.path)
            case Hello():
                self.session.say(message)
                known = set(message.accepted)
                for key, order in list(self.offers.items()):
                    if order is not None and key not in known:
                        self._claim_again(key)
            case Started():
                self.session.say(message)
                self._tell_main(Accepted(message.ti_id, message.epoch, message.pid))
            case Finished():
                key = (message.ti_id, message.epoch)
                self.ended.add(key)
                self.shipping.flush(lambda: True)
                self.session.say(message)
                self._over(key, message.result.state, failed=_is_failure(message.result))
            case Beat():
                self.session.say(message)
            case _ if isinstance(message, FromWorker):
                self.session.say(message)

    def _claim_again(self, key: Key) -> None:
        """The runner does not know what it should: the scheduler decides what that means."""
        self.offers[key] = None
        self.session.say(Claim(ti_id=key[0], epoch=key[1]))

    def _runner_gone(self) -> None:
        if self.leaving is None and self.session.is_open:
            self.runner.connect_soon()

    # --- the scheduler -------------------------------------------------------------------------

    def _from_broker(self, wake: int) -> None:
        drain(wake)
        if self.post.problem != self.problem:
            self.problem = self.post.problem
            self._tell_main(Line(self.problem or "The broker is there."))
            if not self.problem:
                self.session.stream.hurry(self.clock.monotonic())
        while self.post.received:
            self.session.take(self.post.received.popleft())

    def _refused(self) -> None:
        """The scheduler has another key."""
        if self._said_key:
            return
        self._said_key = True
        text = f"The scheduler seals its messages with another key than this worker has. {REMEDY}"
        self._tell_main(Line(text, fatal=not self.session.was_open))

    def _begun(self) -> None:
        """A session is open: say who we are, what we have, and what we want."""
        self._hail()
        self.shipping.begin_again()
        self.runner.disconnect()
        if self.leaving is None or not self.leaving.at_once:
            self.runner.connect_soon()
        for key, order in self.offers.items():
            if order is None:
                self.session.say(Claim(ti_id=key[0], epoch=key[1]))
        self.sources.ask_again()
        self._tell_main(Ready())

    def _alive(self) -> None:
        if not self.runner.is_connected and self.leaving is None:
            self.runner.connect_soon()

    def _hail(self) -> None:
        who = self.who
        self.session.say(
            Hail(
                name=who.name,
                hostname=socket.gethostname(),
                pid=os.getppid(),
                concurrency=who.concurrency,
                queues=who.queues,
            )
        )

    def _hear(self, word: bytes) -> None:
        said: ToWorker = self._words.decode(word)
        match said:
            case Start():
                self._granted(said)
            case Refused():
                key = (said.ti_id, said.epoch)
                if self.offers.get(key) is None:
                    self._over(key, said.reason)
            case Bundle():
                self.sources.take(said)
            case Ack():
                self.ended.difference_update(said.keys)
                self.runner.send(said)
                self.reactor.after(AFTERWARDS, lambda: self._forget(said.keys))
            case Cancel():
                self.runner.send(said)
                key = (said.ti_id, said.epoch)
                self._over(key, said.reason)
                self.reactor.after(CANCELLED, lambda: self._forget((key,)))
            case _:
                self.runner.send(said)

    def _forget(self, keys: tuple[Key, ...]) -> None:
        for key in keys:
            self.shipping.forget(key)

    def _granted(self, order: Start) -> None:
        key = (order.attempt.ti_id, order.attempt.epoch)
        self.offers[key] = order
        self.sources.fetch(order, self._begin_attempt)

    def _begin_attempt(self, order: Start, reason: str) -> None:
        attempt = order.attempt
        key = (attempt.ti_id, attempt.epoch)
        if key not in self.offers:
            return  # cancelled meanwhile
        if reason:
            result = Result(state=TaskState.FAILED, reason=reason)
            now = self.clock.now()
            self.ended.add(key)
            self.session.say(Finished(ti_id=key[0], epoch=key[1], at=now, result=result))
            self._over(key, reason, failed=True)
            return
        place = Shipping.place(key, attempt.log_path)
        attempt = msgspec.structs.replace(attempt, log_path=place)
        self.runner.send(msgspec.structs.replace(order, attempt=attempt))

    def _tend(self) -> None:
        self.post.tend()
        self.runner.tend()
        if self.session.silent_for > SILENCE and self.session.is_open:
            self.runner.disconnect()  # it journals what ends from here on
            if self.session.stream.is_clear:
                self._hail()  # its repetition finds out when somebody hears us again


def _is_failure(result: Result) -> bool:
    return result.state is TaskState.FAILED


def main() -> int:
    """`python -m venturi.executors.celery.bridge FD FOLDER IDENTITY`: serve one worker."""
    from setproctitle import setproctitle

    descriptor, folder, identity = sys.argv[1:4]
    who = msgspec.json.decode(identity, type=Identity)
    setproctitle(f"airflow bridge {who.name}")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends with its worker
    clock = SystemClock()
    place = Path(folder)
    deadline = clock.monotonic() + 120
    while take_lock(place / "bridge.lock") is None:  # an earlier one still tells its last
        if clock.monotonic() > deadline:
            return 1
        signal.sigtimedwait([], 0.1)
    Bridge(socket.socket(fileno=int(descriptor)), get_config(), clock, place, who).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
