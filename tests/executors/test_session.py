"""A worker's session: asked for until it is there, and anew when the other side is another."""

from collections import deque
from typing import Any

from tests.executors.test_worker_parts import FakeClock
from venturi.core.worker_messages import Claim
from venturi.executors.celery.gateway import NAME
from venturi.executors.celery.sealed import Content, Frame, Opened, Opening, Seal, Unknown
from venturi.executors.celery.session import GATHER, KNOCK, Listener, Session
from venturi.runner.reactor import Reactor

OURS, THEIRS = Seal(b"k" * 32), Seal(b"x" * 32)
ME = "celery@one-1"
HALF = b"h" * 16


class FakePost:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: deque[bytes] = deque()
        self.backlog = 0

    def send(self, to: str, body: bytes) -> None:
        assert to == NAME
        self.sent.append(body)


class Two:
    """The session, what it sends, and whom it calls."""

    def __init__(self) -> None:
        self.clock, self.post = FakeClock(), FakePost()
        self.called: list[Any] = []
        note = self.called.append
        listener = Listener(
            begun=lambda: note("begun"),
            lost=lambda: note("lost"),
            alive=lambda: note("alive"),
            heard=note,
            refused=lambda: note("refused"),
        )
        post: Any = self.post
        self.session = Session(ME, OURS, post, Reactor(self.clock), listener)

    def sent(self) -> tuple[bytes, Content]:
        """The session's id on the next envelope, and what is in it."""
        envelope = OURS.read(self.post.sent.popleft())
        assert envelope is not None and envelope.to == NAME and envelope.sender == ME
        content = OURS.open(envelope)
        assert content is not None
        return envelope.session, content

    def answer(self, session: bytes, content: Content, seal: Seal = OURS, to: str = ME) -> None:
        """As the scheduler's side does."""
        self.session.take(seal.close(to, NAME, session, content))

    def is_open(self) -> bool:
        """Whether there is a session now."""
        return self.session.is_open

    def open(self) -> bytes:
        """Have a session opened; its id."""
        self.session.knock()
        half, content = self.sent()
        assert content == Opening()
        self.answer(half, Opened(HALF))
        return half + HALF


def test_a_session_is_asked_for_until_it_is_there() -> None:
    two = Two()
    two.session.say(Claim(ti_id=1, epoch=1))  # nobody keeps it
    two.session.knock()
    first, _ = two.sent()
    two.clock.advance(KNOCK)
    two.session.reactor.turn()
    second, content = two.sent()
    assert (second, content) == (first, Opening())
    two.answer(b"another's", Opened(HALF))
    assert not two.is_open()
    two.answer(first, Opened(HALF))
    assert two.is_open() and two.called == ["begun"]
    two.clock.advance(KNOCK)
    two.session.reactor.turn()
    two.session.flush()
    assert not two.post.sent


def test_words_come_one_by_one_and_say_that_somebody_is_there() -> None:
    two = Two()
    session = two.open()
    two.clock.advance(7)
    assert two.session.silent_for == 7
    two.answer(session, Frame(1, 0, (b"a", b"b")))
    two.answer(session, Frame(1, 0, (b"a", b"b")))
    assert two.called == ["begun", "alive", b"a", b"b", "alive"]
    assert two.session.silent_for == 0


def test_what_is_said_by_a_busy_worker_waits_for_more_of_it() -> None:
    two = Two()
    session = two.open()
    for number in (1, 2):
        two.session.say(Claim(ti_id=number, epoch=1))
        two.session.flush(is_busy=number == 2)
    assert len(two.post.sent) == 1
    two.session.say(Claim(ti_id=3, epoch=1))
    two.clock.advance(GATHER)
    two.session.flush(is_busy=True)
    frames = [two.sent(), two.sent()]
    assert [(to, len(frame.words)) for to, frame in frames if isinstance(frame, Frame)] == [
        (session, 1),
        (session, 2),
    ]


def test_a_scheduler_that_knows_nothing_of_the_session_is_asked_for_a_new_one() -> None:
    two = Two()
    session = two.open()
    two.answer(b"an older one", Unknown())
    assert two.is_open()
    two.answer(session, Unknown())
    assert not two.is_open() and two.called == ["begun", "lost"]
    half, content = two.sent()
    assert content == Opening() and not session.startswith(half)
    two.answer(half, Opened(HALF))
    assert two.called == ["begun", "lost", "begun"]


def test_another_key_is_told_and_what_is_for_others_is_not_looked_at() -> None:
    two = Two()
    two.session.knock()
    half, _ = two.sent()
    two.answer(half, Opened(HALF), to="celery@two-2")
    two.session.take(b"no envelope")
    assert two.called == []
    two.answer(half, Opened(HALF), seal=THEIRS)
    assert two.called == ["refused"] and not two.is_open()


def test_who_leaves_asks_no_more() -> None:
    two = Two()
    two.session.end()
    two.session.knock()
    two.clock.advance(KNOCK)
    assert not two.post.sent
