"""When and how a run ends."""

from datetime import timedelta

from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, FAILED_STATES, TERMINAL, RunState, TaskState
from venturi.decide.draft import Draft
from venturi.decide.verdict import OPEN_TO_RUN, Kind, verdict
from venturi.decide.views import RunView

T = TaskState


def finish(draft: Draft, run: RunView, now: Instant) -> None:
    """End the run if it is time to: all done, timed out, failed fast, or stuck for good."""
    if _timed_out(draft, run, now) or _failed_fast(draft, run):
        return
    if draft.snapshot.in_use.by_run.get(run.id, 0) > draft.ended.get(run.id, 0):
        return  # something runs: no need to look at every instance
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
    elif not any(expansion.run is run for expansion in draft.expansions):
        _deadlock(draft, run, now)


def _end(draft: Draft, run: RunView) -> None:
    bad = [
        run.graph.tasks[number].task_id
        for number in run.graph.leaves
        if any(draft.state_of(instance) in FAILED_STATES for instance in run.instances[number])
    ]
    if bad:
        draft.move_run(run, RunState.FAILED, f"failed: {', '.join(bad[:5])}")
    else:
        draft.move_run(run, RunState.SUCCESS, "all tasks are done")


def _timed_out(draft: Draft, run: RunView, now: Instant) -> bool:
    timeout = run.graph.spec.dagrun_timeout
    if timeout is None or run.start_date is None:
        return False
    end = run.start_date + timedelta(seconds=timeout)
    if now < end:
        draft.wake_at(end)
        return False
    reason = f"the run took longer than its dagrun_timeout of {timeout:g} s"
    _close(draft, run, reason, T.SKIPPED)
    draft.move_run(run, RunState.FAILED, reason)
    return True


def _failed_fast(draft: Draft, run: RunView) -> bool:
    if not run.graph.spec.fail_fast:
        return False
    for group in run.instances:
        for instance in group:
            if draft.state_of(instance) is T.FAILED:
                name = run.graph.tasks[instance.task].task_id
                _close(draft, run, f"{name} failed and the DAG is set to fail fast", T.SKIPPED)
                _end(draft, run)
                if run.id in draft.run_moves:
                    draft.move_run(run, RunState.FAILED, f"failed fast: {name}")
                return True
    return False


def _close(draft: Draft, run: RunView, reason: str, state: TaskState) -> None:
    """End whatever has not ended: attempts that live are cancelled."""
    for group in run.instances:
        for instance in group:
            now_state = draft.state_of(instance)
            if now_state in TERMINAL:
                continue
            if instance.state in ACTIVE:
                draft.move(run, instance, T.FAILED, reason, cancel=True)
            else:
                draft.moves.pop(instance.id, None)
                draft.move(run, instance, state, reason)


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
