"""Attempts that run on other machines: who is rung, who has which, and for how long.

The rows are the truth. What stands here is what the scheduler remembers of them: orders that wait
for a worker, claims that were granted, and when each worker was last heard. A worker that is silent
for the length of the lease has lost what it had; it has ended it by itself before (rule R5).
"""

import selectors
from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from venturi.core.attempts import Result
from venturi.core.clock import Clock
from venturi.core.messages import (
    Ack,
    Ask,
    Beat,
    Cancel,
    Finished,
    Hello,
    Renewed,
    Start,
    Started,
    Welcome,
)
from venturi.core.states import ACTIVE, TaskState
from venturi.core.worker_messages import (
    Bundle,
    Claim,
    Farewell,
    FromWorker,
    Hail,
    Reach,
    Remark,
    Ring,
    Settled,
    TellWorker,
    ToWorker,
    WantBundle,
    WorkerSays,
)
from venturi.decide.views import Instance, RunView
from venturi.runner.wire import WireClosed
from venturi.scheduler.answers import reply_to
from venturi.scheduler.attendance import Attendance
from venturi.scheduler.gateway_link import GatewayLink
from venturi.scheduler.grants import Grants
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.step import Stepper
from venturi.store.bundles import bundle_of
from venturi.store.claims import ClaimRow, claims_of
from venturi.store.commands.workers import Attendant
from venturi.store.engine import Store

#: Why an attempt is ended that somebody has taken away while nobody could tell its runner.
UNWANTED = "it was given up, cleared or marked meanwhile"


class WorkerRow:
    """A worker as far as it is known."""

    def __init__(self, heard_at: float) -> None:
        self.heard_at = heard_at
        self.hail: Hail | None = None

    def name(self, worker: str) -> str:
        """For people."""
        if self.hail is None:
            return worker
        return f"{self.hail.name} (host {self.hail.hostname}, pid {self.hail.pid})"


class Remoteness(NamedTuple):
    """What the configuration says: which executors' tasks go to workers, and the lease."""

    #: "" stands for the executor of tasks that name none
    executors: frozenset[str]
    lease: float
    #: the first of them
    name: str


class Remote:
    """The scheduler's side of all workers behind the broker."""

    def __init__(
        self,
        *,
        store: Store,
        stepper: Stepper,
        inbox: Inbox,
        gateway: GatewayLink,
        rules: Remoteness,
        welcome: Callable[[], Welcome],
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.store, self.stepper, self.inbox, self.gateway = store, stepper, inbox, gateway
        self.rules, self.welcome, self.clock, self.say = rules, welcome, clock, say
        self.board = stepper.board
        self.selector: selectors.BaseSelector
        self.grants = Grants(
            store=store, stepper=stepper, is_wanted=self._is_wanted, tell=self._tell
        )
        #: attempts that wait for a worker, and those that one has, by instance
        self.orders, self.claims = self.grants.orders, self.grants.claims
        #: who has told the end of an attempt, until it is acknowledged
        self.told: dict[tuple[int, int], str] = {}
        self.pids: dict[int, int] = {}
        self.workers: dict[str, WorkerRow] = {}
        #: why the broker cannot be reached; empty when it can
        self.problem = ""
        self.attendance = Attendance(rules.name, rules.lease)
        self._looked_at = clock.monotonic()

    # --- what goes out -------------------------------------------------------------------------

    def is_remote(self, executor: str | None) -> bool:
        """Whether tasks that ask for this executor (none: the first one) run on workers."""
        return (executor or "") in self.rules.executors

    def has(self, run: RunView, instance: Instance) -> bool:
        """Whether this instance is none of the local runner's."""
        return self.is_remote(run.graph.tasks[instance.task].executor)

    def start(self, order: Start) -> None:
        """Find a worker for an attempt."""
        attempt = order.attempt
        self.orders[attempt.ti_id] = order
        self.claims.pop(attempt.ti_id, None)
        self._ring(order)

    def _ring(self, order: Start) -> None:
        attempt = order.attempt
        self.gateway.send(
            Ring(
                ti_id=attempt.ti_id,
                try_number=attempt.try_number,
                epoch=attempt.epoch,
                queue=attempt.queue,
            )
        )

    def send(self, message: Ack | Cancel) -> None:
        """Pass on what concerns attempts that workers have."""
        if isinstance(message, Ack):
            self._acknowledge(message)
            return
        order = self.orders.get(message.ti_id)
        if order is not None and order.attempt.epoch == message.epoch:
            del self.orders[message.ti_id]
            self.gateway.send(Settled(keys=((message.ti_id, message.epoch),)))
        held = self.claims.get(message.ti_id)
        if held is not None and held.epoch == message.epoch:
            del self.claims[message.ti_id]
            self._tell(held.worker, message)

    def _acknowledge(self, acks: Ack) -> None:
        by_worker: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for key in acks.keys:
            held = self.claims.get(key[0])
            if held is not None and held.epoch == key[1]:
                del self.claims[key[0]]
                self.pids.pop(key[0], None)
            worker = self.told.pop(key, None)
            if worker is not None:
                by_worker[worker].append(key)
        for worker, keys in by_worker.items():
            self._tell(worker, Ack(keys=tuple(keys)))

    def _tell(self, worker: str, said: ToWorker) -> None:
        self.gateway.send(TellWorker(worker=worker, said=said))

    # --- coming and going ------------------------------------------------------------------------

    def take_over(self) -> None:
        """Find out from the rows who has what; ring for what is not known to wait. Repeatable."""
        now = self.clock.monotonic()
        live = {
            instance.id: (run, instance)
            for run, instance in self.board.owner.values()
            if instance.state in ACTIVE and self.has(run, instance)
        }
        waiting: defaultdict[int, list[Instance]] = defaultdict(list)
        with self.store.read() as tx:
            for run, instance in live.values():
                order = self.orders.get(instance.id)
                is_known = order is not None and order.attempt.epoch == instance.epoch
                has_begun = instance.id in self.inbox.started or instance.id in self.inbox.finished
                if instance.state is TaskState.QUEUED and not (is_known or has_begun):
                    waiting[run.id].append(instance)
            for run_id, instances in waiting.items():
                for order in self.stepper.starts(tx, self.board.runs[run_id], instances):
                    self.start(order)  # while there is no gateway, `connect` rings
            self.claims.update(claims_of(tx, live))
        for held in self.claims.values():
            self.workers.setdefault(held.worker, WorkerRow(now))

    def connect(self) -> None:
        """See to it that there is a gateway."""
        if not self.gateway.open():
            return
        assert self.gateway.wire is not None
        self.selector.register(self.gateway.wire, selectors.EVENT_READ, self.hear)
        for ti_id, order in self.orders.items():
            if ti_id not in self.claims:
                self._ring(order)

    def watch(self) -> None:
        """Wake up when the gateway can take more."""
        self.gateway.watch(self.selector, self.hear)

    def tend(self) -> None:
        """Give up what silent workers had."""
        now = self.clock.monotonic()
        if now - self._looked_at > self.rules.lease / 2:
            # We were not running: what they have said meanwhile may still be on its way.
            for row in self.workers.values():
                row.heard_at = now
        self._looked_at = now
        for ti_id, held in list(self.claims.items()):
            row = self.workers.setdefault(held.worker, WorkerRow(now))
            if now - row.heard_at > self.rules.lease:
                name = row.name(held.worker)
                self._lose(
                    ti_id,
                    held,
                    f"lost: nothing was heard of worker {name} for {now - row.heard_at:.0f} s",
                )

    def close(self) -> None:
        """Leave; workers go on with what they have."""
        self.gateway.close()

    def _lose(self, ti_id: int, held: ClaimRow, reason: str) -> None:
        del self.claims[ti_id]
        self._begun(ti_id, held.epoch)
        row = self.workers.get(held.worker)
        self.inbox.put(
            Finished(
                ti_id=ti_id,
                epoch=held.epoch,
                at=self.clock.now(),
                hostname=row.hail.hostname if row and row.hail else "",
                pid=self.pids.pop(ti_id, None),
                result=Result(state=TaskState.FAILED, lost=True, reason=reason),
            ),
            self.board,
        )

    # --- what comes in ---------------------------------------------------------------------------

    def hear(self) -> None:
        """Take in what the gateway has said."""
        wire = self.gateway.wire
        if wire is None:
            return
        try:
            for message in self.gateway.read():
                match message:
                    case WorkerSays():
                        self._from_worker(message.worker, message.said)
                    case Remark():
                        self.say(message.text)
                    case Reach():
                        self._reach(message)
            if wire.wants_to_write:
                wire.flush()
        except WireClosed:
            self.say(f"The gateway is gone; starting another one. {self.gateway.last_words()}")
            self.selector.unregister(wire)
            self.gateway.drop()
        self.grants.decide()

    def _reach(self, reach: Reach) -> None:
        if reach.problem:
            self.say(f"{reach.problem} Tasks for workers wait until it is back.")
        elif self.problem or not self.workers:
            self.say(f"The broker {reach.broker} is there.")
        self.problem = reach.problem
        self.attendance.has_news = True

    def _from_worker(self, worker: str, said: FromWorker) -> None:
        row = self.workers.setdefault(worker, WorkerRow(self.clock.monotonic()))
        self.attendance.hear(worker)
        if not isinstance(said, Hail | Claim | WantBundle):
            row.heard_at = self.clock.monotonic()  # its runner lives, and not only its bridge
        match said:
            case Hail():
                if row.hail is None or row.hail.pid != said.pid:
                    queues = ", ".join(said.queues)
                    self.say(f"Worker {said.name} is here ({said.concurrency} at once, {queues}).")
                if row.hail != said:
                    self.attendance.come(worker, _attendant(said))
                row.hail = said
            case Hello():
                self._catch_up(worker, said)
            case Claim():
                self.grants.consider(ClaimRow(said.ti_id, said.epoch, worker))
            case Started() | Finished():
                self._report(worker, said)
            case Ask():
                stale = said.ti_id is not None and not self.board.is_live(said.ti_id, said.epoch)
                self._tell(worker, reply_to(self.store, said, self.clock, stale))
            case Beat():
                self._answer_beat(worker, said)
            case WantBundle():
                self._tell(worker, self._bundle(said))
            case Farewell():
                self._part(worker, row)

    def _report(self, worker: str, said: Started | Finished) -> None:
        if isinstance(said, Started):
            self.pids[said.ti_id] = said.pid
        else:
            self.told[said.ti_id, said.epoch] = worker
        self._begun(said.ti_id, said.epoch)
        self.inbox.put(said, self.board)

    def _answer_beat(self, worker: str, beat: Beat) -> None:
        """The worker lives, and may go on; what it should not be running it is told (rule R3)."""
        self._tell(worker, Renewed(number=beat.number))
        for ti_id, epoch in beat.running:
            if not self.board.is_live(ti_id, epoch):
                self._tell(worker, Cancel(ti_id=ti_id, epoch=epoch, reason=UNWANTED))

    def _part(self, worker: str, row: WorkerRow) -> None:
        """A worker has left for good: nothing that it still had will be told any more."""
        self.say(f"Worker {row.name(worker)} has left.")
        for ti_id, held in list(self.claims.items()):
            if held.worker == worker and ti_id not in self.inbox.finished:
                self._lose(ti_id, held, f"lost: worker {row.name(worker)} left without it")
        del self.workers[worker]
        self.attendance.leave(worker)

    def _begun(self, ti_id: int, epoch: int) -> None:
        """Its order need not be given again."""
        order = self.orders.get(ti_id)
        if order is not None and order.attempt.epoch == epoch:
            del self.orders[ti_id]

    def _is_wanted(self, ti_id: int, epoch: int) -> bool:
        return self.board.is_live(ti_id, epoch) and ti_id not in self.inbox.finished

    def _catch_up(self, worker: str, hello: Hello) -> None:
        """A runner introduces itself: what it should have and does not know is lost, or is sent
        again if it has never begun."""
        self._tell(worker, self._greeting())
        accepted = set(hello.accepted)
        for ti_id, held in list(self.claims.items()):
            if held.worker != worker or (ti_id, held.epoch) in accepted:
                continue
            if ti_id in self.inbox.finished:
                continue
            owned = self.board.owner.get(ti_id)
            order = self.orders.get(ti_id)
            has_begun = owned is None or owned[1].state is not TaskState.QUEUED
            if has_begun or ti_id in self.inbox.started or order is None:
                row = self.workers[worker]
                self._lose(
                    ti_id,
                    held,
                    f"lost: the runner of worker {row.name(worker)} died, and its process with it",
                )
            else:
                self._tell(worker, order)

    def _greeting(self) -> Welcome:
        return msgspec.structs.replace(self.welcome(), lease=self.rules.lease)

    def _bundle(self, want: WantBundle) -> Bundle:
        with self.store.read() as tx:
            return bundle_of(tx, want.file, want.have)


def _attendant(hail: Hail) -> Attendant:
    return Attendant(
        name=hail.name,
        hostname=hail.hostname,
        pid=hail.pid,
        queues=hail.queues,
        places=hail.concurrency,
    )
