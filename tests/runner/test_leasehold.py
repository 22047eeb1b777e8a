"""A runner on a lease ends what it runs before anybody else may start it."""

import pytest

from tests.sdk_runtime.make import FakeClock
from venturi.core.messages import Beat
from venturi.core.wire import Message
from venturi.runner.leasehold import GRACE, PART, SILENCE, Leasehold
from venturi.runner.reactor import Reactor

LEASE = 100.0


class Scene:
    """A leasehold whose beats are collected and whose clock is ours."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.beats: list[Beat] = []
        self.ended: list[tuple[str, float]] = []
        self.running: tuple[tuple[int, int], ...] = ((1, 1),)
        self.reactor = Reactor(self)
        self.leasehold = Leasehold(
            self.reactor, tell=self.tell, running=lambda: self.running, end=self.end
        )

    now = FakeClock.now

    def monotonic(self) -> float:
        return self.seconds

    def tell(self, message: Message) -> None:
        assert isinstance(message, Beat)
        self.beats.append(message)

    def end(self, reason: str, grace: float) -> None:
        self.ended.append((reason, grace))

    def go_on(self, seconds: float) -> None:
        """Let time pass, a beat at a time."""
        until = self.seconds + seconds
        while self.seconds < until:
            self.seconds += LEASE * PART
            self.reactor.after(0, lambda: None)  # so that nobody waits in real time
            self.reactor.turn()


@pytest.fixture
def scene() -> Scene:
    made = Scene()
    made.leasehold.begin()
    made.leasehold.introduce()
    made.leasehold.greet(LEASE)
    return made


def test_beats_are_numbered_and_say_what_runs(scene: Scene) -> None:
    scene.go_on(30)
    numbers = [beat.number for beat in scene.beats]
    assert numbers == sorted(set(numbers)) and len(numbers) >= 6
    assert scene.beats[-1].running == ((1, 1),)


def test_silence_ends_everything_well_before_the_lease_is_over(scene: Scene) -> None:
    scene.go_on(LEASE * SILENCE)
    assert scene.ended == []
    scene.go_on(LEASE * PART)
    ((reason, grace),) = scene.ended
    assert "not heard for 70 s" in reason
    assert scene.seconds + grace < LEASE
    assert grace == LEASE * GRACE


def test_the_lease_counts_from_the_sending_of_the_beat_that_was_answered(scene: Scene) -> None:
    first = scene.beats[-1].number
    scene.go_on(LEASE * SILENCE - 10)
    scene.leasehold.renew(first)  # an old answer, long under way, proves little
    scene.go_on(15)
    assert scene.ended
    fresh = Scene()
    fresh.leasehold.begin()
    fresh.leasehold.introduce()
    fresh.leasehold.greet(LEASE)
    for _ in range(40):
        fresh.go_on(10)
        fresh.leasehold.renew(fresh.beats[-1].number)
    assert fresh.ended == []


def test_nothing_is_ended_where_nothing_runs_or_no_lease_counts(scene: Scene) -> None:
    scene.running = ()
    scene.go_on(3 * LEASE)
    assert scene.ended == []
    local = Scene()
    local.leasehold.begin()
    local.leasehold.introduce()
    local.leasehold.greet(0.0)
    local.go_on(3 * LEASE)
    assert local.ended == []
