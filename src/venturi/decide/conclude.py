"""Reports of attempts that ended, turned into moves."""

from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, RUN_TERMINAL, TERMINAL, RunState, TaskState
from venturi.decide.draft import Draft
from venturi.decide.outcome import outcome
from venturi.decide.views import Report

T = TaskState

#: What a decision to skip may still change.
_SKIPPABLE = frozenset({T.NONE, T.SCHEDULED, T.UP_FOR_RETRY, T.UP_FOR_RESCHEDULE})


def conclude(draft: Draft, report: Report, now: Instant) -> bool:
    """Take a report into the plan; False when it is stale and changes nothing (rule R3)."""
    run, instance, result = report.run, report.instance, report.result
    if report.epoch != instance.epoch or draft.state_of(instance) not in ACTIVE:
        return False
    task = run.graph.tasks[instance.task]
    after = outcome(task, instance.try_number, instance.max_tries, result, now)
    if run.state in RUN_TERMINAL and after.state not in TERMINAL:
        after = after._replace(state=T.FAILED, due=None)
    draft.move(
        run,
        instance,
        after.state,
        after.reason,
        due=after.due,
        skips=result.skips if after.state is T.SUCCESS else None,
        lengths=result.lengths,
    )
    draft.wake_at(after.due)
    draft.touch(run, instance.task, succeeded=after.state is T.SUCCESS and not result.skips)
    if after.state is T.SUCCESS and run.state is RunState.RUNNING:
        for name in result.skips:
            number = run.graph.index.get(name)
            for child in run.instances[number] if number is not None else ():
                if draft.state_of(child) in _SKIPPABLE:
                    draft.move(run, child, T.SKIPPED, f"{task.task_id} decided not to run it")
                    draft.touch(run, child.task)
    return True
