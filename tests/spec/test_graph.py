"""A DAG compiled for deciding, against counting by hand."""

from random import Random

import pytest

from tests import make
from tests.sim.dags import random_dag
from venturi.spec.graph import Graph
from venturi.spec.model import TaskSpec, WeightRule

DIAMOND = (make.task("a"), make.task("b", "a"), make.task("c", "a"), make.task("d", "b", "c"))


def test_neighbours_leaves_and_order() -> None:
    graph = make.graph(*reversed(DIAMOND))
    assert [graph.tasks[n].task_id for n in graph.order] == ["a", "c", "b", "d"]
    assert [graph.tasks[n].task_id for n in graph.leaves] == ["d"]
    assert graph.upstream[graph.index["d"]] == (graph.index["b"], graph.index["c"])
    assert set(graph.downstream[graph.index["a"]]) == {graph.index["b"], graph.index["c"]}


def test_what_lies_below_and_above() -> None:
    graph = make.graph(*DIAMOND, make.task("e"))
    names = [task.task_id for task in graph.tasks]
    assert {names[n] for n in graph.reachable([0])} == {"b", "c", "d"}
    assert {names[n] for n in graph.reachable([3], down=False)} == {"a", "b", "c"}
    assert graph.reachable([4]) == set()


def test_what_a_graph_knows_of_its_tasks() -> None:
    assert not make.graph(*DIAMOND).depends_on_past
    assert make.graph(make.task("a", wait_for_downstream=True)).depends_on_past
    assert make.graph(make.task("a"), make.mapped("m", length=1)).mapped == {1}
    assert make.graph().order == ()


def by_hand(graph: Graph, number: int) -> int:
    """A task's own weight and that of everything its rule adds, each once."""
    task: TaskSpec = graph.tasks[number]
    others: set[int] = set()
    if task.weight_rule is WeightRule.DOWNSTREAM:
        others = graph.reachable([number])
    elif task.weight_rule is WeightRule.UPSTREAM:
        others = graph.reachable([number], down=False)
    return task.priority_weight + sum(graph.tasks[n].priority_weight for n in others)


@pytest.mark.parametrize("seed", range(200))
def test_weights_are_those_that_counting_gives(seed: int) -> None:
    rng = Random(seed)
    rules = rng.sample(list(WeightRule), rng.randint(1, 4))
    even = rng.random() < 0.5
    tasks = [
        make.task(
            task.task_id,
            *task.upstream,
            weight_rule=rng.choice(rules),
            priority_weight=3 if even else rng.randint(-2, 9),
        )
        for task in random_dag(rng, "d").tasks
    ]
    graph = make.graph(*tasks)
    assert list(graph.weights) == [by_hand(graph, n) for n in range(len(tasks))]


def test_every_task_comes_after_its_upstream() -> None:
    for seed in range(50):
        graph = Graph(random_dag(Random(seed), "d"))
        place = {number: i for i, number in enumerate(graph.order)}
        assert len(place) == len(graph.tasks)
        for number, above in enumerate(graph.upstream):
            assert all(place[parent] < place[number] for parent in above)
