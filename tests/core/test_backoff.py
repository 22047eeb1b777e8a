"""How long to wait before the next try."""

from hypothesis import given
from hypothesis import strategies as st

from venturi.core.backoff import CEILING, retry_delay

seconds = st.floats(min_value=0, max_value=1e9)
tries = st.integers(min_value=0, max_value=10_000)


@given(tries, seconds)
def test_without_multiplier_every_wait_is_the_delay(number: int, delay: float) -> None:
    assert retry_delay(number, delay) == delay


def test_a_fixed_delay_may_be_longer_than_a_day() -> None:
    assert retry_delay(1, 30 * 3600.0) == 30 * 3600


def test_a_negative_delay_means_at_once() -> None:
    assert retry_delay(1, -5.0) == 0
    assert retry_delay(2, -5.0, multiplier=2.0) == 0


@given(tries, seconds, st.floats(min_value=0.01, max_value=1e300), st.none() | seconds)
def test_a_growing_wait_stays_within_its_limits(
    number: int, delay: float, multiplier: float, ceiling: float | None
) -> None:
    wait = retry_delay(number, delay, multiplier, ceiling, seed=("t",))
    assert 0 <= wait <= min(CEILING, CEILING if ceiling is None else ceiling)


@given(st.integers(min_value=1, max_value=12))
def test_a_wait_grows_with_the_tries_and_is_spread_by_at_most_a_fifth(number: int) -> None:
    wait = retry_delay(number, 1.0, 2.0, seed=("t", number))
    assert 2.0 ** (number - 1) <= wait <= 1.2 * 2.0 ** (number - 1)


def test_waits_of_different_instances_differ_and_of_the_same_do_not() -> None:
    waits = {retry_delay(1, 100.0, 2.0, seed=("t", i)) for i in range(50)}
    assert len(waits) == 50
    assert retry_delay(1, 100.0, 2.0, seed=("t", 1)) in waits


def test_numbers_beyond_what_a_float_holds_give_the_longest_wait() -> None:
    assert retry_delay(80, 300.0, 1e6) == CEILING
    assert retry_delay(5000, 300.0, 2.0, ceiling=60) == 60
