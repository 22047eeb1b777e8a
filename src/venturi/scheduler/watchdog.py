"""Notices that the loop does not go on, tells where it hangs, and starts it again.

A scheduler may be killed at any moment without harm (rule F10 builds on that): so one that hangs is
replaced, in the same process id, and its tasks do not notice.
"""

import os
import sys
import threading
import traceback
from collections.abc import Callable
from types import CodeType, FrameType
from typing import NamedTuple

from venturi.core.clock import Clock

#: Environment variable with the process id of a service that has started itself again.
AGAIN = "VENTURI_AGAIN"


class Patience(NamedTuple):
    """Seconds."""

    #: between two looks
    look: float = 1.0
    #: in one and the same place
    frozen: float = 8.0
    #: in one and the same place that waits for the database, which has deadlines of its own; and
    #: busy without coming to an end
    busy: float = 120.0


class Watchdog:
    """A thread that looks at the one that made it, while that one is at work."""

    def __init__(
        self,
        *,
        clock: Clock,
        say: Callable[[str], None],
        restart: Callable[[], object],
        patience: Patience | None = None,
    ) -> None:
        self.clock, self.say, self.restart = clock, say, restart
        self.patience = patience or Patience()
        self.watched = threading.get_ident()
        #: since when it works without a sign of progress; 0.0: it rests
        self.since = 0.0
        self.place: tuple[tuple[CodeType, int], ...] = ()
        self.place_since = 0.0
        self.told = False
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self.working()
        self.thread.start()

    def working(self) -> None:
        """The loop goes on."""
        self.since = self.clock.monotonic()

    def resting(self) -> None:
        """The loop waits for something to happen, which may take as long as it likes."""
        self.since = 0.0

    @property
    def is_well(self) -> bool:
        """The loop has gone on, or gone to rest, not long ago."""
        since = self.since
        return not since or self.clock.monotonic() - since < self.patience.frozen

    def close(self) -> None:
        """Watch no longer."""
        self.ended.set()

    def _watch(self) -> None:
        while not self.ended.wait(self.patience.look):
            if self.is_hung():
                self.ended.set()
                self.restart()

    def is_hung(self) -> bool:
        """One look; tells where it hangs."""
        since, now = self.since, self.clock.monotonic()
        if not since or now - since < self.patience.look:
            self.place, self.told = (), False
            return False
        frame = sys._current_frames().get(self.watched)
        if frame is None:
            return False
        place = _place(frame)
        if place != self.place:
            self.place, self.place_since = place, now
        still, busy = now - self.place_since, now - since
        patient = any("/store/" in code.co_filename for code, _ in place)
        frozen = still >= self.patience.frozen
        hung = busy >= self.patience.busy or (frozen and not patient)
        if (frozen or hung) and not self.told:
            self.told = True
            stack = "".join(traceback.format_stack(frame)).rstrip()
            what = "It starts again" if hung else "It waits for the database"
            self.say(f"The scheduler's loop has been hanging for {busy:.0f} s. {what}.\n{stack}")
        elif hung:
            self.say(f"The scheduler's loop has been hanging for {busy:.0f} s. It starts again.")
        return hung


def _place(frame: FrameType | None) -> tuple[tuple[CodeType, int], ...]:
    places = []
    while frame is not None:
        places.append((frame.f_code, frame.f_lasti))
        frame = frame.f_back
    return tuple(places)


def start_again() -> None:
    """Replace this process by a new one with the same id and arguments; never returns."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, sys.orig_argv, {**os.environ, AGAIN: str(os.getpid())})
