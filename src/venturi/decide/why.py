"""Why a task instance or a run does not move: every condition that is not met.

Asked of the very rows that decide: those of `verdict` (may it run?), the limits of `admit` (does it
get a slot?) and the queue of `calendar` (may its run start?). Where deciding stops at the first row
that matches, this goes on and names them all. `why_dag` asks the same of a DAG.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from venturi.core.clock import Instant
from venturi.core.states import RUN_TERMINAL, TERMINAL, RunState, TaskState
from venturi.decide.admit import Taken, gate_of
from venturi.decide.calendar import runs_allowed
from venturi.decide.draft import Draft
from venturi.decide.expand import instances_wanted
from venturi.decide.verdict import OPEN_TO_RUN, ROWS, Case, Kind, Verdict, holds_of_past
from venturi.decide.views import BackfillView, Candidate, Instance, RunView, Snapshot

T = TaskState


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One condition that is not met.

    `row` names the rule, `text` says it with value and limit, `subject` is what it holds; `until`
    is set when waiting ends by itself.
    """

    row: str
    text: str
    subject: str
    until: Instant | None = None


class Workers(msgspec.Struct, frozen=True, kw_only=True):
    """Who runs what does not run on the scheduler's machine."""

    #: whose tasks these are; "" stands for the executor of tasks that name none
    executors: frozenset[str]
    #: names of workers by the queue that they hear
    hearing: Mapping[str, Sequence[str]] = {}
    #: why the broker cannot be reached; empty when it can
    broker: str = ""


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What the question is asked of: a snapshot, and what deciding does not look at."""

    snapshot: Snapshot
    now: Instant
    #: some scheduler is alive
    is_scheduled: bool = True
    #: None: nothing runs on workers
    workers: Workers | None = None
    #: queued runs by DAG, as they sort: (run_after, row id)
    queues: Mapping[str, Sequence[tuple[Instant, int]]] = {}
    #: and those of backfills
    backfill_queues: Mapping[int, Sequence[tuple[Instant, int]]] = {}
    #: why files cannot be read at present: one line each, by path
    import_errors: Mapping[str, str] = {}
    #: what was noted with the present state of instances, by row id
    noted: Mapping[int, str] = {}
    #: and of runs
    noted_runs: Mapping[int, str] = {}


def why_instance(world: World, run: RunView, instance: Instance) -> list[Reason]:
    """All that keeps a task instance from running, widest first; empty when nothing does."""
    if instance.state in TERMINAL or instance.state in _BUSY:
        return list(_by_itself(world, run, instance))
    own = [*_by_itself(world, run, instance), *_slots(world, run, instance)]
    return [*_around(world, run), *(own or _nothing(run, instance))]


def why_task(world: World, run: RunView, number: int) -> list[Reason]:
    """The same for all instances of a task: of those that have not ended, if there are any."""
    instances = run.instances[number]
    if len(instances) == 1:
        return why_instance(world, run, instances[0])
    waiting = [i for i in instances if i.state not in TERMINAL] or instances
    found = [(i, reason) for i in waiting for reason in why_instance(world, run, i)]
    return list(_together(run, found))


def why_run(world: World, run: RunView) -> list[Reason]:
    """All that keeps a run from moving; of its tasks those that others wait for."""
    around = list(_around(world, run))
    if run.state is not RunState.RUNNING:
        turn = Reason(row="its_turn", text="it starts in the next step", subject=of_run(run))
        return around or [turn]
    waiting = [i for group in run.instances for i in group if i.state not in TERMINAL]
    found = [(i, reason) for i in waiting for reason in _frontier(world, run, i)]
    # What is above everything that waits may have ended without what is waited for.
    found = found or [(i, reason) for i in waiting for reason in _by_itself(world, run, i)]
    if not found:
        around += [Reason(row="done", text="nothing of it is left to do", subject=of_run(run))]
    return [*around, *_together(run, found)]


def _together(run: RunView, found: Iterable[tuple[Instance, Reason]]) -> Iterator[Reason]:
    """What holds many instances of a task alike is said once."""
    alike: dict[tuple[int, str, str], list[Reason]] = {}
    for instance, reason in found:
        alike.setdefault((instance.task, reason.row, reason.text), []).append(reason)
    for (number, _, _), reasons in alike.items():
        subject, first = reasons[0].subject, reasons[0]
        if len({reason.subject for reason in reasons}) > 1:
            subject = f"{len(reasons)} instances of task {run.graph.tasks[number].task_id}"
        yield msgspec.structs.replace(first, subject=subject)


def of_run(run: RunView) -> str:
    """A run as the subject of a reason."""
    return f"run {run.run_id}"


def of_instance(run: RunView, instance: Instance) -> str:
    """A task instance as the subject of a reason."""
    return f"task {named(run, instance)}"


def named(run: RunView, instance: Instance) -> str:
    """A task instance as people write it."""
    index = f"[{instance.map_index}]" if instance.map_index >= 0 else ""
    return run.graph.tasks[instance.task].task_id + index


def no_scheduler(world: World) -> Iterator[Reason]:
    """Nothing moves while nobody decides."""
    if not world.is_scheduled:
        text = "no scheduler is running; start one with: airflow scheduler"
        yield Reason(row="no_scheduler", text=text, subject="the installation")


def dag_paused(world: World, dag_id: str) -> Iterator[Reason]:
    """Nothing of a paused DAG starts."""
    dag = world.snapshot.dags.get(dag_id)
    if dag is not None and dag.paused:
        text = f"it is paused; let it run with: airflow dags unpause {dag_id}"
        yield Reason(row="dag_paused", text=text, subject=f"DAG {dag_id}")


# --- around a task ---------------------------------------------------------------------------


def _around(world: World, run: RunView) -> Iterator[Reason]:
    """What holds everything of a run."""
    if run.state in RUN_TERMINAL:
        note = world.noted_runs.get(run.id)
        text = f"it has ended: {run.state}" + (f" ({note})" if note else "")
        yield Reason(row="run_ended", text=text, subject=of_run(run))
        return
    yield from no_scheduler(world)
    yield from dag_paused(world, run.dag_id)
    note = world.noted_runs.get(run.id, "")
    if note.startswith("parked"):
        yield Reason(row="parked", text=f"it was {note}", subject=of_run(run))
    if run.state is RunState.QUEUED:
        yield from _queue(world, run)


def _queue(world: World, run: RunView) -> Iterator[Reason]:
    """A queued run starts when there is room for it and for those before it."""
    dag = world.snapshot.dags.get(run.dag_id)
    if dag is None:
        text = f"nothing is known any more of DAG {run.dag_id!r}"
        yield Reason(row="dag_unknown", text=text, subject=of_run(run))
        return
    if run.backfill is not None:
        yield from _backfill_queue(world, run, run.backfill)
        return
    limit = runs_allowed(dag.graph.spec)
    queue = world.queues.get(run.dag_id, ())
    before = sum(place < (run.run_after, run.id) for place in queue)
    if dag.running + before < limit:
        return
    older = f" and {before} wait before it" if before else ""
    running = f"{dag.running} runs of DAG {run.dag_id!r} are running{older}"
    text = f"{running}, max_active_runs is {limit}"
    yield Reason(row="max_active_runs", text=text, subject=of_run(run))


def _backfill_queue(world: World, run: RunView, backfill: BackfillView) -> Iterator[Reason]:
    """A run of a backfill waits for its backfill and for those before it in its order."""
    name = f"backfill {backfill.id}"
    if backfill.paused:
        text = f"{name} is paused; let it go on with: airflow backfill unpause {backfill.id}"
        yield Reason(row="backfill_paused", text=text, subject=of_run(run))
        return
    own, queue = (run.run_after, run.id), world.backfill_queues.get(backfill.id, ())
    before = sum(place > own if backfill.backwards else place < own for place in queue)
    active = world.snapshot.backfilling.get(backfill.id, 0)
    if active + before < backfill.limit:
        return
    older = f" and {before} wait before it" if before else ""
    running = f"{active} runs of {name} are running{older}"
    text = f"{running}, its max_active_runs is {backfill.limit}"
    yield Reason(row="backfill_max_active_runs", text=text, subject=of_run(run))


# --- the task itself -------------------------------------------------------------------------


def _by_itself(world: World, run: RunView, instance: Instance) -> Iterator[Reason]:
    """What its state and its surroundings in the run say."""
    subject, state = of_instance(run, instance), instance.state
    if state in TERMINAL:
        note = world.noted.get(instance.id)
        told = f" ({note})" if note else ""
        text = f"it is {state}{told}; clear it to run it again"
        yield Reason(row="ended", text=text, subject=subject)
    elif state in _BUSY:
        row, text = _BUSY[state](instance)
        if state is T.QUEUED:
            yield from no_scheduler(world)
            yield from _no_worker(world, run, instance)
        yield Reason(row=row, text=text, subject=subject)
    elif state in OPEN_TO_RUN:
        draft = Draft(world.snapshot)
        case = Case(draft, run, instance, run.graph.tasks[instance.task], world.now)
        # Some rows look at the same thing twice.
        for said in dict.fromkeys(_unmet(case)):
            yield Reason(row=said.row, text=said.text, subject=subject, until=said.until)


def _no_worker(world: World, run: RunView, instance: Instance) -> Iterator[Reason]:
    """What has its slot waits for the broker, and for a worker that hears its queue."""
    task, workers = run.graph.tasks[instance.task], world.workers
    if workers is None or (task.executor or "") not in workers.executors:
        return
    if workers.broker:
        text = f"the broker cannot be used: {workers.broker}"
        yield Reason(row="no_broker", text=text, subject="the installation")
    hearing = workers.hearing.get(task.queue, ())
    if not hearing:
        others = ", ".join(sorted(workers.hearing)) or "none"
        text = (
            f"no worker hears queue {task.queue!r} (there are workers for: {others}); start one "
            f"with: airflow celery worker -q {task.queue}"
        )
        yield Reason(row="no_worker", text=text, subject=of_instance(run, instance))


def _since(at: Instant | None) -> str:
    return f" since {at.isoformat()}" if at is not None else ""


#: States in which it is not the rows that are waited for.
_BUSY: Mapping[TaskState, Callable[[Instance], tuple[str, str]]] = {
    T.QUEUED: lambda i: ("starting", f"it has a slot{_since(i.queued_at)}; its process starts"),
    T.RUNNING: lambda i: ("running", f"it is running{_since(i.started_at)}"),
    T.RESTARTING: lambda _: ("running", "its process is being ended to start again"),
    T.DEFERRED: lambda _: ("deferred", "it has handed its waiting to a trigger"),
    T.AWAITING_INPUT: lambda _: ("awaiting_input", "it waits for a person's answer"),
}


def _unmet(case: Case) -> Iterator[Verdict]:
    """Every row that does not let it run, with all that the row looks at."""
    for judge in ROWS:
        said = judge(case)
        match said:
            case None:
                pass
            case Verdict(kind=Kind.WAIT):
                in_full = _IN_FULL.get(said.row)
                yield from in_full(case, said) if in_full is not None else (said,)
            case Verdict(kind=Kind.EXPAND):
                yield from _lengths_missing(case, said)
            case Verdict(kind=Kind.SKIP | Kind.UPSTREAM_FAILED):
                after = "skipped" if said.kind is Kind.SKIP else "upstream_failed"
                yield said._replace(text=f"it is about to be {after}: {said.text}")
                return
            case _:  # it may run, whatever the rows below say
                return


#: Upstream tasks that are named one by one.
NAMED = 50


def _upstream(case: Case, said: Verdict) -> Iterator[Verdict]:
    yield said
    waited_for = [
        (number, left)
        for number in case.run.graph.upstream[case.instance.task]
        if (left := [i for i in case.run.instances[number] if i.state not in TERMINAL])
    ]
    for number, left in waited_for[:NAMED]:
        text = _one_left(case.run, left[0]) if len(left) == 1 else _left(case.run, number, left)
        yield Verdict(Kind.WAIT, "upstream", text)
    if len(waited_for) > NAMED:
        text = f"and {len(waited_for) - NAMED} more upstream tasks are not done"
        yield Verdict(Kind.WAIT, "upstream", text)


def _one_left(run: RunView, one: Instance) -> str:
    stands = "has not begun" if one.state is T.NONE else f"is {one.state}"
    due = f", due at {one.due.isoformat()}" if one.due is not None else ""
    return f"upstream {named(run, one)} {stands}{due}"


def _left(run: RunView, number: int, left: Sequence[Instance]) -> str:
    states = Counter("not begun" if i.state is T.NONE else str(i.state) for i in left)
    told = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    name, count = run.graph.tasks[number].task_id, len(run.instances[number])
    return f"{len(left)} of {count} instances of upstream {name} are not done: {told}"


#: Rows that stop at the first of several things: all of them.
_IN_FULL: Mapping[str, Callable[[Case, Verdict], Iterator[Verdict]]] = {
    "trigger_rule": _upstream,
    "depends_on_past": lambda case, _: holds_of_past(case),
    "wait_for_downstream": lambda case, _: holds_of_past(case),
}


def _lengths_missing(case: Case, said: Verdict) -> Iterator[Verdict]:
    """The results that a mapped task still has to wait for."""
    mapped, run = case.task.mapped, case.run
    if mapped is None or instances_wanted(case.draft, run, mapped) is not None:
        return  # it expands in the next step
    names = dict.fromkeys(x.task_id for source in mapped.sources for x in source.xcoms)
    for name in names:
        number = run.graph.index.get(name)
        states = {i.state for i in run.instances[number]} if number is not None else set()
        left = sorted(str(state) for state in states - TERMINAL)
        if left:
            stands = " and ".join("not begun" if s == "none" else s for s in left)
            yield said._replace(text=f"it expands over the result of {name}, which is {stands}")
        elif case.draft.length_of(run, name, "return_value") is None:
            yield said._replace(text=f"it expands over the result of {name}, which has none")


def _slots(world: World, run: RunView, instance: Instance) -> Iterator[Reason]:
    """Every limit that it would meet if it were ready."""
    snapshot, subject = world.snapshot, of_instance(run, instance)
    total, limit = snapshot.in_use.total, snapshot.limits.parallelism
    places = snapshot.capacity + total
    if total >= limit:
        text = f"{total} tasks of the installation are active, [core] parallelism is {limit}"
        yield Reason(row="parallelism", text=text, subject=subject)
    elif snapshot.capacity <= 0:
        text = f"the executor has no free place: {total} of {places} are taken"
        yield Reason(row="executor_capacity", text=text, subject=subject)
    taken = Taken(snapshot.in_use, snapshot.pools, lambda _dag_id: False)
    candidate = Candidate(run, instance)
    for refusal in taken.refusals(gate_of(candidate), candidate):
        yield Reason(row=refusal.row, text=refusal.text, subject=subject)


def _nothing(run: RunView, instance: Instance) -> Iterator[Reason]:
    """Ready but not yet seen to; empty for what has nothing but its run to wait for."""
    if run.state is RunState.RUNNING:
        text = "nothing holds it: it goes on in the next step"
        yield Reason(row="ready", text=text, subject=of_instance(run, instance))


#: Rows that say no more than that something above is not done: what is above says why.
_ABOVE = frozenset({"trigger_rule", "upstream", "not_expanded"})


def _frontier(world: World, run: RunView, instance: Instance) -> list[Reason]:
    """What holds an instance that others wait for; nothing for those that wait for others."""
    own = [r for r in _by_itself(world, run, instance) if r.row != "no_scheduler"]
    if own:
        return [reason for reason in own if reason.row not in _ABOVE]
    return [*_slots(world, run, instance)] or [*_nothing(run, instance)]
