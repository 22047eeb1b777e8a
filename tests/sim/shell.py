"""A scheduler around the real core: read, decide, apply, fold - as the product's own does it."""

from collections.abc import Callable

from tests.sim import laws
from tests.sim.machine import Order, Word
from tests.sim.rows import Rows, Stale
from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, RUN_TERMINAL, TaskState
from venturi.decide.board import Board
from venturi.decide.calls import calls_due
from venturi.decide.decide import decide
from venturi.decide.plan import Plan
from venturi.decide.views import Instance, Limits, Report, RunView, Snapshot

T = TaskState
#: Steps at one instant after which something goes round in circles.
CIRCLES = 400


class Shell:
    """One scheduler: a board, an inbox, and a term of the lease."""

    def __init__(self, rows: Rows, places: int, *, thorough: bool) -> None:
        self.rows, self.places, self.thorough = rows, places, thorough
        rows.term += 1
        self.term = rows.term
        self.board = Board(Limits(parallelism=rows.parallelism, max_map_length=2))
        self.board.pools = rows.pools
        self.started: dict[int, Word] = {}
        self.finished: dict[int, Word] = {}
        #: ended attempts that the machine may forget
        self.acks: list[tuple[int, int]] = []
        for dag in rows.load_dags():
            self.board.put_dag(dag)
        for run in rows.load_runs():
            self.board.put_run(run)

    # --- hearing -------------------------------------------------------------------------------

    def hear(self, word: Word) -> None:
        """Take a word of the machine, unless its attempt has been given up."""
        if not self._is_current(word):
            if word.result is not None:
                self.acks.append((word.ti_id, word.epoch))
        elif word.result is None:
            self.started[word.ti_id] = word
        else:
            self.finished[word.ti_id] = word

    def _is_current(self, word: Word) -> bool:
        owned = self.board.owner.get(word.ti_id)
        return owned is not None and owned[1].epoch == word.epoch and owned[1].state in ACTIVE

    def _sift(self) -> None:
        self.started = {i: w for i, w in self.started.items() if self._is_current(w)}
        for word in list(self.finished.values()):
            if not self._is_current(word):
                del self.finished[word.ti_id]
                self.acks.append((word.ti_id, word.epoch))

    def reload(self, run_ids: set[int]) -> list[Order]:
        """Put runs on the board as their rows say; end attempts that were taken away."""
        before = {
            row.id: row.epoch
            for run_id in run_ids
            if (run := self.board.runs.get(run_id)) is not None
            for group in run.instances
            for row in group
            if row.state in ACTIVE
        }
        found = {run.id: run for run in self.rows.load_runs(run_ids)}
        for run_id in sorted(run_ids):
            if run_id in found:
                self.board.put_run(found[run_id])
                self.board.due.add(found[run_id].dag_id)
            else:
                self.board.drop_run(run_id)
        return [
            Order(ti_id, epoch, cancel=True)
            for ti_id, epoch in before.items()
            if ti_id not in self.rows.where or self.rows.where[ti_id][1].epoch != epoch
        ]

    def look_everywhere(self) -> list[Order]:
        """The safety net: load whatever is not as the board believes."""
        here = {run.id: run.revision for run in self.board.runs.values()}
        known = self.board.looked_back_at() | here
        changed = {
            row_id
            for row_id, run in self.rows.runs.items()
            if (row_id in known and known[row_id] != run.revision)
            or (row_id not in here and run.state not in RUN_TERMINAL)
        }
        changed |= set(self.board.runs) - set(self.rows.runs)
        return self.reload(changed)

    # --- steps -----------------------------------------------------------------------------------

    def run(self, now: Instant, meanwhile: Callable[[], None] | None = None) -> list[Order]:
        """Steps until all is at rest; what to say to the machine. `meanwhile` runs once, after the
        first decision and before it is written: somebody else is faster."""
        orders: list[Order] = []
        for _ in range(CIRCLES):
            said = self.step(now, meanwhile)
            meanwhile = None
            if said is None:
                return orders
            orders += said
        raise AssertionError("it never comes to rest")

    def step(self, now: Instant, meanwhile: Callable[[], None] | None = None) -> list[Order] | None:
        """One step; None when there was nothing to do."""
        board = self.board
        board.wake(now)
        self._sift()
        if self.thorough:
            laws.board_is_true(self.rows, board)
        reports = [
            Report(*board.owner[word.ti_id], word.epoch, word.result)
            for word in self.finished.values()
            if word.result is not None
        ]
        snapshot = board.snapshot(reports, self.places - board.in_use.total)
        plan = self._decide(snapshot, now)
        heard = bool(self.finished or self.started)
        if meanwhile is not None:
            meanwhile()
        if plan.is_empty and not heard:
            board.touched.clear()
            board.due.clear()
            return None
        moved = {move.instance.id for move in plan.moves}
        begun = [board.owner[i] for i in self.started if i not in moved and i not in self.finished]
        reported = {i: word.epoch for i, word in self.finished.items() if i in moved}
        before = laws.everything(self.rows) if self.thorough else None
        try:
            created, expanded = self.rows.apply(plan, begun, reported, now, self.term)
        except Stale as stale:
            assert before is None or laws.everything(self.rows) == before, "half a plan was written"
            return self.reload(set(stale.run_ids))
        list(calls_due(plan, self.finished))
        self._begin(begun, plan, now)
        self.acks += [(word.ti_id, word.epoch) for word in self.finished.values()]
        self.started.clear()
        self.finished.clear()
        orders = [
            Order(move.instance.id, move.seen, cancel=True)
            for move in plan.moves
            if move.cancel and move.instance.state in ACTIVE
        ]
        board.fold(plan, now)
        for expansion, instances in expanded:
            board.replace_instances(expansion.run, expansion.task, instances)
        orders += self.reload(set(created))
        orders += [
            Order(move.instance.id, move.epoch) for move in plan.moves if move.state is T.QUEUED
        ]
        if self.thorough:
            self._at_rest_after(plan, now)
        return orders

    def _begin(self, begun: list[tuple[RunView, Instance]], plan: Plan, now: Instant) -> None:
        for run, row in begun:
            self.board.begin(run, row, now)
        for run_id in {run.id for run, _ in begun} - set(plan.runs):
            self.board.runs[run_id].revision += 1

    def _decide(self, snapshot: Snapshot, now: Instant) -> Plan:
        """Law 9: the same question has the same answer, and asking changes nothing."""
        if not self.thorough:
            return decide(snapshot, now)
        before = laws.board_picture(self.board)
        plan = decide(snapshot, now)
        assert decide(snapshot, now) == plan, "two answers to one question"
        assert laws.board_picture(self.board) == before, "deciding changed the snapshot"
        return plan

    def _at_rest_after(self, plan: Plan, now: Instant) -> None:
        """Law 8: a plan that only moves instances leaves nothing to decide at the same instant."""
        again = any(
            (m.due is not None and m.due <= now)  # its next try is due at once
            or m.run.graph.depends_on_past  # another run may have waited for it
            or m.run.graph.spec.fail_fast
            for m in plan.moves
        )
        if plan.new_runs or plan.run_moves or plan.expansions or again:
            return
        capacity = self.places - self.board.in_use.total
        more = decide(self.board.snapshot((), capacity), now)
        assert more.is_empty, f"{told(plan)} was followed by {told(more)}"


def told(plan: Plan) -> str:
    """A plan for a person who looks for a mistake."""
    return "; ".join(
        [f"{laws.name(m.run, m.instance)}: {m.instance.state} {m.state}" for m in plan.moves]
        + [f"{m.run.run_id}: {m.state} ({m.reason})" for m in plan.run_moves]
        + [f"{e.run.run_id}: {e.task} expands to {e.count}" for e in plan.expansions]
    )
