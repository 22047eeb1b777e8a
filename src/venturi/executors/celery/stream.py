"""Words in order, each once, over a broker that may lose, repeat and reorder whatever it carries.

Both ends of a session have one `Stream`. It knows nothing of brokers and clocks: it is handed what
arrived and the time, and says what to send.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator
from typing import NamedTuple

#: Bytes of words that one frame gathers, at most (a longer word has a frame of its own).
FRAME_BYTES = 256 << 10
#: Frames on their way that nobody has acknowledged, at most.
WINDOW = 64
#: Seconds after which an unacknowledged frame is sent again, at first and at most.
PATIENCE = 3.0
PATIENCE_MAX = 20.0
#: Seconds that an acknowledgement may wait for words to travel with.
COURTESY = 0.1


class Part(NamedTuple):
    """What to send: `seq` 0 has no words, only the acknowledgement."""

    seq: int
    ack: int
    words: tuple[bytes, ...]


class Stream:
    """One end of a session."""

    def __init__(self) -> None:
        self._waiting: deque[bytes] = deque()
        self._sent: OrderedDict[int, tuple[bytes, ...]] = OrderedDict()
        self._next = 1
        self._patience = PATIENCE
        self._again_at: float | None = None
        #: what came before what should have come first
        self._early: dict[int, tuple[bytes, ...]] = {}
        self._heard = 0
        self._owe_at: float | None = None

    @property
    def is_clear(self) -> bool:
        """Everything that was said has been acknowledged."""
        return not self._waiting and not self._sent

    @property
    def is_full(self) -> bool:
        """So much is on its way that more should wait."""
        return len(self._sent) >= WINDOW

    def say(self, word: bytes) -> None:
        """Something to send."""
        self._waiting.append(word)

    def take(self, part: Part, now: float) -> list[bytes]:
        """A part has arrived: the words that it makes whole, in order."""
        self._acknowledge(part.ack, now)
        if part.seq == 0:
            return []
        if self._owe_at is None:
            self._owe_at = now + COURTESY
        if part.seq <= self._heard:
            self._owe_at = now  # the other side has not heard that we have it
            return []
        if part.seq <= self._heard + WINDOW:
            self._early[part.seq] = part.words
        whole: list[bytes] = []
        while self._heard + 1 in self._early:
            self._heard += 1
            whole += self._early.pop(self._heard)
        return whole

    def _acknowledge(self, ack: int, now: float) -> None:
        before = len(self._sent)
        while self._sent and next(iter(self._sent)) <= ack:
            self._sent.popitem(last=False)
        if len(self._sent) < before:
            self._patience = PATIENCE
            self._again_at = now + PATIENCE if self._sent else None

    def hurry(self, now: float) -> None:
        """Send again what is on its way: what carries it is there again."""
        self._patience = PATIENCE
        if self._sent:
            self._again_at = now

    def parts(self, now: float, *, is_stuck: bool = False) -> Iterator[Part]:
        """What is to be sent now. While what was sent before `is_stuck` nothing is repeated."""
        if self._again_at is not None and now >= self._again_at:
            if not is_stuck:
                for seq, words in self._sent.items():
                    yield self._part(seq, words)
            self._patience = min(PATIENCE_MAX, self._patience * 2)
            self._again_at = now + self._patience
        while self._waiting and not self.is_full:
            words = self._gathered()
            self._sent[self._next] = words
            if self._again_at is None:
                self._again_at = now + self._patience
            yield self._part(self._next, words)
            self._next += 1
        if self._owe_at is not None and now >= self._owe_at:
            yield self._part(0, ())

    def _part(self, seq: int, words: tuple[bytes, ...]) -> Part:
        self._owe_at = None
        return Part(seq, self._heard, words)

    def _gathered(self) -> tuple[bytes, ...]:
        words = [self._waiting.popleft()]
        size = len(words[0])
        while self._waiting and size + len(self._waiting[0]) <= FRAME_BYTES:
            words.append(self._waiting.popleft())
            size += len(words[-1])
        return tuple(words)

    def due(self) -> float | None:
        """When `parts` has something to say even if nothing happens."""
        return min((at for at in (self._again_at, self._owe_at) if at is not None), default=None)
