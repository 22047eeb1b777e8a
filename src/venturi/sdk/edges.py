"""Arrows between tasks: labels, and the functions that draw many at once."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.node import Dependency, link


class EdgeModifier:
    """Something to say about an edge: `a >> Label("ok") >> b`."""

    def __init__(self, label: str | None = None) -> None:
        self.label = label
        self._upstream: list[Any] = []
        self._downstream: list[Any] = []

    def info(self) -> dict[str, str | None]:
        """What the DAG keeps about the edge."""
        return {"label": self.label}

    def add_upstream(self, other: Any) -> None:
        """`other >> self`; draws the edge as soon as both sides are there."""
        self._upstream.append(other)
        self._draw([other], self._downstream)

    def add_downstream(self, other: Any) -> None:
        """`self >> other`; draws the edge as soon as both sides are there."""
        self._downstream.append(other)
        self._draw(self._upstream, [other])

    def set_upstream(self, other: Any, edge_modifier: "EdgeModifier | None" = None) -> None:
        for each in _flat(other):
            self.add_upstream(each)

    def set_downstream(self, other: Any, edge_modifier: "EdgeModifier | None" = None) -> None:
        for each in _flat(other):
            self.add_downstream(each)

    def __rshift__(self, other: Any) -> Any:
        self.set_downstream(other)
        return other

    def __lshift__(self, other: Any) -> Any:
        self.set_upstream(other)
        return other

    def __rrshift__(self, other: Any) -> "EdgeModifier":
        self.set_upstream(other)
        return self

    def __rlshift__(self, other: Any) -> "EdgeModifier":
        self.set_downstream(other)
        return self

    def _draw(self, upstream: Sequence[Any], downstream: Sequence[Any]) -> None:
        for parent in upstream:
            for child in downstream:
                link(parent, child, self)


def Label(label: str) -> EdgeModifier:  # noqa: N802 - the name DAG files use
    """An edge with this text on it."""
    return EdgeModifier(label=label)


def chain(*tasks: Any) -> None:
    """`chain(a, [b, c], [d, e], f)`: a >> b >> d >> f and a >> c >> e >> f.

    Neighbouring lists must be equally long and are joined pairwise.
    """
    for parent, child in pairwise(tasks):
        many = isinstance(parent, list | tuple) and isinstance(child, list | tuple)
        if not many:
            link(parent, child)
            continue
        if len(parent) != len(child):
            raise AirflowException(
                f"chain() joins neighbouring lists pairwise, so they must be equally long: "
                f"{len(parent)} and {len(child)} are not. Use cross_downstream() to join each with "
                "all."
            )
        for above, below in zip(parent, child, strict=True):
            link(above, below)


def chain_linear(*elements: Any) -> None:
    """Like `chain`, but neighbouring lists are joined each with all."""
    if not elements:
        raise ValueError("chain_linear() needs tasks to join.")
    flat = [list(_flat(each)) for each in elements]
    kept = [each for each in flat if each]
    if len(kept) < 2:
        raise ValueError("chain_linear() needs at least two elements with tasks in them.")
    for parent, child in pairwise(kept):
        link(parent, child)


def cross_downstream(from_tasks: Sequence[Any], to_tasks: Any) -> None:
    """Let each of `to_tasks` wait for each of `from_tasks`."""
    link(list(from_tasks), to_tasks)


def _flat(value: Any) -> list[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        return [each for part in value for each in _flat(part)]
    if not isinstance(value, Dependency | EdgeModifier):
        raise AirflowException(f"An arrow can only join tasks and task groups, not {value!r}.")
    return [value]
