"""The checker: joins the ledger with the database and names what should not have happened.

The invariants of `docs/torture.md`, one function each; `CHECKS` is the table of them. A violation
is a sentence. What the ledger cannot know - when a killed process died - counts for nobody: an
execution without an end is held against no limit, and its instance's lock tells of overlaps.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from tests.torture.ledger import Execution, Line, executions
from tests.torture.record import Record
from venturi.core.states import RUN_TERMINAL, TERMINAL
from venturi.spec.model import TaskSpec, TriggerRule


class Violation(NamedTuple):
    """An invariant that does not hold."""

    law: str
    what: str

    def __str__(self) -> str:
        return f"{self.law}: {self.what}"


class Case(NamedTuple):
    """All that there is to be checked."""

    lines: Sequence[Line]
    record: Record
    #: how many more attempts the injected faults may have cost an instance (by task id, or "*")
    hits: Mapping[str, int] = {}
    #: how many tries a task needs when nothing goes wrong (by task id); others need one
    tries: Mapping[str, int] = {}
    #: how each task must end (by task id); others in success
    ends: Mapping[str, str] = {}
    #: processes of the engine that ended although nobody ended them
    exits: Sequence[str] = ()
    #: the longest silence between two heartbeats of a scheduler outside of faults, and its bound
    silence: float = 0.0
    silence_max: float = 5.0
    #: noted overlaps that are expected (a frozen worker that was thawed)
    overlaps: int = 0

    @property
    def executions(self) -> list[Execution]:
        """Every process that began to work."""
        return executions(self.lines)


def check(case: Case) -> list[Violation]:
    """Everything that is wrong; empty when nothing is."""
    return [Violation(law, what) for law, find in CHECKS.items() for what in find(case)]


def each_ends_once(case: Case) -> Iterator[str]:
    """I1: every expected instance is there, once, in the state it must end in; none is invented."""
    record = case.record
    there: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in record.instances.values():
        there[row.dag, row.run][row.task] += 1
        wanted = case.ends.get(row.task, "success")
        if row.state not in TERMINAL:
            yield f"{row.name} has not ended: it is {row.state}"
        elif row.state != wanted:
            yield f"{row.name} is {row.state}, not {wanted} ({row.reason})"
    for run in record.runs:
        have = there[run.dag, run.run]
        for task in run.spec.tasks:
            if not have[task.task_id]:
                yield f"run {run.run} of {run.dag} has no instance of {task.task_id}"
            elif have[task.task_id] > 1 and task.mapped is None:
                yield f"run {run.run} of {run.dag} has {task.task_id} several times"
    names = Counter((run.dag, run.run) for run in record.runs)
    yield from (
        f"run {run} of {dag} is there {n} times" for (dag, run), n in names.items() if n > 1
    )
    for line in case.lines:
        if line.ti not in record.instances:
            yield f"{line.dag}.{line.task} of {line.run} was executed, and nobody knows of it"


def never_two_at_once(case: Case) -> Iterator[str]:
    """I2: no two executions of one instance overlap. Locks tell it, and the noted times again."""
    noted = [line for line in case.lines if line.word == "overlap"]
    if len(noted) > case.overlaps:
        for line in noted:
            yield f"{line.dag}.{line.task} (try {line.try_number}) met another living execution"
    if case.overlaps:
        return
    by_instance: defaultdict[int, list[Execution]] = defaultdict(list)
    for each in case.executions:
        if each.ended_at is not None:
            by_instance[each.ti].append(each)
    for found in by_instance.values():
        for before, after in pairwise(found):
            if before.ended_at is not None and after.start.at < before.ended_at:
                yield f"{after.start.dag}.{after.start.task} began again before it had ended"


#: Rules under which every task upstream must have ended before.
_WAITING_RULES = frozenset(
    {
        TriggerRule.ALL_SUCCESS,
        TriggerRule.ALL_FAILED,
        TriggerRule.ALL_DONE,
        TriggerRule.NONE_FAILED,
        TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
        TriggerRule.NONE_SKIPPED,
        TriggerRule.ALL_SKIPPED,
    }
)


def after_its_parents(case: Case) -> Iterator[str]:
    """I3: a task begins after the end of everything it waits for."""
    ended: dict[tuple[str, str, str], float] = {}
    begun: dict[tuple[str, str, str], float] = {}
    for each in case.executions:
        key = (each.start.dag, each.start.run, each.start.task)
        begun[key] = min(begun.get(key, each.start.at), each.start.at)
        if each.ended_at is not None and each.word == "end":
            ended[key] = max(ended.get(key, 0.0), each.ended_at)
    for run in case.record.runs:
        for task in run.spec.tasks:
            start = begun.get((run.dag, run.run, task.task_id))
            if start is None or task.trigger_rule not in _WAITING_RULES:
                continue
            for parent in task.upstream:
                end = ended.get((run.dag, run.run, parent))
                if end is not None and start < end:
                    early = f"{end - start:.3f} s before {parent} ended"
                    yield f"{run.dag}.{task.task_id} began {early}"


def success_means_done(case: Case) -> Iterator[str]:
    """I4: an instance is successful exactly when its last try has noted its end."""
    ended: set[tuple[int, int]] = set()
    #: tasks that take notes; others (empty ones, for instance) have nothing to say here
    noting = {(line.dag, line.task) for line in case.lines}
    for each in case.executions:
        if each.word == "end":
            ended.add((each.ti, each.start.try_number))
    for row in case.record.instances.values():
        done = (row.ti, row.try_number) in ended
        if row.state == "success" and not done and (row.dag, row.task) in noting:
            yield f"{row.name} is successful, and its try {row.try_number} never came to its end"
        if row.state != "success" and done:
            yield f"{row.name} came to its end in try {row.try_number}, and is {row.state}"
    for ti, attempts in case.record.attempts.items():
        taken = [each for each in attempts if each.state == "success"]
        if ti not in case.record.instances:
            continue
        name = case.record.instances[ti].name
        if taken and attempts[-1].state != "success":
            yield f"{name} was successful in try {taken[0].try_number}, and was tried again"


def tried_no_more_than_needed(case: Case) -> Iterator[str]:
    """I5: no attempt beyond those that the task and the injected faults explain."""
    counted = Counter(each.ti for each in case.executions)
    again = Counter((each.ti, each.start.try_number) for each in case.executions)
    names = case.record.instances
    for (ti, try_number), number in again.items():
        if number > 1 and ti in names:
            yield f"{names[ti].name} was executed {number} times in try {try_number}"
    for ti, number in counted.items():
        if ti not in names:
            continue
        task = names[ti].task
        extra = case.hits.get(task, case.hits.get("*", 0))
        if number > case.tries.get(task, 1) + extra:
            yield f"{names[ti].name} was executed {number} times"


def within_limits(case: Case) -> Iterator[str]:
    """I6: at every instant pools, DAGs, runs and the installation hold no more than they may."""
    record = case.record
    specs = {(run.dag, run.run): run.spec for run in record.runs}
    tasks: dict[tuple[str, str, str], TaskSpec] = {
        (run.dag, run.run, task.task_id): task for run in record.runs for task in run.spec.tasks
    }
    limits: dict[str, float] = {"the installation": record.parallelism}
    changes: list[tuple[float, int, str]] = []
    for each in case.executions:
        start, end = each.start, each.ended_at
        spec = specs.get((start.dag, start.run))
        if end is None or spec is None:
            continue
        row, task = record.instances[each.ti], tasks[start.dag, start.run, start.task]
        pool = record.pools.get(row.pool)
        uses = {"the installation": 1, f"pool {row.pool}": row.slots}
        limits[f"pool {row.pool}"] = (
            float("inf") if pool is None or pool.slots < 0 else float(pool.slots)
        )
        shared = record.limit_key(start.dag, start.run, spec)
        uses[shared], limits[shared] = 1, spec.max_active_tasks
        for key, most in (
            (f"task {start.task} of DAG {start.dag}", task.max_active_tis_per_dag),
            (f"task {start.task} of run {start.run}", task.max_active_tis_per_dagrun),
        ):
            if most is not None:
                uses[key], limits[key] = 1, most
        for key, slots in uses.items():
            changes += [(start.at, slots, key), (end, -slots, key)]
    used: Counter[str] = Counter()
    told: set[str] = set()
    # What ends at an instant makes room for what begins at the same one.
    for _, slots, key in sorted(changes):
        used[key] += slots
        if used[key] > limits[key] and key not in told:
            told.add(key)
            yield f"{key} held {used[key]} at once, and may hold {limits[key]:g}"
    yield from _runs_within_limits(case)


def _runs_within_limits(case: Case) -> Iterator[str]:
    """No more runs of a DAG work at once than `max_active_runs`."""
    spans: defaultdict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for each in case.executions:
        if each.ended_at is not None:
            begin, end = spans[each.start.dag].get(each.start.run, (each.start.at, each.ended_at))
            spans[each.start.dag][each.start.run] = (
                min(begin, each.start.at),
                max(end, each.ended_at),
            )
    most = {run.dag: run.spec.max_active_runs for run in case.record.runs}
    for dag, found in spans.items():
        active = 0
        for _, change in sorted(
            [(begin, 1) for begin, _ in found.values()] + [(end, -1) for _, end in found.values()]
        ):
            active += change
            if active > most.get(dag, active):
                yield f"DAG {dag} had {active} active runs, and may have {most[dag]}"
                break


def everything_ends(case: Case) -> Iterator[str]:
    """I7: nothing is left waiting."""
    for run in case.record.runs:
        if run.state not in RUN_TERMINAL:
            yield f"run {run.run} of {run.dag} has not ended: it is {run.state}"


def the_engine_lives(case: Case) -> Iterator[str]:
    """I8: no process of the engine leaves by itself or falls silent."""
    yield from case.exits
    if case.silence > case.silence_max:
        yield f"the scheduler was silent for {case.silence:.1f} s"


CHECKS: Mapping[str, Callable[[Case], Iterator[str]]] = {
    "I1": each_ends_once,
    "I2": never_two_at_once,
    "I3": after_its_parents,
    "I4": success_means_done,
    "I5": tried_no_more_than_needed,
    "I6": within_limits,
    "I7": everything_ends,
    "I8": the_engine_lives,
}
