"""Counts of slots by whatever limits them."""

from typing import TypeVar

K = TypeVar("K")


def shift(counts: dict[K, int], key: K, by: int) -> None:
    """Add `by` to a count; a count of nothing is not kept."""
    left = counts.get(key, 0) + by
    if left:
        counts[key] = left
    else:
        counts.pop(key, None)
