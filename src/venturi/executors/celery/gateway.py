"""The process between the scheduler and the broker: rings bells, and keeps a session per worker.

It speaks plain messages to the scheduler over a socket and ends with it. It decides nothing and
keeps nothing on disk but where logs begin: a new gateway has new sessions, and workers then say
again what nobody has acknowledged. The database does not know that it exists.
"""

import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from venturi.config import Config, get_config
from venturi.config.paths import private_dir, run_dir
from venturi.core.clock import Clock, SystemClock
from venturi.core.messages import Ack, Start, Stop
from venturi.core.wire import Message
from venturi.core.worker_messages import (
    Farewell,
    FromWorker,
    LogPiece,
    Reach,
    Refused,
    Remark,
    Ring,
    Settled,
    TellWorker,
    ToGateway,
    WorkerSays,
)
from venturi.executors.celery.app import celery_app
from venturi.executors.celery.belfry import Belfry
from venturi.executors.celery.keys import REMEDY, shared_keys
from venturi.executors.celery.logbook import Logbook
from venturi.executors.celery.post import Post, waker
from venturi.executors.celery.sealed import Frame, Opened, Opening, Seal, Unknown
from venturi.executors.celery.stream import Part, Stream
from venturi.executors.celery.urls import masked
from venturi.runner.reactor import READ, WRITE, Reactor, drain
from venturi.runner.wire import Wire, WireClosed

#: The queue in which workers find the gateway, and the name by which it signs.
NAME = "venturi.scheduler"
#: Sessions whose worker has been silent for so many seconds are given up.
FORGET = 3600.0
#: Seconds between two remarks about messages that nobody can open.
REMARK = 60.0
#: Seconds that the memory of a finished attempt's log is kept: its last lines may be on their way.
AFTERWARDS = 60.0


def inbox_of(worker: str) -> str:
    """The queue of a worker's bridge."""
    return f"venturi.worker.{worker}"


class Session:
    """One worker, from its greeting until one of both sides begins anew."""

    def __init__(self, id: bytes, now: float) -> None:
        self.id = id
        self.stream = Stream()
        self.heard_at = now


class Gateway:
    """All sessions, and the bells."""

    def __init__(self, connection: socket.socket, conf: Config, clock: Clock) -> None:
        self.clock = clock
        self.wire: Wire[ToGateway] = Wire(connection, ToGateway, patient=False)
        keys = shared_keys(conf)
        self.seal = Seal(keys.session)
        logs = Path(conf.get_mandatory_value("logging", "base_log_folder"))
        self.logbook = Logbook(logs, private_dir(run_dir()) / "remote-logs.at", clock)
        self.sessions: dict[str, Session] = {}
        #: sessions that have been agreed upon and not used yet
        self.pending: dict[str, bytes] = {}
        self.reactor = Reactor(clock)
        read, wake = waker()
        self.url = masked(conf.get_mandatory_value("celery", "broker_url"))
        app = celery_app(conf)
        self.problem: str | None = None
        self.post = Post(app, NAME, clock=clock, wake=wake, reached=lambda _: None)
        self.belfry = Belfry(app, self.post, keys.bell, clock)
        self._words = msgspec.msgpack.Decoder(FromWorker)
        self._remarked_at = -REMARK
        self._gone = False
        self.reactor.watch(self.wire, self._from_scheduler)
        self.reactor.watch(read, lambda _: self._from_broker(read))

    def run(self) -> None:
        """Serve until the scheduler has gone."""
        self.post.start()
        self.reactor.every(1.0, self._tend)
        self.reactor.every(self.belfry.PERIOD, self.belfry.sweep)
        self.reactor.every(FORGET / 4, self._forget_silent)
        while not self._gone:
            self.reactor.turn()
            self._flush()
        self.post.close()

    # --- the scheduler -------------------------------------------------------------------------

    def _from_scheduler(self, events: int) -> None:
        try:
            if events & WRITE and self.wire.flush():
                self.reactor.watch(self.wire, self._from_scheduler)
            if events & READ:
                for message in self.wire.read():
                    self._obey(message)
        except WireClosed:
            self._gone = True

    def _obey(self, message: ToGateway) -> None:
        match message:
            case Ring():
                self.belfry.ring(message)
            case Settled():
                self.belfry.settle(message.keys)
            case TellWorker():
                self._pass_on(message)
            case Stop():
                self._gone = True

    def _pass_on(self, order: TellWorker) -> None:
        match order.said:
            case Start(attempt=attempt):
                self.belfry.settle([(attempt.ti_id, attempt.epoch)])
            case Refused(ti_id=ti_id, epoch=epoch):
                self.belfry.settle([(ti_id, epoch)])
            case Ack(keys=keys):
                self.reactor.after(AFTERWARDS, lambda: self._forget_logs(keys))
        session = self.sessions.get(order.worker)
        if session is not None:
            session.stream.say(msgspec.msgpack.encode(order.said))

    def _forget_logs(self, keys: tuple[tuple[int, int], ...]) -> None:
        for key in keys:
            self.logbook.forget(key)

    def _tell(self, message: Message) -> None:
        try:
            self.wire.send(message)
        except WireClosed:
            self._gone = True
            return
        if self.wire.wants_to_write:
            self.reactor.watch(self.wire, self._from_scheduler, READ | WRITE)

    # --- workers -------------------------------------------------------------------------------

    def _from_broker(self, wake: int) -> None:
        drain(wake)
        problem = self.post.problem
        if problem != self.problem:
            self.problem = problem
            self._tell(Reach(broker=self.url, problem=problem))
            if not problem:
                for session in self.sessions.values():
                    session.stream.hurry(self.clock.monotonic())
                self.belfry.sweep()
        received = self.post.received
        while received:
            self._take(received.popleft())

    def _take(self, data: bytes) -> None:
        envelope = self.seal.read(data)
        if envelope is None or envelope.to != NAME:
            return
        sender, now = envelope.sender, self.clock.monotonic()
        content = self.seal.open(envelope)
        match content:
            case None:
                self._refuse(sender)
            case Opening():
                agreed = self.pending.get(sender, b"")
                if not agreed.startswith(envelope.session):
                    agreed = envelope.session + os.urandom(16)
                    self.pending[sender] = agreed
                half = agreed[len(envelope.session) :]
                self._send(sender, envelope.session, Opened(half))
            case Frame():
                if self.pending.get(sender) == envelope.session:
                    self.sessions[sender] = Session(self.pending.pop(sender), now)
                session = self.sessions.get(sender)
                if session is None or session.id != envelope.session:
                    self._send(sender, envelope.session, Unknown())
                    return
                session.heard_at = now
                for word in session.stream.take(Part(content.seq, content.ack, content.words), now):
                    self._hear(sender, word)
            case _:
                pass  # an echo of what only a gateway says

    def _hear(self, worker: str, word: bytes) -> None:
        try:
            said: FromWorker = self._words.decode(word)
        except msgspec.DecodeError as error:
            self._remark(f"Worker {worker} says what this version does not understand: {error}")
            return
        if isinstance(said, LogPiece):
            self.logbook.write(said)
            return
        self._tell(WorkerSays(worker=worker, said=said))
        if isinstance(said, Farewell):
            self._flush()
            self.sessions.pop(worker, None)

    def _refuse(self, sender: str) -> None:
        """Somebody has another key. What we answer they cannot open either, and so they know."""
        now = self.clock.monotonic()
        if now - self._remarked_at < REMARK:
            return
        self._remarked_at = now
        self._remark(
            f"Refused a message of worker {sender[:80]!r}: it was sealed with another key. {REMEDY}"
        )
        self._send(sender, b"", Unknown())

    def _remark(self, text: str) -> None:
        self._tell(Remark(text=text))

    # --- sending -------------------------------------------------------------------------------

    def _send(self, worker: str, session: bytes, content: Opened | Unknown | Frame) -> None:
        self.post.send(inbox_of(worker), self.seal.close(worker, NAME, session, content))

    def _flush(self) -> None:
        now = self.clock.monotonic()
        stuck = self.post.backlog > 0
        for worker, session in self.sessions.items():
            for part in session.stream.parts(now, is_stuck=stuck):
                self._send(worker, session.id, Frame(*part))
            due = session.stream.due()
            if due is not None:
                self.reactor.turn_by(due)

    def _tend(self) -> None:
        self.post.tend()

    def _forget_silent(self) -> None:
        now = self.clock.monotonic()
        for worker, session in list(self.sessions.items()):
            if now - session.heard_at > FORGET:
                del self.sessions[worker]


def main() -> int:
    """`python -m venturi.executors.celery.gateway FD`: serve the scheduler at the other end."""
    from setproctitle import setproctitle

    setproctitle("airflow gateway")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # it ends with its scheduler
    connection = socket.socket(fileno=int(sys.argv[1]))
    with suppress(KeyboardInterrupt):
        Gateway(connection, get_config(), SystemClock()).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
