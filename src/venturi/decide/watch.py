"""What the engine watches over besides moving things: deadlines, and DAGs that only fail."""

from venturi.core.clock import Instant
from venturi.core.states import RUN_TERMINAL, RunState, TaskState
from venturi.decide.draft import Draft
from venturi.decide.plan import Miss, Pause
from venturi.decide.views import Deadline, RunView

#: What a task with an SLA must have come to.
_DONE = frozenset({TaskState.SUCCESS, TaskState.SKIPPED, TaskState.REMOVED})


def find_missed(draft: Draft, run: RunView, now: Instant) -> None:
    """Note the deadlines of a run that have passed with their work not done; wake for the next."""
    dag = draft.snapshot.dags.get(run.dag_id)
    paused = dag is not None and dag.paused
    for deadline in run.deadlines:
        if deadline.at > now:
            draft.wake_at(deadline.at)
            return
        if not (_is_sla(deadline) and paused) and _is_missed(draft, run, deadline):
            draft.misses.append(Miss(run=run, deadline=deadline))


def _is_sla(deadline: Deadline) -> bool:
    return deadline.task >= 0


def _is_missed(draft: Draft, run: RunView, deadline: Deadline) -> bool:
    if not _is_sla(deadline):
        return run.state not in RUN_TERMINAL
    if not draft.snapshot.limits.check_slas:
        return False
    return any(draft.state_of(each) not in _DONE for each in run.instances[deadline.task])


def pause_failing(draft: Draft) -> None:
    """Pause DAGs whose `max_consecutive_failed_dag_runs` runs have failed one after the other."""
    failures: dict[str, int] = {}
    for move in draft.run_moves.values():
        dag = draft.snapshot.dags.get(move.run.dag_id)
        if dag is None or move.state not in RUN_TERMINAL:
            continue
        before = failures.get(dag.dag_id, dag.failures)
        failures[dag.dag_id] = count = before + 1 if move.state is RunState.FAILED else 0
        limit = dag.graph.spec.max_consecutive_failed_dag_runs
        if 0 < limit <= count and not dag.paused:
            text = f"{count} runs failed in a row, max_consecutive_failed_dag_runs is {limit}"
            draft.pauses[dag.dag_id] = Pause(dag_id=dag.dag_id, reason=text)
