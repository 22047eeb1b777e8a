"""Reports of attempts that ended, turned into moves."""

from collections.abc import Sequence

from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, RUN_TERMINAL, TERMINAL, RunState, TaskState
from venturi.decide.draft import Draft
from venturi.decide.outcome import outcome
from venturi.decide.places import instances_at
from venturi.decide.views import Instance, Report, RunView

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
    draft.touch(run, instance, succeeded=after.state is T.SUCCESS and not result.skips)
    if after.state is T.SUCCESS and run.state is RunState.RUNNING:
        for name in result.skips:
            for child in _named(run, instance, name):
                if draft.state_of(child) in _SKIPPABLE:
                    draft.move(run, child, T.SKIPPED, f"{task.task_id} decided not to run it")
                    draft.touch(run, child)
    return True


def _named(run: RunView, instance: Instance, name: str) -> Sequence[Instance]:
    """The instances that a decision of `instance` settles at once.

    One instance among many decides for its own index in a mapped group; on what it means for
    others, the verdicts of those decide.
    """
    number = run.graph.index.get(name)
    if number is None:
        return ()
    if instance.map_index < 0:
        return run.instances[number]
    if not run.graph.is_alongside(instance.task, number):
        return ()
    found = instances_at(run, (number, instance.map_index))
    return found if found[0].map_index == instance.map_index else ()
