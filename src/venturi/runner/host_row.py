"""A host as the runner sees it: what it has loaded, who waits for its children."""

import os
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from venturi.core.attempts import FileRef
from venturi.core.host_messages import Beget, Fork, FromHost, FromTask, Signal
from venturi.core.messages import Load, Loaded, Stop
from venturi.core.wire import Message
from venturi.runner.wire import Wire, WireClosed, pair

#: How many children of a host wait for work in advance.
SPARES = 2


class Child(NamedTuple):
    """A forked child: its channel, the reading end of its log pipe, and what it was forked from."""

    pid: int
    wire: Wire[FromTask]
    log: int
    host: "HostRow"

    def close(self) -> None:
        """Let it go: a child that waits for work ends when its channel closes."""
        self.wire.close()
        os.close(self.log)


#: Called with a child, or with None and the reason why there is none (empty: import afresh).
Taker = Callable[[Child | None, str], None]


class HostRow:
    """One host."""

    def __init__(self, number: int, wire: Wire[FromHost], file: FileRef | None) -> None:
        self.number = number
        self.wire = wire
        self.file = file
        self.pid: int | None = None
        self.loading: Load | None = None
        self.loaded: Loaded | None = None
        self.spares: deque[Child] = deque()
        #: who waits for a child, oldest first
        self.takers: deque[Taker] = deque()
        self.spares_asked = 0
        #: children that have been given work and have not exited
        self.busy: set[int] = set()
        self.last_used = 0.0
        #: when it last said something, or was asked for a child for the first one who waits
        self.heard_at = 0.0
        #: it has not answered for long: its children are dealt with without it
        self.is_silent = False
        self.keep = True
        #: it has given a child to somebody
        self.has_worked = False
        self.retiring = False

    @property
    def is_idle(self) -> bool:
        """Nothing runs on it and nobody waits for it."""
        return not self.busy and not self.takers and self.loading is None

    def give(self, child: Child) -> None:
        """A child is ready: hand it to who has waited longest, or keep it."""
        if self.takers:
            self._employ(child)
            self.takers.popleft()(child, "")
        else:
            self.spares.append(child)
        self.adjust()

    def take(self, taker: Taker) -> None:
        """Ask for a child: at once when one is ready, else as soon as there is one."""
        if self.spares:
            child = self.spares.popleft()
            self._employ(child)
            taker(child, "")
        else:
            self.takers.append(taker)
        self.adjust()

    def _employ(self, child: Child) -> None:
        """The child has work now: the host forks another spare in its place."""
        self.busy.add(child.pid)
        self.has_worked = True
        self._tell(Signal(pid=child.pid, signal=0))

    def adjust(self) -> None:
        """Have the host keep as many spares as wait for work, plus a few in advance."""
        # Only where there has been work is more of it expected.
        wanted = len(self.takers) + (SPARES if self.keep and self.has_worked else 0)
        if wanted != self.spares_asked and not self.retiring:
            self.spares_asked = wanted
            self._tell(Fork(spares=wanted))

    def _tell(self, message: Message) -> None:
        """Say something to the host. That it has just died is heard, and dealt with, by reading."""
        with suppress(WireClosed, OSError):
            self.wire.send(message)

    def rest(self) -> None:
        """Keep no spares until there is work again."""
        self.has_worked = False
        self.adjust()
        self.dismiss_spares()

    def refuse(self, reason: str) -> None:
        """Nobody who waits gets a child, for this reason."""
        while self.takers:
            self.takers.popleft()(None, reason)

    def retire(self) -> None:
        """Take no more work; the host goes when its last child has."""
        self.retiring = True
        self.dismiss_spares()
        self._tell(Stop())

    def dismiss_spares(self) -> None:
        """Let the waiting children go."""
        while self.spares:
            self.spares.popleft().close()

    def drop_spare(self, pid: int) -> None:
        """A waiting child has gone."""
        for spare in [spare for spare in self.spares if spare.pid == pid]:
            self.spares.remove(spare)
            spare.close()


def open_host(base: Wire[FromHost], number: int, file: FileRef | None) -> HostRow:
    """Have the base fork a host; its row is ready for messages at once."""
    ours, theirs = pair()
    base.send(Beget(host=number), (theirs.fileno(),))
    theirs.close()
    return HostRow(number, Wire(ours, FromHost), file)


def child_wire(descriptor: int) -> Wire[FromTask]:
    """The runner's end of a child's channel."""
    return Wire(socket.socket(fileno=descriptor), FromTask)
