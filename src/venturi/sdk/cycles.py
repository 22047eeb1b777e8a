"""Tasks in an order in which they can run, or the circle that forbids it."""

from typing import TYPE_CHECKING

from venturi.sdk.exceptions import AirflowDagCycleException
from venturi.sdk.node import Node

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG


def sorted_tasks(dag: "DAG") -> tuple[Node, ...]:
    """Each task after those it waits for. Raises `AirflowDagCycleException` naming the circle."""
    tasks = dag.task_dict
    missing = {key: len(task.upstream_task_ids) for key, task in tasks.items()}
    ready = [key for key, count in missing.items() if count == 0]
    for key in ready:
        for below in sorted(tasks[key].downstream_task_ids):
            missing[below] -= 1
            if missing[below] == 0:
                ready.append(below)
    if len(ready) < len(tasks):
        circle = " >> ".join(_circle(tasks, {key for key in tasks if missing[key] > 0}))
        raise AirflowDagCycleException(
            f"The tasks of DAG {dag.dag_id!r} wait for each other in a circle: {circle}."
        )
    return tuple(tasks[key] for key in ready)


def _circle(tasks: dict[str, Node], stuck: set[str]) -> list[str]:
    """One circle among `stuck`, by walking upwards until a task comes again."""
    path: list[str] = []
    at = min(stuck)
    while at not in path:
        path.append(at)
        at = min(tasks[at].upstream_task_ids & stuck)
    circle = path[path.index(at) :][::-1]
    first = circle.index(min(circle))
    turned = circle[first:] + circle[:first]
    return [*turned, turned[0]]
