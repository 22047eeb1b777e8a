"""The broker, as two threads with a connection each: one sends, one hears.

Nothing here is reliable, and nothing relies on it: what is lost is said again (`stream`), and a
connection that died without a word is noticed because one's own echo does not come back.
"""

import os
import queue
import socket
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import Celery
from kombu import Connection, Consumer, Producer, Queue

from venturi.core.clock import Clock
from venturi.executors.celery.trouble import silent, trouble_with

#: Seconds between two echoes of one's own; then without an answer until people are told, and until
#: it is a break; then between two tries to begin anew.
ECHO = 8.0
SILENT = 8.0
DEAF = 12.0
AGAIN = 4.0
#: Seconds without a look at the clock after which it was we who did not listen.
AWAY = 5.0
#: Seconds between two tries to connect, at first and at most.
SOON, LATE = 0.2, 5.0
#: Seconds that a queue which nobody listens to is kept.
EXPIRES = 3600
#: Who notices that something is wrong.
SENDING, HEARING, SILENCE = "sending", "hearing", "silence"
#: What comes back to its sender and says nothing.
ECHO_WORD = b"echo"

#: Something that the sending thread does with its producer.
Job = Callable[[Producer], None]


class Post:
    """Sends to queues and hears one. `wake` is called when `received` has something new."""

    def __init__(
        self,
        app: Celery,
        inbox: str,
        *,
        clock: Clock,
        wake: Callable[[], None],
        reached: Callable[[str], None],
    ) -> None:
        self.app, self.inbox, self.clock, self.wake, self.reached = app, inbox, clock, wake, reached
        self.url = str(app.conf.broker_url)
        self.received: deque[bytes] = deque()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = threading.Event()
        self._renewals = 0
        self._echoed_at = self._renewed_at = self._tended_at = clock.monotonic()
        #: since when one's echo has not come back, and since when a job is being done
        self._unanswered_since: float | None = None
        self._busy_since: float | None = None
        self._problem = ""
        #: who has a problem at present: a thread, or whoever looks for answers
        self._troubled: set[str] = set()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._sending, name="sending", daemon=True),
            threading.Thread(target=self._hearing, name="hearing", daemon=True),
        ]

    def start(self) -> None:
        """Begin to connect; both threads try for ever."""
        for thread in self._threads:
            thread.start()

    @property
    def backlog(self) -> int:
        """How much waits to be sent."""
        return self._jobs.qsize()

    @property
    def problem(self) -> str:
        """Why the broker cannot be used at present; empty when it can."""
        return self._problem

    def send(self, to: str, body: bytes) -> None:
        """Put `body` into the queue `to`."""

        def publish(producer: Producer) -> None:
            producer.publish(
                body,
                exchange="",
                routing_key=to,
                content_type="application/octet-stream",
                content_encoding="binary",
                delivery_mode=1,
            )

        self._jobs.put(publish)

    def do(self, job: Job) -> None:
        """Have the sending thread do something with its connection."""
        self._jobs.put(job)

    def tend(self) -> None:
        """Send an echo when it is time; begin anew when none has come back for long.

        That others are heard says nothing of what we send: both ways must be seen to work.
        """
        now = self.clock.monotonic()
        if now - self._tended_at > AWAY:
            self._unanswered_since, self._renewed_at = None, now
        self._tended_at = now
        begun = (self._unanswered_since, self._busy_since)
        waited = now - min((since for since in begun if since is not None), default=now)
        # A job that began before we were away may have been away with us.
        if waited <= SILENT or now - self._renewed_at > SILENT:
            self._tell(SILENCE, silent(self.url) if waited > SILENT else "")
        if waited > DEAF and now - self._renewed_at > AGAIN:
            self._renewed_at = now
            self._renewals += 1
            self._echoed_at = now - ECHO  # the new connection is tried at once
            self._hang_up()
        if now - self._echoed_at > ECHO and not self.backlog:
            self._echoed_at = now
            if self._unanswered_since is None:
                self._unanswered_since = now
            self.send(self.inbox, ECHO_WORD)

    def close(self, seconds: float = 5.0) -> None:
        """Send what waits, if that is possible in time, and leave."""
        self._jobs.put(None)
        self._threads[0].join(seconds)
        self._closed.set()

    # --- threads -----------------------------------------------------------------------------

    def _sending(self) -> None:
        job: Job | None = None
        tries = 0
        while not self._closed.is_set():
            renewals = self._renewals
            try:
                with self.app.connection_for_write(heartbeat=0) as connection:
                    self._connect(connection)
                    self._sender = connection
                    producer = Producer(connection, auto_declare=False)
                    while True:
                        if job is None:
                            self._tell(SENDING, "")  # nothing is left that was refused
                        job = job or self._jobs.get()
                        if job is None:
                            return
                        if renewals != self._renewals:
                            break  # it was ended: what is put into it may vanish
                        self._busy_since = self.clock.monotonic()
                        job(producer)
                        self._busy_since = None
                        job, tries = None, 0
            except Exception as error:
                self._busy_since = None
                self._tell(SENDING, trouble_with(self.url, error))
                tries += 1
                self._closed.wait(min(LATE, SOON * 2**tries))

    def _hearing(self) -> None:
        tries = 0
        while not self._closed.is_set():
            renewals = self._renewals
            try:
                with self.app.connection_for_read(heartbeat=0) as connection:
                    self._connect(connection)
                    inbox = Queue(self.inbox, durable=True, expires=EXPIRES)
                    with Consumer(connection, [inbox], on_message=self._take, no_ack=True):
                        tries = 0
                        self._tell(HEARING, "")
                        while not self._closed.is_set():
                            with suppress(TimeoutError):
                                connection.drain_events(timeout=1.0)
                            if renewals != self._renewals:
                                connection.collect(socket_timeout=0.1)
                                break
            except Exception as error:
                self._tell(HEARING, trouble_with(self.url, error))
                tries += 1
                self._closed.wait(min(LATE, SOON * 2**tries))

    @staticmethod
    def _connect(connection: Connection) -> None:
        """Connect now; a broker of Redis would otherwise be asked only with the first word."""
        connection.connect()
        client = getattr(connection.default_channel, "client", None)
        if client is not None:
            client.ping()

    def _take(self, message: Any) -> None:
        body = message.body
        data = body.encode("latin-1") if isinstance(body, str) else bytes(body)
        if data == ECHO_WORD:
            self._unanswered_since = None
        else:
            self.received.append(data)
            self.wake()

    def _tell(self, who: str, problem: str) -> None:
        """Each of those who notice tells when it begins and when it ends for them; people hear of
        the first, and of the end of all."""
        with self._lock:
            if bool(problem) == (who in self._troubled):
                return
            if problem:
                self._troubled.add(who)
            else:
                self._troubled.discard(who)
            before = self._problem
            self._problem = (before or problem) if self._troubled else ""
            changed = before != self._problem
        if changed:
            self.reached(self._problem)
            self.wake()

    def _hang_up(self) -> None:
        """End the sending connection, whose thread may be waiting for it."""
        connection = getattr(self, "_sender", None)
        if connection is not None:
            with suppress(Exception):
                # Who waits for an answer of RabbitMQ does so without a limit, and wakes up by this.
                connection.connection.transport.sock.shutdown(socket.SHUT_RDWR)
            with suppress(Exception):
                connection.collect(socket_timeout=0.1)


def waker() -> tuple[int, Callable[[], None]]:
    """A descriptor that becomes readable whenever the function is called, from any thread."""
    read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def wake() -> None:
        with suppress(BlockingIOError):
            os.write(write, b"!")

    return read, wake
