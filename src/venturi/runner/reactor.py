"""One thread's sources of events: descriptors and timers."""

import os
import selectors
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from venturi.core.clock import Clock

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE
#: Called with the events that are ready.
Heard = Callable[[int], None]


class Reactor:
    """Waits for whatever comes first and calls who is concerned."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._due = 0.0

    def watch(self, source: Any, heard: Heard, events: int = READ) -> None:
        """Call `heard` when `source` is ready; a source that is watched changes its events."""
        if self.is_watched(source):
            self._selector.modify(source, events, heard)
        else:
            self._selector.register(source, events, heard)

    def forget(self, source: Any) -> None:
        """Watch `source` no more."""
        if self.is_watched(source):
            self._selector.unregister(source)

    def is_watched(self, source: Any) -> bool:
        """Whether `source` is being watched; what has been closed is not."""
        try:
            return source in self._selector.get_map()
        except ValueError:
            return False

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` once, `seconds` from now."""
        self._count += 1
        heappush(self._timers, (self.clock.monotonic() + seconds, self._count, action))

    def every(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` again and again."""

        def again() -> None:
            action()
            self.after(seconds, again)

        self.after(seconds, again)

    def turn_by(self, due: float) -> None:
        """Let the next turn end at `due` (monotonic seconds), whatever else happens or does not."""
        now = self.clock.monotonic()
        if due < self._due or self._due <= now:
            self._due = due
            self.after(max(0.0, due - now), lambda: None)

    def turn(self) -> None:
        """Wait for something to happen, and deal with all of it."""
        timeout = None
        if self._timers:
            timeout = max(0.0, self._timers[0][0] - self.clock.monotonic())
        for key, events in self._selector.select(timeout):
            # An earlier call may have closed it, and another one may have its number already.
            current = self._selector.get_map().get(key.fd)
            if current is not None and current.fileobj is key.fileobj:
                current.data(events)
        now = self.clock.monotonic()
        while self._timers and self._timers[0][0] <= now:
            heappop(self._timers)[2]()


def drain(descriptor: int) -> None:
    """Read and forget what is in a wake-up pipe."""
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        return
