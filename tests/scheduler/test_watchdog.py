"""A loop that hangs is noticed and replaced; one that works or rests is left alone."""

import threading
import time

import pytest

from venturi.core.clock import SystemClock
from venturi.scheduler.watchdog import Patience, Watchdog

QUICK = Patience(look=0.02, frozen=0.2, busy=60.0)


def watched(said: list[str], patience: Patience = QUICK) -> tuple[Watchdog, threading.Event]:
    restarted = threading.Event()
    dog = Watchdog(clock=SystemClock(), say=said.append, restart=restarted.set, patience=patience)
    return dog, restarted


def test_a_loop_that_hangs_is_started_again_and_its_stack_is_told() -> None:
    said: list[str] = []
    dog, restarted = watched(said)
    dog.start()
    assert restarted.wait(20)
    assert "hanging" in said[0]
    assert "test_a_loop_that_hangs_is_started_again" in said[0]


def test_a_loop_that_rests_may_rest_as_long_as_it_likes() -> None:
    dog, restarted = watched([])
    dog.start()
    dog.resting()
    assert not restarted.wait(1.0)
    assert dog.is_well
    dog.close()


@pytest.mark.parametrize("busy", [60.0, 0.5])
def test_a_long_calculation_is_no_hang_unless_it_never_ends(busy: float) -> None:
    dog, restarted = watched([], QUICK._replace(frozen=5.0, busy=busy))
    dog.start()
    end = time.monotonic() + (1.0 if busy == 60.0 else 20.0)
    while time.monotonic() < end and not restarted.is_set():
        sum(number * number for number in range(100))
    assert restarted.is_set() == (busy == 0.5)
    dog.close()
