"""How long to wait before the next try."""

from collections.abc import Sequence

#: Airflow's own ceiling for a retry delay, in seconds: one day.
CEILING = 86_400.0


def retry_delay(
    tries: int,
    delay: float,
    multiplier: float = 0.0,
    ceiling: float | None = None,
    seed: Sequence[object] = (),
) -> float:
    """Seconds to wait after the `tries`-th try failed.

    With `multiplier` 0 every wait is `delay`, however long. Otherwise waits grow as
    delay * multiplier^(tries-1) and are spread by up to a fifth, so that tasks that failed together
    do not return together; the spread is a function of `seed` (the instance's name), so the same
    question has one answer. `ceiling` is the task's max_retry_delay; no growing wait is longer than
    a day.
    """
    if multiplier <= 0:
        return max(0.0, delay)
    limit = min(CEILING, ceiling if ceiling is not None else CEILING)
    try:
        grown = delay * multiplier ** max(0, tries - 1)
    except OverflowError:  # beyond what a float holds, hence beyond every limit
        grown = limit
    spread = 1.0 + _fraction((*seed, tries)) / 5.0
    return min(limit, max(0.0, grown * spread))


def _fraction(parts: Sequence[object]) -> float:
    """A number in [0, 1) that depends on nothing but `parts` (FNV-1a over their text)."""
    digest = 0xCBF29CE484222325
    for byte in "\x00".join(map(str, parts)).encode():
        digest = ((digest ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return (digest >> 11) / float(1 << 53)
