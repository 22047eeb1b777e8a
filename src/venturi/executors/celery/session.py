"""A worker's session with its scheduler: asked for, held, lost, and asked for anew.

What is said while there is none is not kept: a new session begins with everything that counts.
"""

import os
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from venturi.core.wire import Message
from venturi.executors.celery.gateway import NAME
from venturi.executors.celery.post import Post
from venturi.executors.celery.sealed import Content, Frame, Opened, Opening, Seal, Unknown
from venturi.executors.celery.stream import Part, Stream
from venturi.runner.reactor import Reactor

#: Seconds between two requests for a session.
KNOCK = 3.0
#: Seconds for which words are gathered while there are many: fewer frames for each.
GATHER = 0.01


class Listener(NamedTuple):
    """Who is called, and when."""

    #: a session is open
    begun: Callable[[], None]
    #: the scheduler's side is another one than before
    lost: Callable[[], None]
    #: a frame has come; its words follow
    alive: Callable[[], None]
    #: one word
    heard: Callable[[bytes], None]
    #: the scheduler has another key
    refused: Callable[[], None]


class Session:
    """The worker `name`'s end."""

    def __init__(
        self, name: str, seal: Seal, post: Post, reactor: Reactor, listener: Listener
    ) -> None:
        self.name, self.seal, self.post, self.reactor = name, seal, post, reactor
        self.clock, self.listener = reactor.clock, listener
        #: our half of the session's id, and all of it once it is agreed upon
        self.half, self.id = os.urandom(16), b""
        self.stream = Stream()
        self.heard_at = self.clock.monotonic()
        #: whether there has been one at any time
        self.was_open = self._ended = False
        self._flushed_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether something can be said."""
        return bool(self.id)

    @property
    def silent_for(self) -> float:
        """Seconds since the scheduler was heard."""
        return self.clock.monotonic() - self.heard_at

    def knock(self) -> None:
        """Ask for a session until there is one."""
        if self.id or self._ended:
            return
        if not self.post.backlog:
            self._send(self.half, Opening())
        self.reactor.after(KNOCK, self.knock)

    def end(self) -> None:
        """Ask no more."""
        self._ended = True

    def take(self, data: bytes) -> None:
        """Something has come from the broker."""
        envelope = self.seal.read(data)
        if envelope is None or envelope.to != self.name or envelope.sender != NAME:
            return
        content = self.seal.open(envelope)
        if content is None:
            self.listener.refused()
            return
        now = self.clock.monotonic()
        match content:
            case Opened(half=half) if not self.id and envelope.session == self.half:
                self.heard_at = now
                self.id, self.stream, self.was_open = self.half + half, Stream(), True
                self.listener.begun()
            case Unknown() if self.id and envelope.session == self.id:
                self.id, self.half = b"", os.urandom(16)
                self.listener.lost()
                self.knock()
            case Frame() if self.id and envelope.session == self.id:
                self.heard_at = now
                self.listener.alive()
                for word in self.stream.take(Part(content.seq, content.ack, content.words), now):
                    self.listener.heard(word)
            case _:
                pass  # of a session that has ended

    def say(self, message: Message) -> None:
        """Say it, if a session is open."""
        if self.id:
            self.stream.say(msgspec.msgpack.encode(message))

    def flush(self, *, is_busy: bool = False) -> None:
        """Send what was said; who is busy says more in a moment, and waits for it."""
        if not self.id:
            return
        now = self.clock.monotonic()
        if is_busy and now < self._flushed_at + GATHER:
            self.reactor.turn_by(self._flushed_at + GATHER)
            return
        self._flushed_at = now
        for part in self.stream.parts(now, is_stuck=self.post.backlog > 0):
            self._send(self.id, Frame(*part))
        due = self.stream.due()
        if due is not None:
            self.reactor.turn_by(due)

    def _send(self, session: bytes, content: Content) -> None:
        self.post.send(NAME, self.seal.close(NAME, self.name, session, content))
