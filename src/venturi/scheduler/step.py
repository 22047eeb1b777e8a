"""One step: read, decide, apply, and what has to be said afterwards."""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from venturi.core.attempts import FileRef
from venturi.core.clock import Instant
from venturi.core.messages import Ack, Call, Cancel, Finished, Start, Started
from venturi.core.states import ACTIVE, TaskState
from venturi.core.wire import Message
from venturi.decide.board import Board
from venturi.decide.calls import calls_due
from venturi.decide.decide import decide
from venturi.decide.plan import Move, Plan
from venturi.decide.views import Instance, RunView
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.parts import Part, parts_of
from venturi.store.apply import Applied, Stale, apply
from venturi.store.attempts import attempt_info, prefetch, run_info
from venturi.store.calls import drop_calls, put_calls
from venturi.store.deadlines import alert_of
from venturi.store.engine import Store, Tx
from venturi.store.lease import Lease, prove
from venturi.store.runs import load_runs, note_reason
from venturi.store.versions import Version, Versions

Begun = tuple[RunView, Instance, Started]


class Written(NamedTuple):
    """What one transaction has written, and what to say now that it is durable."""

    applied: Applied
    orders: list[Message]


class Stepper:
    """Carries steps out on one board and one store."""

    def __init__(
        self,
        *,
        store: Store,
        board: Board,
        versions: Versions,
        newest: dict[str, Version],
        source_of: Callable[[Tx, FileRef], FileRef],
        say: Callable[[str], None] = print,
        lease_seconds: float,
        import_timeout: float = 30.0,
    ) -> None:
        self.store, self.board, self.versions, self.newest = store, board, versions, newest
        self.source_of = source_of
        self.say = say
        self.lease_seconds = lease_seconds
        self.import_timeout = import_timeout
        self.lease = Lease(0, "")
        self.job_id: int | None = None
        #: DAGs that got a run and whose timetable only the runner can ask for the next
        self.to_ask: set[str] = set()
        #: is told of every plan that has been written, before the board takes it in
        self.written: Callable[[Plan, list[Begun], dict[int, Finished], Instant], None] | None
        self.written = None
        #: transactions that may have been committed, while what follows from them was not said
        self.unsure = 0

    def step(self, inbox: Inbox, capacity: int, now: Instant) -> list[Message] | None:
        """Take what is in the inbox and what is due; the messages to send, None when at rest.

        Raises `LostLease`. When somebody else has changed a run meanwhile, the run is loaded again
        and nothing else happens: the next step sees the new state. That may have been this very
        step, if the connection broke in the middle of a COMMIT: `unsure` tells.
        """
        self.board.wake(now)
        inbox.sift(self.board)
        plan = self._decide(inbox, capacity, now)
        if plan.is_empty and not inbox:
            self.board.touched.clear()
            self.board.due.clear()
            return None
        moved = {move.instance.id for move in plan.moves}
        begun = [begin for begin in inbox.beginnings(self.board) if begin[1].id not in moved]
        try:
            written = self.store.retrying(lambda tx: self._write(tx, plan, inbox, begun, now))
        except Stale as stale:
            self.reload(stale.run_ids)
            return []
        if self.written is not None:
            self.written(plan, begun, inbox.finished, now)
        for run, instance, message in begun:
            self.board.begin(run, instance, message.at)
        for run_id in {run.id for run, _, _ in begun} - set(plan.runs):
            self.board.runs[run_id].revision += 1
        acks = Ack(
            keys=(*((f.ti_id, f.epoch) for f in inbox.finished.values()), *inbox.stale),
            calls=tuple(called.call_id for called in inbox.called),
        )
        inbox.clear()
        self.board.fold(plan, now)
        self.to_ask.update(plan.ask_runner)
        for expansion, instances in written.applied.expanded:
            self.board.replace_instances(expansion.run, expansion.task, instances)
        if written.applied.created:
            self.reload(written.applied.created)
        said: list[Message] = [acks] if acks.keys or acks.calls else []
        self.unsure -= 1
        return said + written.orders

    def _decide(self, inbox: Inbox, capacity: int, now: Instant) -> Plan:
        """The plan; whatever cannot be decided is put aside, and the rest goes on (rule R8)."""
        snapshot = self.board.snapshot(inbox.reports(self.board), capacity)
        try:
            return decide(snapshot, now)
        except Exception:
            for part in parts_of(snapshot):
                try:
                    decide(part.snapshot, now)
                except Exception as error:
                    self._park(part, f"{type(error).__name__}: {error}", inbox)
        return decide(self.board.snapshot(inbox.reports(self.board), capacity), now)

    def _park(self, part: Part, error: str, inbox: Inbox) -> None:
        """Put a run or a DAG aside, visibly; the next round everywhere tries it again."""
        reason = f"parked: it cannot be decided ({error})"
        self.say(f"{part.name} is {reason}")
        if part.run_id is not None:
            run_id = part.run_id
            self.board.park_run(run_id)
            inbox.sift(self.board)
            self.store.retrying(lambda tx: note_reason(tx, run_id, reason))
        elif part.dag_id is not None:
            self.board.due.discard(part.dag_id)
            self.board.dags[part.dag_id].next_run = None

    def reload(self, run_ids: "set[int] | frozenset[int] | list[int]") -> None:
        """Put runs on the board as their rows say; take off those that have vanished.

        One that has ended leaves by itself, after those that look back at it have seen it.
        """
        wanted = set(run_ids)
        with self.store.read() as tx:
            found = {run.id: run for run in load_runs(tx, self.versions, wanted)}
        for run_id in sorted(wanted):
            run = found.get(run_id)
            if run is None:
                self.board.drop_run(run_id)
            else:
                if run.previous is not None and run.previous.id in self.board.runs:
                    run.previous = self.board.runs[run.previous.id]
                self.board.put_run(run)
                self.board.due.add(run.dag_id)

    # --- writing -----------------------------------------------------------------------------

    def _write(
        self,
        tx: Tx,
        plan: Plan,
        inbox: Inbox,
        begun: list[tuple[RunView, Instance, Started]],
        now: Instant,
    ) -> Written:
        prove(tx, self.lease, self.lease_seconds)
        applied = apply(
            tx,
            plan,
            now=now,
            job_id=self.job_id,
            versions=self.newest,
            finished=inbox.finished,
            started=begun,
        )
        if inbox.called:
            drop_calls(tx, [called.call_id for called in inbox.called])
        orders: list[Message] = list(self._calls(tx, plan, inbox, now))
        orders += self._cancels(plan)
        orders += self._starts(tx, plan, now)
        self.unsure += 1
        return Written(applied, orders)

    def _calls(self, tx: Tx, plan: Plan, inbox: Inbox, now: Instant) -> list[Call]:
        wanted = []
        for call in calls_due(plan, inbox.finished):
            version = self.versions.get(tx, call.run.version_id)
            attempt = None
            if call.instance is not None:
                attempt = attempt_info(call.run, call.instance, run_info(call.run))
            message = Call(
                call_id=0,
                file=self.source_of(tx, version.file),
                kind=str(call.kind),
                dag_id=call.run.dag_id,
                run=run_info(call.run),
                reason=call.reason,
                attempt=attempt,
                email=call.email,
                callbacks=call.callbacks,
                fresh=version.open_because is not None,
                missed=call.missed,
                alert=alert_of(tx, call.deadline.id) if call.deadline is not None else 0,
                deadline_at=call.deadline.at if call.deadline is not None else None,
                at=now,
                log_path=attempt.log_path
                if attempt
                else f"dag_id={call.run.dag_id}/run_id={call.run.run_id}/callbacks.log",
            )
            wanted.append((message, call.instance.id if call.instance else None))
        return put_calls(tx, wanted, now)

    def _cancels(self, plan: Plan) -> list[Cancel]:
        return [
            Cancel(ti_id=move.instance.id, epoch=move.seen, reason=move.reason)
            for move in plan.moves
            if move.cancel and move.instance.state in ACTIVE
        ]

    def _starts(self, tx: Tx, plan: Plan, now: Instant) -> list[Start]:
        by_run: defaultdict[int, list[Move]] = defaultdict(list)
        for move in plan.moves:
            if move.state is TaskState.QUEUED:
                by_run[move.run.id].append(move)
        orders: list[tuple[int, Start]] = []
        place = {id(move): number for number, move in enumerate(plan.moves)}
        for moves in by_run.values():
            run = moves[0].run
            queued = [_as_queued(move, now) for move in moves]
            for move, start in zip(moves, self.starts(tx, run, queued), strict=True):
                orders.append((place[id(move)], start))
        return [start for _, start in sorted(orders, key=lambda order: order[0])]

    def starts(self, tx: Tx, run: RunView, instances: list[Instance]) -> list[Start]:
        """The orders for queued instances of a run."""
        version = self.versions.get(tx, run.version_id)
        info = run_info(run)
        xcoms = prefetch(tx, run, instances)
        return [
            Start(
                file=self.source_of(tx, version.file),
                attempt=attempt_info(run, instance, info, xcoms.get(instance.id, ())),
                fresh=version.open_because is not None,
                import_timeout=self.import_timeout,
            )
            for instance in instances
        ]


def _as_queued(move: Move, now: Instant) -> Instance:
    """The instance as it will be once the plan is committed."""
    before = move.instance
    return Instance(
        id=before.id,
        task=before.task,
        map_index=before.map_index,
        state=move.state,
        try_number=move.try_number,
        max_tries=move.max_tries,
        epoch=move.epoch,
        queued_at=now,
        started_at=before.started_at,
        reschedules=move.reschedules,
    )
