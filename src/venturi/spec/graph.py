"""A DagSpec compiled for deciding: tasks by number, neighbours, weights.

Made once per version and shared by all its runs; immutable by convention.
"""

from collections.abc import Sequence

from venturi.spec.model import DagSpec, TaskSpec, WeightRule


class Graph:
    """The tasks of a DAG as numbers 0..n-1, in the file's order."""

    __slots__ = (
        "depends_on_past",
        "downstream",
        "index",
        "leaves",
        "mapped",
        "order",
        "spec",
        "tasks",
        "upstream",
        "weights",
    )

    def __init__(self, spec: DagSpec) -> None:
        self.spec = spec
        self.tasks: tuple[TaskSpec, ...] = spec.tasks
        self.index: dict[str, int] = {task.task_id: i for i, task in enumerate(spec.tasks)}
        upstream = [tuple(self.index[u] for u in task.upstream) for task in spec.tasks]
        downstream: list[list[int]] = [[] for _ in spec.tasks]
        for number, above in enumerate(upstream):
            for parent in above:
                downstream[parent].append(number)
        self.upstream: tuple[tuple[int, ...], ...] = tuple(upstream)
        self.downstream: tuple[tuple[int, ...], ...] = tuple(map(tuple, downstream))
        self.order: tuple[int, ...] = _topological(self.upstream, self.downstream)
        self.weights: tuple[int, ...] = _weights(self)
        #: the tasks whose states decide how the run ended
        self.leaves: tuple[int, ...] = _deciding(self)
        self.mapped: frozenset[int] = frozenset(
            i for i, task in enumerate(spec.tasks) if task.mapped is not None
        )
        #: some task looks at the run before
        self.depends_on_past: bool = any(
            task.depends_on_past or task.wait_for_downstream for task in spec.tasks
        )

    def reachable(self, start: Sequence[int], *, down: bool = True) -> set[int]:
        """Every task below (or above) the given ones, without them unless reachable."""
        neighbours = self.downstream if down else self.upstream
        seen: set[int] = set()
        stack = [n for number in start for n in neighbours[number]]
        while stack:
            number = stack.pop()
            if number not in seen:
                seen.add(number)
                stack.extend(neighbours[number])
        return seen


def _topological(
    upstream: Sequence[Sequence[int]], downstream: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """Parents before children, in the file's order where it is free. Cycles were refused before."""
    missing = [len(above) for above in upstream]
    ready = [i for i, count in enumerate(missing) if count == 0]
    order: list[int] = []
    for number in ready:
        order.append(number)
        for child in downstream[number]:
            missing[child] -= 1
            if missing[child] == 0:
                ready.append(child)
    return tuple(order)


def _weights(graph: Graph) -> tuple[int, ...]:
    """Effective priority of each task: its own weight plus that of all that its rule adds."""
    own = [task.priority_weight for task in graph.tasks]
    rules = {task.weight_rule for task in graph.tasks}
    weights = list(own)
    for rule, order, neighbours in (
        (WeightRule.DOWNSTREAM, tuple(reversed(graph.order)), graph.downstream),
        (WeightRule.UPSTREAM, graph.order, graph.upstream),
    ):
        if rule not in rules:
            continue
        # Sets of tasks as bits of one integer: a union is one operation, whatever the size.
        reach: list[int] = [0] * len(own)
        even = own[0] if own and len(set(own)) == 1 else None
        for number in order:
            bits = 0
            for neighbour in neighbours[number]:
                bits |= reach[neighbour] | (1 << neighbour)
            reach[number] = bits
            if graph.tasks[number].weight_rule is rule:
                weights[number] = own[number] + (
                    bits.bit_count() * even if even is not None else _total(bits, own)
                )
    return tuple(weights)


def _total(bits: int, own: Sequence[int]) -> int:
    total = 0
    while bits:
        lowest = bits & -bits
        total += own[lowest.bit_length() - 1]
        bits ^= lowest
    return total


def _deciding(graph: Graph) -> tuple[int, ...]:
    """Leaves that decide how the run ended: a teardown counts only if its file says so.

    The tasks right above a teardown that does not count are leaves too. Where nothing counts, all
    leaves do.
    """
    counts = [not task.is_teardown or task.on_failure_fail_dagrun for task in graph.tasks]
    leaves = tuple(
        number
        for number, below in enumerate(graph.downstream)
        if counts[number] and not any(counts[child] for child in below)
    )
    return leaves or tuple(i for i, below in enumerate(graph.downstream) if not below)
