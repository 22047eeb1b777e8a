"""A bar for work that takes long, on a terminal and nowhere else."""

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

A = TypeVar("A")

#: Fewer things than this are done before anybody could read the bar.
_WORTH_IT = 20


def shown(items: Sequence[A], title: str) -> Iterator[A]:
    """The items one by one, with a bar on standard error while they are worked on."""
    if len(items) < _WORTH_IT or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, title, console=Console(stderr=True), transient=True)
