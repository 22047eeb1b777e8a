"""What the post notices of its broker, and when it takes it back."""

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from celery import Celery

from tests.executors.test_worker_parts import FakeClock
from tests.system.home import until
from venturi.executors.celery.post import AGAIN, DEAF, ECHO, SILENT, Post


@contextmanager
def post(kind: type[Post] = Post) -> Iterator[tuple[Post, FakeClock]]:
    """One over a broker within this process, which hears."""
    clock = FakeClock()
    # All of a process share that broker, and an earlier one may still hear for an instant.
    inbox = secrets.token_hex(4)
    app = Celery(broker="memory://", set_as_current=False)
    made = kind(app, inbox, clock=clock, wake=lambda: None, reached=lambda _: None)
    made.start()
    made.send(inbox, b"hello")
    try:
        until(lambda: b"hello" in made.received, "it hears")
        yield made, clock
    finally:
        made.close()


def pass_time(made: Post, clock: FakeClock, seconds: float) -> None:
    """In steps in which nobody takes us for having been away."""
    for _ in range(int(seconds)):
        clock.advance(1)
        made.tend()


class Mute(Post):
    """Nothing that it sends arrives."""

    is_mute = False

    def send(self, to: str, body: bytes) -> None:
        if not self.is_mute:
            super().send(to, body)


def test_a_refusal_is_told_and_taken_back_when_the_same_thing_goes_well() -> None:
    tries: list[int] = []
    told = threading.Event()

    def refused_once(_producer: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("OOM command not allowed")
        assert told.wait(20)

    with post() as (made, _):
        made.do(refused_once)
        until(lambda: "no memory left" in made.problem, "the refusal is told")
        told.set()
        until(lambda: not made.problem, "it is taken back")
        assert len(tries) == 2


def test_own_words_that_do_not_arrive_are_noticed_though_others_do() -> None:
    with post(Mute) as (made, clock):
        assert isinstance(made, Mute)
        made.is_mute = True
        pass_time(made, clock, ECHO + SILENT + 2)
        assert "gives none back" in made.problem
        made.is_mute = False
        pass_time(made, clock, DEAF)
        until(answered(made), "the echo comes back")
        pass_time(made, clock, 1)
        assert made.problem == ""


def test_a_broken_line_is_tried_anew_again_and_again_and_each_time_with_an_echo() -> None:
    with post(Mute) as (made, clock):
        assert isinstance(made, Mute)
        made.is_mute = True
        pass_time(made, clock, ECHO + DEAF + 2)
        assert made._renewals == 1
        pass_time(made, clock, 3 * (AGAIN + 1))
        assert made._renewals == 4
        made.is_mute = False
        pass_time(made, clock, AGAIN + 2)
        until(answered(made), "the echo comes back")
        pass_time(made, clock, 1)
        assert made.problem == ""


def test_an_answer_that_never_comes_is_noticed() -> None:
    with post() as (made, clock):
        begun, go = threading.Event(), threading.Event()

        def wait(_producer: Any) -> None:
            begun.set()
            assert go.wait(20)

        made.do(wait)
        assert begun.wait(20)
        pass_time(made, clock, SILENT + 2)
        assert "gives none back" in made.problem
        go.set()
        pass_time(made, clock, 9)
        until(answered(made), "it goes on")
        pass_time(made, clock, 1)
        assert made.problem == ""


def test_one_that_was_stopped_blames_nobody() -> None:
    with post() as (made, clock):
        begun, go = threading.Event(), threading.Event()

        def wait(_producer: Any) -> None:
            begun.set()
            assert go.wait(20)

        made.do(wait)
        assert begun.wait(20)
        clock.advance(100)
        made.tend()
        assert made.problem == ""
        go.set()


def test_quiet_is_no_trouble_while_echoes_come_back() -> None:
    with post() as (made, clock):
        for _ in range(6):
            pass_time(made, clock, SILENT)
            until(answered(made), "the echo comes back")
        assert made.problem == ""


def answered(made: Post) -> Callable[[], bool]:
    """Whether nothing is on its way to the post itself."""
    return lambda: made.backlog == 0 and made._unanswered_since is None
