"""Which callbacks and mails a plan gives rise to."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from venturi.core.states import RunState, TaskState
from venturi.decide.plan import Miss, Plan
from venturi.decide.views import Deadline, Instance, RunView
from venturi.spec.model import Callback

T = TaskState


class CallDue(NamedTuple):
    """Callbacks of a task instance, or (`instance` None) of a run, to be run once."""

    run: RunView
    instance: Instance | None
    kind: Callback
    reason: str
    callbacks: bool
    email: bool
    #: the tasks that missed their SLA
    missed: tuple[str, ...] = ()
    #: of the whole run: the deadline that was missed
    deadline: Deadline | None = None


#: What a task instance's new state calls. A skip counts only when the task itself decided it.
_BY_STATE: Mapping[TaskState, Callback] = {
    T.SUCCESS: Callback.ON_SUCCESS,
    T.FAILED: Callback.ON_FAILURE,
    T.UP_FOR_RETRY: Callback.ON_RETRY,
    T.SKIPPED: Callback.ON_SKIPPED,
}
_ONLY_EXECUTED = frozenset({T.SUCCESS, T.SKIPPED})
_BY_RUN_STATE: Mapping[RunState, Callback] = {
    RunState.SUCCESS: Callback.ON_SUCCESS,
    RunState.FAILED: Callback.ON_FAILURE,
}


def calls_due(plan: Plan, executed: Mapping[int, object]) -> Iterator[CallDue]:
    """The calls that a plan gives rise to; `executed` are the instances whose attempt ended."""
    for move in plan.moves:
        kind = _BY_STATE.get(move.state)
        if kind is None or (move.state in _ONLY_EXECUTED and move.instance.id not in executed):
            continue
        task = move.run.graph.tasks[move.instance.task]
        mail = task.email is not None and (
            (kind is Callback.ON_FAILURE and task.email.on_failure)
            or (kind is Callback.ON_RETRY and task.email.on_retry)
        )
        wanted = kind in task.callbacks
        if wanted or mail:
            yield CallDue(move.run, move.instance, kind, move.reason, wanted, mail)
    for run_move in plan.run_moves:
        kind = _BY_RUN_STATE.get(run_move.state)
        if kind is not None and kind in run_move.run.graph.spec.callbacks:
            yield CallDue(run_move.run, None, kind, run_move.reason, True, False)
    yield from _missed(plan)


def _missed(plan: Plan) -> Iterator[CallDue]:
    """One call for all SLAs of a run that were missed at once, one for each deadline of a run."""
    late: dict[int, list[Miss]] = {}
    for miss in plan.misses:
        if miss.deadline.task < 0:
            text = f"it had not ended by its deadline, {miss.deadline.at.isoformat()}"
            yield CallDue(
                miss.run, None, Callback.DEADLINE, text, True, False, deadline=miss.deadline
            )
        else:
            late.setdefault(miss.run.id, []).append(miss)
    for misses in late.values():
        run = misses[0].run
        tasks = [run.graph.tasks[miss.deadline.task] for miss in misses]
        names = tuple(task.task_id for task in tasks)
        wanted = Callback.SLA_MISS in run.graph.spec.callbacks
        mail = any(task.email is not None for task in tasks)
        if wanted or mail:
            text = f"missed their SLA: {', '.join(names[:5])}"
            yield CallDue(run, None, Callback.SLA_MISS, text, wanted, mail, missed=names)
