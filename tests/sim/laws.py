"""What must hold at every write and between steps; broken laws are `AssertionError` with a story.

The laws look at the rows only and know nothing of how decisions are made.
"""

from collections import Counter, defaultdict
from math import prod
from typing import TYPE_CHECKING

from tests.rule_oracle import oracle
from venturi.core.clock import Instant
from venturi.core.states import (
    ACTIVE,
    RUN_TERMINAL,
    TERMINAL,
    RunState,
    TaskState,
    check_run,
    check_task,
)
from venturi.decide.admit import rank
from venturi.decide.board import Board
from venturi.decide.plan import Miss, Move, Plan
from venturi.decide.views import Instance, RunView
from venturi.spec.model import Era, TaskSpec
from venturi.spec.rules import Outcome

if TYPE_CHECKING:
    from tests.sim.rows import Rows

T = TaskState
FINE = frozenset({T.SUCCESS, T.SKIPPED, T.REMOVED})


def name(run: RunView, row: Instance) -> str:
    return f"{run.dag_id}.{run.graph.tasks[row.task].task_id}[{row.map_index}] of {run.run_id}"


def move_may(rows: "Rows", run: RunView, row: Instance, move: Move) -> None:
    """Laws 1 and 6: the table allows it; tries and epochs never fall."""
    who = f"{name(run, row)} ({' > '.join(rows.story.get(row.id, ()))})"
    check_task(who, row.state, move.state)
    assert move.try_number >= row.try_number, f"{who}: try fell to {move.try_number}"
    assert move.epoch >= row.epoch, f"{who}: epoch fell to {move.epoch}"
    assert run.state not in RUN_TERMINAL, f"{who}: moved in a run that has ended"
    if move.state is T.QUEUED:
        assert move.epoch == row.epoch + 1, f"{who}: handed out without an epoch of its own"
        assert 1 <= move.try_number <= row.max_tries + 2, f"{who}: too many tries"
    if row.state in ACTIVE and move.state is not T.QUEUED and move.epoch == row.epoch:
        assert not move.cancel


def accept(rows: "Rows", row: Instance, epoch: int) -> None:
    """Law 4: each attempt that was handed out ends once."""
    assert epoch == row.epoch, "a stale word was taken"
    assert row.state in ACTIVE, "a word was taken of an attempt that is not there"
    assert (row.id, epoch) not in rows.accepted, "an attempt ended twice"
    rows.accepted.add((row.id, epoch))


def miss_may(rows: "Rows", miss: Miss, now: Instant) -> None:
    """What is called missed has passed, was not done, and is told once."""
    run = rows.runs[miss.run.id]
    assert miss.deadline in run.deadlines, "a missed deadline is told twice"
    assert miss.deadline.at <= now, "a deadline is called missed before it has passed"


def run_may(rows: "Rows", run: RunView, state: RunState) -> None:
    check_run(run.run_id, run.state, state)
    if state is RunState.RUNNING:
        dag = rows.dags[run.dag_id]
        running = sum(
            r.dag_id == run.dag_id and r.state is RunState.RUNNING for r in rows.runs.values()
        )
        assert not dag.paused
        assert running < dag.graph.spec.max_active_runs, "more runs than max_active_runs"


def rules_held(rows: "Rows", plan: Plan) -> None:
    """Law 3: what begins has its trigger rule, its branch and its past behind it."""
    for move in plan.moves:
        if move.instance.state is not T.NONE or move.state not in {T.SCHEDULED, T.QUEUED}:
            continue
        run, row = rows.where[move.instance.id]
        task = run.graph.tasks[row.task]
        above = {number: relevant(run, row, number) for number in run.graph.upstream[row.task]}
        upstream = [
            (other.state, run.graph.tasks[number].is_setup)
            for number, others in above.items()
            for other in others
        ]
        assert oracle(task.trigger_rule, upstream) is Outcome.RUN, f"{name(run, row)}: {upstream}"
        for others in above.values():
            decided = [task.task_id in o.skips for o in others if o.state is T.SUCCESS]
            if decided and all(other.state in TERMINAL for other in others):
                assert not all(decided), f"{name(run, row)} was excluded by a branch"
        assert task.mapped is None or row.map_index >= 0, f"{name(run, row)} is not expanded"
        if (task.depends_on_past or task.wait_for_downstream) and past_was_seen(rows, move):
            assert past_fine(rows, run, row), f"{name(run, row)}: its past is not fine"


def relevant(run: RunView, row: Instance, number: int) -> list[Instance]:
    """The instances above that an instance waits for: in its mapped group, those of its index."""
    others = run.instances[number]
    own, theirs = run.graph.tasks[row.task], run.graph.tasks[number]
    if own.group is None or own.group != theirs.group:
        return others
    return [o for o in others if o.map_index // deeper(theirs) == row.map_index // deeper(own)]


def deeper(task: TaskSpec) -> int:
    """How many instances of a task there are for each of its group's (in these worlds)."""
    sources = task.mapped.sources if task.mapped is not None else ()
    return prod(s.length or 1 for s in sources if s.argument == "y")


def past_was_seen(rows: "Rows", move: Move) -> bool:
    """Whether the run before is as the decision saw it: no revision of it is proved."""
    seen, true = move.run.previous, rows.before(rows.runs[move.run.id])
    if seen is None or true is None:
        return seen is true
    return (seen.id, seen.revision) == (true.id, true.revision)


def past_fine(rows: "Rows", run: RunView, row: Instance) -> bool:
    """Whether the run before shows what the task waits for."""
    before = rows.before(run)
    task = run.graph.tasks[row.task]
    number = before.graph.index.get(task.task_id) if before is not None else None
    if before is None or number is None:
        return True
    wanted = [number, *(before.graph.downstream[number] if task.wait_for_downstream else ())]
    return all(other.state in FINE for n in wanted for other in before.instances[n])


def limits_held(rows: "Rows", plan: Plan) -> None:
    """Law 2: what was handed out fits into every limit."""
    queued = [move for move in plan.moves if move.state is T.QUEUED]
    if not queued:
        return
    total: Counter[object] = Counter()
    versions: defaultdict[str, set[int]] = defaultdict(set)
    for run in rows.runs.values():
        for group in run.instances:
            for row in group:
                if row.state in ACTIVE:
                    task = run.graph.tasks[row.task]
                    versions[run.dag_id].add(id(run.graph))
                    total.update(
                        (
                            "all",
                            ("dag", run.dag_id),
                            ("run", run.id),
                            ("task", run.dag_id, task.task_id),
                            ("run task", run.id, task.task_id),
                        )
                    )
                    total["pool", task.pool] += task.pool_slots
    assert total["all"] <= rows.parallelism
    for move in queued:
        run, row = rows.where[move.instance.id]
        task, spec = run.graph.tasks[row.task], run.graph.spec
        slots = rows.pools[task.pool].slots
        assert slots < 0 or total["pool", task.pool] <= slots, f"pool {task.pool} is over-full"
        assert not rows.dags[run.dag_id].paused, "handed out although paused"
        if len(versions[run.dag_id]) > 1:
            continue  # each version counts by limits of its own
        scope = ("run", run.id) if spec.era is Era.V3 else ("dag", run.dag_id)
        assert total[scope] <= spec.max_active_tasks, "max_active_tasks"
        for limit, key in (
            (task.max_active_tis_per_dag, ("task", run.dag_id, task.task_id)),
            (task.max_active_tis_per_dagrun, ("run task", run.id, task.task_id)),
        ):
            assert limit is None or total[key] <= limit, f"{key}: {total[key]} of {limit}"


def after_apply(rows: "Rows", plan: Plan) -> None:
    """Law 5: a run that has ended has nothing left. Law 7: one run per logical date."""
    for move in plan.run_moves:
        if move.state in RUN_TERMINAL:
            for group in rows.runs[move.run.id].instances:
                for row in group:
                    assert row.state in TERMINAL, f"{name(move.run, row)} is {row.state} at the end"
    if plan.new_runs:
        names = Counter((r.dag_id, r.run_id) for r in rows.runs.values())
        dates = Counter(
            (r.dag_id, r.logical_date) for r in rows.runs.values() if r.logical_date is not None
        )
        assert max(names.values()) == 1 and max(dates.values(), default=1) == 1


def board_is_true(rows: "Rows", board: Board) -> None:
    """The image in memory is what its rows say, and its counts are what counting gives."""
    for run in board.runs.values():
        true = rows.runs.get(run.id)
        if true is None or true.revision != run.revision:
            continue  # it will be told so when it writes
        assert (run.state, run.start_date, run.lengths) == (
            true.state,
            true.start_date,
            true.lengths,
        ), run.run_id
        assert [[picture(row) for row in group] for group in run.instances] == [
            [picture(row) for row in group] for group in true.instances
        ], run.run_id
        if run.previous is not None and run.previous.id in board.runs:
            assert run.previous is board.runs[run.previous.id], "two views of one run"
    counted: Counter[str] = Counter()
    waiting = set()
    for run in board.runs.values():
        for group in run.instances:
            for row in group:
                if row.state in ACTIVE:
                    counted["total"] += 1
                    counted["pool " + run.graph.tasks[row.task].pool] += run.graph.tasks[
                        row.task
                    ].pool_slots
                elif row.state is T.SCHEDULED:
                    waiting.add(row.id)
    assert board.in_use.total == counted["total"]
    for pool, used in board.in_use.by_pool.items():
        assert used == counted["pool " + pool], pool
    held = [c.instance.id for group in board.waiting.values() for c in group]
    assert len(held) == len(set(held)) and set(held) == waiting
    heads = sorted((rank(group[0]), gate) for gate, group in board.waiting.items())
    assert board.heads == heads
    assert all(list(group) == sorted(group, key=rank) for group in board.waiting.values())
    for dag in board.dags.values():
        states = [run.state for run in board.runs.values() if run.dag_id == dag.dag_id]
        assert dag.running == states.count(RunState.RUNNING), dag.dag_id
        assert dag.queued == states.count(RunState.QUEUED), dag.dag_id


def picture(row: Instance) -> tuple[object, ...]:
    """Everything that an instance's row says, as a value."""
    return tuple(getattr(row, slot) for slot in sorted(Instance.__slots__))


def everything(rows: "Rows") -> object:
    """All rows as a value."""
    return [run_picture(run) for run in rows.runs.values()], [
        (d.dag_id, d.next_run, d.last_run, d.paused) for d in rows.dags.values()
    ]


def run_picture(run: RunView) -> tuple[object, ...]:
    """Everything that a run's rows say, as a value."""
    return (
        run.id,
        run.state,
        run.revision,
        run.start_date,
        tuple(sorted(run.lengths.items())),
        run.previous.id if run.previous is not None else None,
        tuple(picture(row) for group in run.instances for row in group),
    )


def board_picture(board: Board) -> object:
    """All that deciding can see of a board, as a value."""
    return (
        [run_picture(run) for run in board.runs.values()],
        [run_picture(r.previous) for r in board.runs.values() if r.previous is not None],
        [(d.dag_id, d.next_run, d.last_run, d.running, d.queued) for d in board.dags.values()],
        {gate: [c.instance.id for c in group] for gate, group in board.waiting.items()},
        {i: None if numbers is None else set(numbers) for i, numbers in board.touched.items()},
        set(board.due),
        (board.in_use.total, dict(board.in_use.by_pool), dict(board.in_use.by_run)),
    )
