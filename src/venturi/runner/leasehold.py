"""A runner's signs of life, and the lease that some runners live on (rule R5).

The scheduler answers the beats of a runner on another machine. The lease counts, on this machine's
own clock, from the sending of the last beat that was answered; well before the scheduler may give
the attempts to others, the runner ends them by itself.
"""

from collections import OrderedDict
from collections.abc import Callable

from venturi.core.messages import Beat
from venturi.core.wire import Message
from venturi.runner.reactor import Reactor

#: Seconds between two beats; with a short lease, this part of it.
BEAT = 10.0
PART = 0.05
#: Parts of the lease: silence until everything is ended, and the time that tasks get to clean up.
SILENCE, GRACE = 0.7, 0.1
#: Beats whose answer is waited for.
REMEMBERED = 500


class Leasehold:
    """Beats, and when the lease of this runner ends. Without a lease it only beats."""

    def __init__(
        self,
        reactor: Reactor,
        *,
        tell: Callable[[Message], None],
        running: Callable[[], tuple[tuple[int, int], ...]],
        end: Callable[[str, float], None],
    ) -> None:
        self.reactor, self.tell, self.running, self.end = reactor, tell, running, end
        self.lease = 0.0
        self.until = 0.0
        self._number = self._round = 0
        self._sent: OrderedDict[int, float] = OrderedDict()
        self._introduced_at = 0.0

    def begin(self) -> None:
        """Beat from now on."""
        self._beat_again(self._round)

    def _beat_again(self, round: int) -> None:
        if round != self._round:
            return  # another rhythm has begun
        self._beat()
        pause = min(BEAT, self.lease * PART) if self.lease else BEAT
        self.reactor.after(max(0.05, pause), lambda: self._beat_again(round))

    def introduce(self) -> None:
        """A hello is being sent: who answers it has heard from us after this moment."""
        self._introduced_at = self.reactor.clock.monotonic()

    def greet(self, lease: float) -> None:
        """A scheduler has answered our hello, and says how long its word holds."""
        changed, self.lease = lease != self.lease, lease
        if changed:
            self.until = 0.0  # what a longer lease has promised does not count any more
        self.until = max(self.until, self._introduced_at + lease * SILENCE)
        if changed:
            self._round += 1
            self.begin()

    def renew(self, number: int) -> None:
        """The beat with this number was heard."""
        sent = self._sent.pop(number, None)
        if sent is not None:
            self.until = max(self.until, sent + self.lease * SILENCE)

    def _beat(self) -> None:
        now = self.reactor.clock.monotonic()
        running = self.running()
        if self.lease and running and now > self.until:
            silence = self.lease * SILENCE
            self.end(
                f"ended by its worker: the scheduler was not heard for {silence:.0f} s",
                self.lease * GRACE,
            )
        self._number += 1
        self._sent[self._number] = now
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        self.tell(Beat(running=running, number=self._number))
