"""May this task instance run now? Ordered rows, first match wins.

The row that matched is also what people are told when they ask why a task waits.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple, assert_never

from venturi.core.clock import Instant
from venturi.core.states import TERMINAL, TaskState
from venturi.decide.draft import Draft
from venturi.decide.expand import instances_wanted, state_without
from venturi.decide.kinship import counterparts
from venturi.decide.views import Instance, RunView
from venturi.spec import rules
from venturi.spec.model import TaskSpec

T = TaskState

#: States from which an instance may be given its next attempt.
OPEN_TO_RUN = frozenset({T.NONE, T.UP_FOR_RETRY, T.UP_FOR_RESCHEDULE})


class Kind(StrEnum):
    """What a verdict means for the instance."""

    RUN = "run"
    SKIP = "skip"
    UPSTREAM_FAILED = "upstream_failed"
    WAIT = "wait"
    EXPAND = "expand"
    DONE = "done"  # nothing to execute: it succeeds by itself


class Verdict(NamedTuple):
    """`row` names the rule that decided; `until` is set when waiting ends by itself."""

    kind: Kind
    row: str
    text: str
    until: Instant | None = None


class Case(NamedTuple):
    """One instance in its surroundings."""

    draft: Draft
    run: RunView
    instance: Instance
    task: TaskSpec
    now: Instant


def verdict(draft: Draft, run: RunView, instance: Instance, now: Instant) -> Verdict:
    """What may happen to an instance that is in a state of `OPEN_TO_RUN`."""
    case = Case(draft, run, instance, run.graph.tasks[instance.task], now)
    for judge in ROWS:
        found = judge(case)
        if found is not None:
            return found
    return Verdict(Kind.RUN, "ready", "nothing holds it")


def _not_due(case: Case) -> Verdict | None:
    due = case.instance.due
    if due is None or due <= case.now:
        return None
    retry = case.instance.state is T.UP_FOR_RETRY
    row, what = ("retry_not_due", "next try") if retry else ("reschedule_not_due", "next check")
    return Verdict(Kind.WAIT, row, f"{what} at {due.isoformat()}", due)


def _goes_on(case: Case) -> Verdict | None:
    """What has begun is not judged by its upstream again."""
    if case.instance.state is T.NONE:
        return None
    return Verdict(Kind.RUN, "goes_on", "its next attempt is due")


def _excluded_by_branch(case: Case) -> Verdict | None:
    draft, run, instance = case.draft, case.run, case.instance
    kin = run.graph.kin.get(instance.task, {})
    for number in run.graph.upstream[instance.task]:
        if number in kin and instance.map_index < 0:
            continue  # each instance of it will have its own
        parents = counterparts(draft, run, instance, number) if kin else run.instances[number]
        if not any(parent.skips or parent.id in draft.moves for parent in parents):
            continue
        # Of many that decide, each for itself, one that wants it is enough.
        states = {draft.state_of(parent) for parent in parents}
        decided = [each for each in parents if draft.state_of(each) is T.SUCCESS]
        if (
            decided
            and states <= TERMINAL
            and all(case.task.task_id in _skips(draft, parent) for parent in decided)
        ):
            name = run.graph.tasks[number].task_id
            return Verdict(Kind.SKIP, "excluded_by_branch", f"{name} decided not to run it")
    return None


def _skips(draft: Draft, instance: Instance) -> tuple[str, ...]:
    move = draft.moves.get(instance.id)
    return instance.skips if move is None or move.skips is None else move.skips


def _grouped(case: Case) -> Verdict | None:
    """In a mapped group what it expands over is all that a task waits for before it expands.

    Then each instance waits for its own.
    """
    mapped = case.task.mapped
    if mapped is None or case.instance.map_index >= 0:
        return None
    if case.instance.task not in case.run.graph.grouped:
        return None
    unknown = instances_wanted(case.draft, case.run, mapped) is None
    if unknown and state_without(case.draft, case.run, mapped) is None:
        return Verdict(Kind.WAIT, "not_expanded", "what its group expands over is not there yet")
    return Verdict(Kind.EXPAND, "not_expanded", "its number of instances is not known yet")


def _past_first(case: Case) -> Verdict | None:
    """Where a file asks for it, the past is waited for even before skipping."""
    if case.task.wait_for_past_depends_before_skipping:
        return _held_by_past(case)
    return None


def _upstream(case: Case) -> Verdict | None:
    counts = count_upstream(case.draft, case.run, case.instance)
    outcome, text = rules.evaluate(case.task.trigger_rule, counts)
    match outcome:
        case rules.Outcome.RUN:
            return None
        case rules.Outcome.SKIP:
            return Verdict(Kind.SKIP, "trigger_rule", text)
        case rules.Outcome.UPSTREAM_FAILED:
            return Verdict(Kind.UPSTREAM_FAILED, "trigger_rule", text)
        case rules.Outcome.WAIT:
            return Verdict(
                Kind.WAIT, "trigger_rule", f"{text} (trigger rule {case.task.trigger_rule})"
            )
        case _:
            assert_never(outcome)


def _unmapped(case: Case) -> Verdict | None:
    if case.task.mapped is None or case.instance.map_index >= 0:
        return None
    return Verdict(Kind.EXPAND, "not_expanded", "its number of instances is not known yet")


#: What the run before may show for `depends_on_past` to be content.
_PAST_FINE = frozenset({T.SUCCESS, T.SKIPPED, T.REMOVED})


def _held_by_past(case: Case) -> Verdict | None:
    if case.run.previous is None:
        return None
    return next(holds_of_past(case), None)


def holds_of_past(case: Case) -> Iterator[Verdict]:
    """Everything in the run before that the instance waits for; the first of it decides."""
    previous, task = case.run.previous, case.task
    if previous is None or not (task.depends_on_past or task.wait_for_downstream):
        return
    number = previous.graph.index.get(task.task_id)
    if number is None or not previous.instances[number]:
        if not task.ignore_first_depends_on_past:
            text = f"{previous.run_id} never had this task"
            yield Verdict(Kind.WAIT, "depends_on_past", text)
        return
    for before in previous.instances[number]:
        state = case.draft.state_of(before)
        if state not in _PAST_FINE:
            text = f"it is {state} in the run before, {previous.run_id}"
            yield Verdict(Kind.WAIT, "depends_on_past", text)
    for child in previous.graph.downstream[number] if task.wait_for_downstream else ():
        for before in previous.instances[child]:
            state = case.draft.state_of(before)
            if state not in _PAST_FINE:
                name = previous.graph.tasks[child].task_id
                text = f"{name} is {state} in the run before, {previous.run_id}"
                yield Verdict(Kind.WAIT, "wait_for_downstream", text)


def _nothing_to_execute(case: Case) -> Verdict | None:
    if not case.task.is_empty:
        return None
    return Verdict(Kind.DONE, "empty", "it has nothing to execute")


ROWS: tuple[Callable[[Case], Verdict | None], ...] = (
    _not_due,
    _goes_on,
    _past_first,
    _excluded_by_branch,
    _grouped,
    _upstream,
    _held_by_past,
    _unmapped,
    _nothing_to_execute,
)


def count_upstream(draft: Draft, run: RunView, waiting: Instance) -> rules.Counts:
    """How many direct upstream instances of one are in which state, seen through the draft."""
    total = success = failed = upstream_failed = skipped = 0
    setups = setups_success = setups_skipped = 0
    moves = draft.moves
    has_kin = waiting.task in run.graph.kin
    for number in run.graph.upstream[waiting.task]:
        is_setup = run.graph.tasks[number].is_setup
        parents = counterparts(draft, run, waiting, number) if has_kin else run.instances[number]
        for instance in parents:
            move = moves.get(instance.id)
            state = instance.state if move is None else move.state
            if state is T.REMOVED:
                continue
            total += 1
            setups += is_setup
            match state:
                case T.SUCCESS:
                    success += 1
                    setups_success += is_setup
                case T.FAILED:
                    failed += 1
                case T.SKIPPED:
                    skipped += 1
                    setups_skipped += is_setup
                case T.UPSTREAM_FAILED:
                    upstream_failed += 1
                case _:
                    pass
    return rules.Counts(
        total, success, failed, upstream_failed, skipped, setups, setups_success, setups_skipped
    )
