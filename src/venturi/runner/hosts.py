"""Which hosts there are, what they have loaded, who waits for them, and when they go.

A host is wanted for a file in one exact condition (`FileRef`). It goes when its file has a newer
condition and nobody runs on the old one, or when there are too many and it has been idle longest.
"""

import os
import socket
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from venturi.core.messages import (
    Beget,
    FileRef,
    Fork,
    FromHost,
    FromTask,
    Load,
    Loaded,
    Signal,
    Stop,
)
from venturi.runner.wire import Wire, pair

#: How many children of one host wait for work in advance, while it has recent work.
SPARES = 2


class Child(NamedTuple):
    """A forked child: its channel, and the reading end of its log pipe."""

    pid: int
    wire: Wire[FromTask]
    log: int


#: Called with a child, or with None and the reason why there is none.
Taker = Callable[[Child | None, str], None]


class HostRow:
    """A host as the runner sees it."""

    def __init__(self, number: int, wire: Wire[FromHost], file: FileRef | None) -> None:
        self.number = number
        self.wire = wire
        self.file = file
        self.pid: int | None = None
        self.loading: Load | None = None
        self.load_deadline: float | None = None
        self.loaded: Loaded | None = None
        self.spares: deque[Child] = deque()
        #: who waits for a child, oldest first
        self.takers: deque[Taker] = deque()
        self.spares_asked = 0
        #: children that have been given work and have not exited
        self.busy: set[int] = set()
        self.last_used = 0.0
        self.keep = True
        self.retiring = False
        self.announce: Callable[[Loaded], None] | None = None

    @property
    def is_idle(self) -> bool:
        """Nothing runs on it and nobody waits for it."""
        return not self.busy and not self.takers and self.loading is None

    def want(self, spares: int) -> None:
        """Tell the host how many spares to keep, if that is news."""
        if spares != self.spares_asked and not self.retiring:
            self.spares_asked = spares
            self.wire.send(Fork(spares=spares))

    def give(self, child: Child) -> None:
        """A child is ready: hand it to who has waited longest, or keep it."""
        if self.takers:
            self.employ(child)
            self.takers.popleft()(child, "")
        else:
            self.spares.append(child)
        self.adjust()

    def take(self, taker: Taker) -> None:
        """Ask for a child: at once when one is ready, else as soon as there is one."""
        if self.spares:
            child = self.spares.popleft()
            self.employ(child)
            taker(child, "")
        else:
            self.takers.append(taker)
        self.adjust()

    def employ(self, child: Child) -> None:
        """The child has work now: the host forks another spare in its place."""
        self.busy.add(child.pid)
        self.wire.send(Signal(pid=child.pid, signal=0))

    def adjust(self) -> None:
        """Keep as many spares as wait for work plus a few in advance."""
        self.want(len(self.takers) + SPARES if self.keep else len(self.takers))

    def retire(self) -> None:
        """Take no more work; the host goes when its last child has."""
        self.retiring = True
        self.dismiss_spares()
        self.wire.send(Stop())

    def dismiss_spares(self) -> None:
        """Let the waiting children go."""
        while self.spares:
            child = self.spares.popleft()
            child.wire.close()
            os.close(child.log)


def open_host(base: Wire[FromHost], number: int, file: FileRef | None) -> HostRow:
    """Have the base fork a host; its row is ready for messages at once."""
    ours, theirs = pair()
    base.send(Beget(host=number), (theirs.fileno(),))
    theirs.close()
    return HostRow(number, Wire(ours, FromHost), file)


def child_wire(descriptor: int) -> Wire[FromTask]:
    """The runner's end of a child's channel."""
    return Wire(socket.socket(fileno=descriptor), FromTask)
