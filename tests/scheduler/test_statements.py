"""How much a step asks of the database: bounded, and the same however much there is."""

import pytest

from bench.growth import chain, fill_history
from bench.null_engine import NullEngine, Statements, fresh_store, put_specs
from bench.sched_only import mesh
from venturi.spec.model import DagSpec, TaskSpec

#: Statements of one step that hears of an attempt's end and hands out the next one: the lease, the
#: guard of the run, the ended row, the queued row, its attempt, its changes, and (when a run ends)
#: the run itself.
A_STEP = 9


def wide(dag_id: str, count: int) -> DagSpec:
    tasks = tuple(TaskSpec(task_id=f"t{i}", operator="Null") for i in range(count))
    return DagSpec(dag_id=dag_id, tasks=tasks, max_active_tasks=10_000)


def sent_for(spec: DagSpec, *others: DagSpec, history: int = 0) -> tuple[int, int, int]:
    """Statements, steps and tasks of one run of a DAG."""
    with fresh_store() as store:
        put_specs(store, [spec, *others])
        if history:
            put_specs(store, [chain("history", 100)])
            fill_history(store, history, 0)
        engine = NullEngine(store)
        engine.trigger(spec.dag_id)
        statements = Statements(store)
        done = engine.drive()
        return statements.count, engine.steps, done


@pytest.mark.parametrize("spec", [chain("c", 50), wide("w", 300), *mesh()], ids=lambda s: s.dag_id)
def test_a_step_needs_a_bounded_number_of_statements(spec: DagSpec) -> None:
    statements, steps, done = sent_for(spec)
    assert done == len(spec.tasks)
    assert statements <= A_STEP * steps


def test_under_load_many_transitions_share_a_statement() -> None:
    statements, _, done = sent_for(wide("w", 640))
    assert statements / (3 * done) < 0.25


def test_other_dags_and_history_cost_no_statement() -> None:
    alone, *_ = sent_for(chain("c", 20))
    beside, *_ = sent_for(chain("c", 20), *(chain(f"d{i}", 3) for i in range(100)), history=2_000)
    assert beside == alone
