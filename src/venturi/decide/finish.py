"""When and how a run ends."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, FAILED_STATES, TERMINAL, RunState, TaskState
from venturi.decide.draft import Draft
from venturi.decide.verdict import OPEN_TO_RUN, Kind, verdict
from venturi.decide.views import RunView
from venturi.spec.graph import Graph

T = TaskState


def cut_short(draft: Draft, run: RunView, now: Instant) -> None:
    """End what must not go on: all of a run whose time is up, the rest of one that fails fast."""
    if not _timed_out(draft, run, now):
        _fail_fast(draft, run)


def finish(draft: Draft, run: RunView, now: Instant) -> None:
    """End the run if it is time to: all is done, or it is stuck for good."""
    busy = draft.snapshot.in_use.by_run.get(run.id, 0) > draft.ended_of.get(run.id, 0)
    if busy or run.id in draft.going:
        return  # something goes on: no need to look at every instance
    all_done = True
    for group in run.instances:
        for instance in group:
            state = draft.state_of(instance)
            if state in TERMINAL:
                continue
            if state is not T.NONE:
                return
            all_done = False
    if all_done:
        _end(draft, run)
    elif not any(run_id == run.id for run_id, _ in draft.expansions):
        _deadlock(draft, run, now)


def _end(draft: Draft, run: RunView) -> None:
    # What failed fast never got to the leaves: there every task that counts decides.
    deciding = _counting(run.graph) if run.graph.spec.fail_fast else _last(draft, run)
    bad = [
        run.graph.tasks[number].task_id
        for number in deciding
        if any(draft.state_of(instance) in FAILED_STATES for instance in run.instances[number])
    ]
    if bad:
        draft.move_run(run, RunState.FAILED, f"failed: {', '.join(bad[:5])}")
    else:
        draft.move_run(run, RunState.SUCCESS, "all tasks are done")


def _last(draft: Draft, run: RunView) -> Sequence[int]:
    """The leaves; where some of them take no part in this run, those above that come last in it."""
    graph = run.graph

    def takes_part(number: int) -> bool:
        return any(draft.state_of(i) is not T.REMOVED for i in run.instances[number])

    if all(takes_part(number) for number in graph.leaves):
        return graph.leaves
    part = [number for number in _counting(graph) if takes_part(number)]
    counts = set(part)
    return [n for n in part if counts.isdisjoint(graph.downstream[n])]


def _timed_out(draft: Draft, run: RunView, now: Instant) -> bool:
    timeout = run.graph.spec.dagrun_timeout
    if timeout is None or run.start_date is None or run.id in draft.run_moves:
        return False  # a run that is started (again) with this plan has all its time before it
    end = run.start_date + timedelta(seconds=timeout)
    if now < end:
        draft.wake_at(end)
        return False
    reason = f"the run took longer than its dagrun_timeout of {timeout:g} s"
    _close(draft, run, range(len(run.instances)), reason)
    draft.move_run(run, RunState.FAILED, reason)
    return True


def _fail_fast(draft: Draft, run: RunView) -> None:
    """End everything but teardowns once a task that counts has failed."""
    if not run.graph.spec.fail_fast:
        return
    for number in _counting(run.graph):
        if any(draft.state_of(instance) is T.FAILED for instance in run.instances[number]):
            name = run.graph.tasks[number].task_id
            others = [i for i, task in enumerate(run.graph.tasks) if not task.is_teardown]
            _close(draft, run, others, f"{name} failed and the DAG is set to fail fast")
            return


def _counting(graph: Graph) -> list[int]:
    """The tasks whose failure is the run's: all but teardowns that say they do not matter."""
    return [
        number
        for number, task in enumerate(graph.tasks)
        if not task.is_teardown or task.on_failure_fail_dagrun
    ]


def _close(draft: Draft, run: RunView, numbers: Iterable[int], reason: str) -> None:
    """End whatever of these tasks has not ended: attempts that live fail and are cancelled."""
    for number in numbers:
        for instance in run.instances[number]:
            state = draft.state_of(instance)
            if state in ACTIVE:
                draft.move(run, instance, T.FAILED, reason, cancel=True)
            elif state not in TERMINAL:
                draft.move(run, instance, T.SKIPPED, reason)


#: Rows whose waiting ends by something outside the run.
_OUTSIDE = frozenset({"depends_on_past", "wait_for_downstream"})


def _deadlock(draft: Draft, run: RunView, now: Instant) -> None:
    """Nothing runs and nothing can: say so instead of waiting for ever."""
    held: list[str] = []
    for group in run.instances:
        for instance in group:
            if draft.state_of(instance) not in OPEN_TO_RUN:
                continue
            said = verdict(draft, run, instance, now)
            if said.kind is not Kind.WAIT or said.row in _OUTSIDE or said.until is not None:
                return
            held.append(f"{run.graph.tasks[instance.task].task_id}: {said.text}")
    draft.move_run(run, RunState.FAILED, "deadlocked: " + "; ".join(held[:5]))
