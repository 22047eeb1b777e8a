"""A DAG's graph as text, and for Graphviz."""

from venturi.spec.graph import Graph
from venturi.spec.model import DagSpec


def tree(spec: DagSpec) -> str:
    """Tasks below those they wait for; a task with several parents is drawn out once."""
    graph = Graph(spec)
    lines: list[str] = []
    seen: set[int] = set()
    # (task, what stands before its name, what stands before those below it), last one next
    todo = [(n, "", "") for n in reversed(graph.order) if not graph.upstream[n]]
    while todo:
        number, head, indent = todo.pop()
        task = graph.tasks[number]
        below = graph.downstream[number]
        mapped = " []" if task.mapped is not None else ""
        again = " (see above)" if number in seen and below else ""
        lines.append(f"{head}{task.task_id}{mapped} <{task.operator}>{again}")
        if number in seen:
            continue
        seen.add(number)
        for place, child in reversed(list(enumerate(below, 1))):
            last = place == len(below)
            branch, trunk = ("└─ ", "   ") if last else ("├─ ", "│  ")
            todo.append((child, indent + branch, indent + trunk))
    return "\n".join(lines)


def dot(spec: DagSpec) -> str:
    """The graph in Graphviz' language."""
    quoted = '"{}"'.format
    lines = [f"digraph {quoted(_escaped(spec.dag_id))} {{", f"  rankdir={spec.orientation};"]
    for task in spec.tasks:
        name = quoted(_escaped(task.task_id))
        label = quoted(_escaped(task.label or task.task_id))
        lines.append(
            f'  {name} [label={label} shape=rectangle style="filled,rounded" '
            f"fillcolor={quoted(_escaped(task.ui_color))}];"
        )
    lines.extend(
        f"  {quoted(_escaped(above))} -> {quoted(_escaped(task.task_id))};"
        for task in spec.tasks
        for above in task.upstream
    )
    return "\n".join([*lines, "}", ""])


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
