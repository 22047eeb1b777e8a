"""The scheduler without tasks: its own steps on a durable database, with a null executor."""

import time
from collections.abc import Callable, Iterator

from bench.figures import Figure
from bench.null_engine import NullEngine, Statements, fresh_store, put_specs
from bench.sched_only import many_small, mesh, one_large
from venturi.spec.model import DagSpec

#: Workload, and what its total seconds or its tasks per minute are to be.
BUDGETS: dict[str, tuple[Callable[[], Iterator[DagSpec]], float | None, float | None]] = {
    "21,407 tasks in one DAG": (one_large, 5.0, None),
    "5,000 DAGs of 10 tasks": (many_small, None, 120_000.0),
    "mesh of 100 x 10": (mesh, None, None),
}


def measure(name: str, repeat: int) -> list[Figure]:
    """Seconds, tasks per minute and statements per transition of a workload."""
    workload, seconds_budget, rate_budget = BUDGETS[name]
    seconds, rates, sent = [], [], []
    for _ in range(repeat):
        with fresh_store() as store:
            specs = list(workload())
            put_specs(store, specs)
            engine = NullEngine(store)
            engine.trigger(*(spec.dag_id for spec in specs))
            statements = Statements(store)
            begun = time.perf_counter()
            done = engine.drive()
            took = time.perf_counter() - begun
        tasks = sum(len(spec.tasks) for spec in specs)
        assert done == tasks, f"{done} of {tasks} tasks were done"
        seconds.append(took)
        rates.append(done / took * 60)
        # Each task goes through queued, running and success.
        sent.append(statements.count / (3 * done))
    return [
        Figure(name=f"{name}: time", unit="s", values=seconds, budget=seconds_budget),
        Figure(name="  rate", unit="/min", values=rates, lower=False, budget=rate_budget),
        Figure(name="  statements per transition", unit="", values=sent),
    ]
