"""A DagSpec compiled for deciding: tasks by number, neighbours, weights.

Made once per version and shared by all its runs; immutable by convention.
"""

from collections.abc import Mapping, Sequence

from venturi.spec.model import DagSpec, GroupSpec, TaskSpec, WeightRule


class Graph:
    """The tasks of a DAG as numbers 0..n-1, in the file's order."""

    __slots__ = (
        "affected",
        "alongside",
        "around",
        "depends_on_past",
        "downstream",
        "grouped",
        "index",
        "kin",
        "leaves",
        "mapped",
        "order",
        "slas",
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
        #: the mapped groups around each task, outermost first
        self.around: tuple[tuple[GroupSpec, ...], ...] = _around(spec)
        #: the tasks inside mapped groups
        self.grouped: frozenset[int] = frozenset(i for i, outer in enumerate(self.around) if outer)
        #: per task in a mapped group, those right above that share one: upstream task -> how many
        #: of the first sources of both are those of the groups they share
        self.kin: Mapping[int, Mapping[int, int]] = _kin(self)
        #: per task, those below that follow it instance by instance: index 3 of it, index 3 of them
        self.alongside: Mapping[int, frozenset[int]] = _alongside(self)
        #: per task, all that a change of it may matter to: those below, and those that expand over
        #: its result without being below it (tasks inside mapped groups)
        self.affected: tuple[tuple[int, ...], ...] = _affected(self)
        #: the tasks that must be done so many seconds after their run was due
        self.slas: tuple[tuple[int, float], ...] = tuple(
            (i, task.sla) for i, task in enumerate(spec.tasks) if task.sla is not None
        )
        #: some task looks at the run before
        self.depends_on_past: bool = any(
            task.depends_on_past or task.wait_for_downstream for task in spec.tasks
        )

    def is_alongside(self, task: int, other: int) -> bool:
        """Whether index i of one belongs to index i of the other: in one mapped group."""
        groups = self.around[task]
        return bool(groups) and groups == self.around[other] and not self._is_deeper(task, other)

    def _is_deeper(self, *tasks: int) -> bool:
        """Whether one of these is expanded once more inside its mapped groups."""
        for number in tasks:
            mapped = self.tasks[number].mapped
            groups = (group.mapped for group in self.around[number])
            own = sum(len(each.sources) for each in groups if each is not None)
            if mapped is not None and len(mapped.sources) > own:
                return True
        return False

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


def _around(spec: DagSpec) -> tuple[tuple[GroupSpec, ...], ...]:
    """Per task, the mapped groups around it, outermost first."""
    known = {group.group_id: group for group in spec.groups}

    def around(group_id: str | None) -> tuple[GroupSpec, ...]:
        group = known.get(group_id or "")
        if group is None:
            return ()
        outer = around(group.parent)
        return outer if group.mapped is None else (*outer, group)

    return tuple(around(task.group) for task in spec.tasks)


def _kin(graph: Graph) -> dict[int, dict[int, int]]:
    kin: dict[int, dict[int, int]] = {}
    for number in graph.grouped:
        for parent in graph.upstream[number]:
            shared = 0
            for mine, other in zip(graph.around[number], graph.around[parent], strict=False):
                if mine.group_id != other.group_id:
                    break
                shared += len(mine.mapped.sources) if mine.mapped is not None else 0
            if shared:
                kin.setdefault(number, {})[parent] = shared
    return kin


def _alongside(graph: Graph) -> dict[int, frozenset[int]]:
    below: dict[int, set[int]] = {}
    for child, parents in graph.kin.items():
        for parent in parents:
            if graph.is_alongside(parent, child):
                below.setdefault(parent, set()).add(child)
    return {parent: frozenset(children) for parent, children in below.items()}


def _affected(graph: Graph) -> tuple[tuple[int, ...], ...]:
    expanding: dict[int, list[int]] = {}
    for number in sorted(graph.grouped):
        mapped = graph.tasks[number].mapped
        for source in mapped.sources if mapped is not None else ():
            for xcom in source.xcoms:
                above = graph.index.get(xcom.task_id)
                if above is not None:
                    expanding.setdefault(above, []).append(number)
    return tuple(
        tuple(dict.fromkeys((*below, *expanding[number]))) if number in expanding else below
        for number, below in enumerate(graph.downstream)
    )
