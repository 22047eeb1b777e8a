"""The scheduler's one thread: it sleeps until something happens, takes steps until all is at rest.

Woken by: the runner (a word of an attempt), the bell (somebody has changed the database), the
watcher (a file has changed), a timer (something is due). A slow round looks everywhere once in a
while, for the words that got lost.
"""

import getpass
import os
import selectors
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from venturi.core.clock import Clock
from venturi.core.locks import take_lock
from venturi.core.messages import (
    Ask,
    Beat,
    Called,
    Draining,
    Finished,
    FromRunner,
    Hello,
    Loaded,
    Result,
    Started,
    Stop,
    TimetableSaid,
)
from venturi.core.states import TaskState
from venturi.dagfiles.watcher import Watcher
from venturi.decide.board import Board
from venturi.runner.wire import Wire, WireClosed
from venturi.scheduler.answers import reply_to
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.intake import Intake
from venturi.scheduler.link import Link
from venturi.scheduler.predecessors import Predecessor
from venturi.scheduler.step import Stepper
from venturi.scheduler.timetables import Timetables
from venturi.scheduler.upkeep import Upkeep
from venturi.store.bell import Bell, Ring
from venturi.store.calls import open_calls
from venturi.store.commands import jobs
from venturi.store.dags import load_dags
from venturi.store.engine import DatabaseError, Store, Tx
from venturi.store.lease import Lease, LostLease, prove, release, take_lease
from venturi.store.pools import load_pools
from venturi.store.runs import active_revisions, active_runs_of, load_runs, revisions_of

LOCK = "scheduler.lock"
#: Seconds between two heartbeats (job row and lease).
HEARTBEAT = 5.0
#: Seconds between two looks everywhere.
ROUND = 30.0
#: Seconds that the mere beginning of an attempt may wait for a commit.
BEGINNINGS = 0.1
#: From so many live attempts on, their ends are gathered for up to GATHER seconds.
BUSY = 8
GATHER = 0.012
#: While more files are being read, so many are taken in at once, or those of so many seconds.
FILES_AT_ONCE = 16
GATHER_FILES = 0.05


class Settings(NamedTuple):
    """What the loop needs to know of the configuration."""

    run_dir: Path
    capacity: int
    executor: str
    lease_seconds: float = 15.0
    round_seconds: float = ROUND


class Scheduler:
    """Read, decide, apply, notify: until told to stop."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        stepper: Stepper,
        intake: Intake,
        link: Link,
        upkeep: Upkeep,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.store, self.settings, self.clock, self.say = store, settings, clock, say
        self.stepper, self.intake, self.link = stepper, intake, link
        self.upkeep = upkeep
        self.board: Board = stepper.board
        self.timetables = Timetables(
            store=store,
            board=stepper.board,
            newest=intake.newest,
            source_of=intake.source_of,
            send=link.send,
            clock=clock,
            say=say,
            limit=intake.timeout,
        )
        self.inbox = Inbox()
        self.watcher = Watcher()
        self.selector = selectors.DefaultSelector()
        self.home_name = f"{socket.gethostname()}:{settings.run_dir}:"
        self.holder = f"{self.home_name}{os.getpid()}"
        self.lock: int | None = None
        self.connected = False
        self.stopping = False
        #: the signal that asked to stop, for the last line
        self.stopped_by = ""
        self.stop_runner = False
        #: rounds of the loop after which to stop (`--num-runs`); None: never
        self.turns_left: int | None = None
        self.beat_at = self.round_at = self.open_at = 0.0
        self.begun_at = 0.0
        #: what files define, heard and not taken in yet, and until when that may wait
        self.arrived: list[Loaded] = []
        self.take_at = 0.0
        self.writes = 0
        #: turns in a row that the database refused
        self.troubles = 0

    # --- life --------------------------------------------------------------------------------

    def run(self) -> None:
        """Be the scheduler: wait for the lease, take over, go on until stopped."""
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self.selector.register(wake_read, selectors.EVENT_READ, lambda: _drain(wake_read))
        try:
            self.link.start()
            if not self._become_active():
                return
            self._take_over()
            while not self.stopping:
                self._turn_safely()
                if self.turns_left is not None:
                    self.turns_left -= 1
                    self.stopping |= self.turns_left <= 0
        except LostLease as lost:
            self.say(str(lost))
        finally:
            self._leave()
            signal.set_wakeup_fd(-1)
            os.close(wake_read)
            os.close(wake_write)

    def _on_signal(self, number: int, _frame: Any) -> None:
        self.stopping = True
        self.stopped_by = signal.Signals(number).name

    def _become_active(self) -> bool:
        """Wait for the lease; False when told to stop before.

        Whoever holds the lock of this home is its only living scheduler here: a lease that another
        one of the same home and host left behind belongs to the dead.
        """
        told = False
        while not self.stopping:
            alone = take_lock(self.settings.run_dir / LOCK)
            if alone is not None:
                lease = self.store.retrying(
                    lambda tx: take_lease(
                        tx,
                        self.holder,
                        self.clock.now(),
                        self.settings.lease_seconds,
                        dead=self.home_name,
                    )
                )
                if lease is not None:
                    self.lock = alone
                    self.stepper.lease = lease
                    return True
                os.close(alone)
            if not told:
                self.say("Another scheduler is active; standing by.")
                told = True
            self.selector.select(1.0)
        return False

    def _take_over(self) -> None:
        """Load the world, hang up the bell, look at the files, find the runner."""
        lease = self.stepper.lease
        self.stepper.job_id = self.store.retrying(lambda tx: self._register_job(tx, lease))
        self.bell = Bell(self.settings.run_dir)
        self.selector.register(self.bell, selectors.EVENT_READ, self._hear_bell)
        self.selector.register(self.watcher, selectors.EVENT_READ, self._hear_watcher)
        self._load_board()
        with self.store.read() as tx:
            self.intake.recall(tx)
        for left_behind in self.link.predecessors.find():
            self.selector.register(
                left_behind.wire, selectors.EVENT_READ, self._hearing(left_behind)
            )
            self._hear_predecessor(left_behind)
        self._connect()
        self.intake.look()
        self.watcher.watch(self.intake.folders())
        now = self.clock.monotonic()
        self.beat_at, self.round_at = now + HEARTBEAT, now + self.settings.round_seconds
        paused = sum(view.paused for view in self.board.dags.values())
        waiting = f", {paused} of them paused" if paused else ""
        self.say(
            f"Scheduling with {self.settings.executor} ({self.settings.capacity} at once): "
            f"{len(self.board.dags)} DAGs{waiting}, {len(self.board.runs)} active runs, "
            f"files in {self.intake.folder}."
        )

    def _register_job(self, tx: Tx, lease: Lease) -> int:
        now = self.clock.now()
        prove(tx, lease, now, self.settings.lease_seconds)
        jobs.close_unfinished(tx, "SchedulerJob", now)
        return jobs.register(
            tx,
            "SchedulerJob",
            now,
            hostname=socket.gethostname(),
            unixname=getpass.getuser(),
            pid=os.getpid(),
            executor_class=self.settings.executor,
        )

    def _load_board(self) -> None:
        with self.store.read() as tx:
            self.board.pools = load_pools(tx)
            for view in load_dags(tx, self.stepper.versions):
                self.board.put_dag(view)
            for run in load_runs(tx, self.stepper.versions):
                self.board.put_run(run)

    def _leave(self) -> None:
        if self.stop_runner:
            self.link.send(Stop())
        lease, job_id = self.stepper.lease, self.stepper.job_id
        if lease.term:
            try:
                self.store.retrying(lambda tx: self._sign_off(tx, lease, job_id))
            except DatabaseError as error:
                self.say(f"The lease could not be given back: {error.orig}")
        if hasattr(self, "bell"):
            self.bell.close()
        self.watcher.close()
        self.link.predecessors.close()
        self.link.close()
        if self.lock is not None:
            os.close(self.lock)
        if self.stop_runner:
            self.link.wait(75)

    def _sign_off(self, tx: Tx, lease: Lease, job_id: int | None) -> None:
        release(tx, lease)
        jobs.finish(tx, job_id, self.clock.now())

    # --- turning -------------------------------------------------------------------------------

    def _turn_safely(self) -> None:
        """A turn that a database without answer does not end.

        What was heard stays in the inbox and on the board until the database is back; the waits in
        between grow to half a minute.
        """
        try:
            self._turn()
        except DatabaseError as error:
            self.troubles += 1
            self.say(f"The database refuses: {str(error.orig).strip()}. Trying again.")
            self.selector.select(min(30.0, 0.5 * 2 ** min(self.troubles, 6)))
        else:
            self.troubles = 0

    def _turn(self) -> None:
        """Wait for something to happen, hear all of it, then step until nothing changes."""
        self._watch_link()
        self._hear(self._timeout())
        self._gather()
        self._take_files()
        self._tend()
        if not self.connected:
            self._connect()
        if self.inbox and not self.inbox.is_urgent and not self._has_work():
            # Nobody waits for the news that an attempt has begun: it goes with the next commit.
            if not self.begun_at:
                self.begun_at = self.clock.monotonic() + BEGINNINGS
            if self.clock.monotonic() < self.begun_at:
                return
        self.begun_at = 0.0
        while not self.stopping:
            said = self.stepper.step(self.inbox, self._capacity(), self.clock.now())
            if said is None:
                break
            for message in said:
                self.link.send(message)
            if self.stepper.to_ask:
                self.timetables.ask(sorted(self.stepper.to_ask))
                self.stepper.to_ask.clear()

    def _watch_link(self) -> None:
        """Wake up also when the runner takes what could not be sent at once."""
        wire = self.link.wire
        if wire is not None and self.connected:
            write = selectors.EVENT_WRITE if wire.wants_to_write else 0
            if write != self.writes:
                self.writes = write
                self.selector.modify(wire, selectors.EVENT_READ | write, self._hear_runner)
        for each in self.link.predecessors.here:
            write = selectors.EVENT_WRITE if each.wire.wants_to_write else 0
            self.selector.modify(each.wire, selectors.EVENT_READ | write, self._hearing(each))

    def _hear(self, timeout: float) -> None:
        for key, _ in self.selector.select(timeout):
            key.data()

    def _gather(self) -> None:
        """Under load, let ends of attempts come together: one commit serves them all.

        Nobody is idle meanwhile: only while more attempts are live than the cores can run.
        """
        live = self.board.in_use.total
        if not self.inbox.is_urgent or live < BUSY:
            return
        deadline = self.clock.monotonic() + GATHER
        while self.inbox.ended < live // 4:
            left = deadline - self.clock.monotonic()
            if left <= 0:
                return
            self._hear(left)

    def _take_files(self) -> None:
        """Take in what files define; while many are being read, several at a time."""
        if not self.arrived:
            return
        now = self.clock.monotonic()
        self.take_at = self.take_at or now + GATHER_FILES
        if self.intake.asked and len(self.arrived) < FILES_AT_ONCE and now < self.take_at:
            return
        arrived, self.arrived, self.take_at = self.arrived, [], 0.0
        self.timetables.ask(sorted(self.intake.take(arrived)))

    def _has_work(self) -> bool:
        """Something besides the inbox asks for a step now."""
        due = self.board.next_at()
        return (
            bool(self.board.touched)
            or bool(self.board.due)
            or (due is not None and due <= self.clock.now())
        )

    def _capacity(self) -> int:
        """Free places at the runner; none while there is no runner to give work to."""
        if not self.connected or self.link.is_parting:
            return 0
        return self.settings.capacity - self.board.in_use.total

    def _timeout(self) -> float:
        now = self.clock.monotonic()
        wakes = [self.beat_at - now, self.round_at - now]
        if self.open_at:
            wakes.append(self.open_at - now)
        due = self.board.next_at()
        if due is not None:
            wakes.append((due - self.clock.now()).total_seconds())
        if self.take_at:
            wakes.append(self.take_at - now)
        if self.begun_at:
            wakes.append(self.begun_at - now)
        if not self.connected:
            wakes.append(0.02)
        return max(0.0, min(wakes))

    def _tend(self) -> None:
        """Duties with a time of their own."""
        now = self.clock.monotonic()
        if now >= self.beat_at:
            self.beat_at = now + HEARTBEAT
            self._heartbeat()
        if now >= self.round_at:
            self.round_at = now + self.settings.round_seconds
            self._look_everywhere()
        if now >= self.open_at:
            left = self.intake.look_at_open()
            self.open_at = now + left if left is not None else 0.0
        self.upkeep.tend()

    def _heartbeat(self) -> None:
        lease, now = self.stepper.lease, self.clock.now()

        def write(tx: Tx) -> None:
            prove(tx, lease, now, self.settings.lease_seconds)
            jobs.heartbeat(tx, self.stepper.job_id, now)

        self.store.retrying(write)

    def _look_everywhere(self) -> None:
        """The safety net: files, and runs whose rows are not what the board believes."""
        self.intake.look()
        self.watcher.watch(self.intake.folders())
        with self.store.read() as tx:
            self.board.pools = load_pools(tx)
            seen = active_revisions(tx)
            before = self.board.looked_back_at()
            past = revisions_of(tx, before)
        known = {run.id: run.revision for run in self.board.runs.values()}
        changed = {i for i in seen if known.get(i) != seen[i]} | (set(known) - set(seen))
        self._reload(changed | {i for i in before if past.get(i) != before[i]})
        self._refresh_dags(None)
        self.timetables.ask_unknown()

    # --- hearing -------------------------------------------------------------------------------

    def _hear_watcher(self) -> None:
        self.watcher.answer()
        self.intake.look(something_changed=True)
        self.watcher.watch(self.intake.folders())

    def _hear_bell(self) -> None:
        for note in self.bell.answer():
            if note == Ring():
                self._look_everywhere()
                continue
            if note.pools:
                with self.store.read() as tx:
                    self.board.pools = load_pools(tx)
                for dag_id in self.board.dags:
                    self.board.due.add(dag_id)
            if note.path:
                self.intake.request_path(note.path)
            if note.dag_ids:
                self._refresh_dags(note.dag_ids)
            self._reload(set(note.run_ids) | self._active_runs_of(note.dag_ids))

    def _active_runs_of(self, dag_ids: tuple[str, ...]) -> set[int]:
        if not dag_ids:
            return set()
        with self.store.read() as tx:
            found = active_runs_of(tx, dag_ids)
        return found | {run.id for run in self.board.runs.values() if run.dag_id in dag_ids}

    def _refresh_dags(self, dag_ids: tuple[str, ...] | None) -> None:
        """Take over what people have changed in DAG rows: paused, deleted."""
        with self.store.read() as tx:
            found = {v.dag_id: v for v in load_dags(tx, self.stepper.versions, dag_ids)}
        for dag_id in dag_ids if dag_ids is not None else set(found) | set(self.board.dags):
            row, view = found.get(dag_id), self.board.dags.get(dag_id)
            if row is None and view is not None and (dag_ids is not None or view.present):
                self.board.drop_dag(dag_id)
                self.intake.newest.pop(dag_id, None)
            elif row is not None and view is not None and row.paused != view.paused:
                view.paused = row.paused
                self.board.look_at_dag(dag_id)
            elif row is not None and view is None and row.present:
                self.board.put_dag(row)

    def _reload(self, run_ids: set[int]) -> None:
        """Load runs again; attempts that somebody has taken away meanwhile are ended."""
        if not run_ids:
            return
        before = {
            instance.id: instance.epoch
            for run_id in run_ids
            if (run := self.board.runs.get(run_id)) is not None
            for group in run.instances
            for instance in group
            if instance.state in _LIVE
        }
        self.stepper.reload(run_ids)
        for ti_id, epoch in before.items():
            owned = self.board.owner.get(ti_id)
            if owned is None or owned[1].epoch != epoch:
                self.link.cancel(ti_id, epoch, "somebody cleared or marked it")

    # --- the runner ----------------------------------------------------------------------------

    def _connect(self) -> None:
        if self.link.connect():
            wire = self.link.wire
            assert wire is not None
            self.selector.register(wire, selectors.EVENT_READ, self._hear_runner)
            self.connected, self.writes = True, 0

    def _hear_runner(self) -> None:
        wire = self.link.wire
        if wire is None:
            return
        try:
            for message in self.link.read():
                self._from_runner(message, wire)
            if wire.wants_to_write:
                wire.flush()
        except WireClosed:
            if wire is not self.link.wire:
                return  # it has become a predecessor meanwhile, and is heard as one
            self.say("The runner is gone; starting another one.")
            self.selector.unregister(wire)
            self.link.close()
            self.connected = False
            self.link.start()

    def _hearing(self, predecessor: Predecessor) -> Callable[[], None]:
        return lambda: self._hear_predecessor(predecessor)

    def _hear_predecessor(self, old: Predecessor) -> None:
        """Hear a runner that drains; when it leaves, nothing of it may be waited for."""
        try:
            said, old.said = old.said, []
            for message in (*said, *old.wire.read()):
                self._from_runner(message, old.wire)
            if old.wire.wants_to_write:
                old.wire.flush()
        except WireClosed:
            self.selector.unregister(old.wire)
            self.link.predecessors.drop(old)
            self._settle(lambda ti_id, epoch: (ti_id, epoch) not in old.attempts)

    def _from_runner(self, message: FromRunner, wire: Wire[FromRunner]) -> None:
        match message:
            case Hello() if self.link.is_stale(message):
                self.say(
                    "The runner was started with another configuration, environment or version: "
                    f"it finishes what it has ({len(message.accepted)} attempts), and a new one "
                    "takes over."
                )
                self.link.ask_to_drain()
            case Hello():
                self._catch_up(message)
            case Draining() if wire is self.link.wire:
                old = self.link.part(message)
                if old is not None:
                    self.selector.modify(wire, selectors.EVENT_READ, self._hearing(old))
                self.connected = False
            case Draining():
                pass  # said before
            case Started() | Finished() | Called():
                self.inbox.put(message, self.board)
            case Loaded():
                self.arrived.append(message)
            case TimetableSaid():
                self.timetables.hear(message)
            case Ask():
                owned = self.board.owner.get(message.ti_id) if message.ti_id else None
                stale = message.ti_id is not None and (
                    owned is None or owned[1].epoch != message.epoch
                )
                with suppress(WireClosed):  # reading finds out
                    wire.send(reply_to(self.store, message, self.clock, stale))
            case Beat():
                pass

    def _catch_up(self, hello: Hello) -> None:
        """A runner introduces itself: hand out what it has never heard of, give up what it lost.

        An attempt that was running and that the runner does not know is lost (rule R13): its
        process died with its runner. One that was only queued never began.
        """
        accepted = set(hello.accepted)
        self._settle(
            lambda ti_id, epoch: (
                (ti_id, epoch) in accepted or self.link.predecessors.answer_for(ti_id, epoch)
            )
        )
        self.intake.ask_again()
        self.timetables.ask_again()

    def _settle(self, is_known: Callable[[int, int], bool]) -> None:
        """What no runner knows: hand it out if it has not begun, else give it up."""
        queued: dict[int, list[Any]] = {}
        for run, instance in list(self.board.owner.values()):
            if is_known(instance.id, instance.epoch) or instance.id in self.inbox.finished:
                continue
            if instance.state is TaskState.QUEUED and instance.id not in self.inbox.started:
                queued.setdefault(run.id, []).append(instance)
            elif instance.state in _LIVE:
                self.inbox.put(self._lost(instance.id, instance.epoch), self.board)
        with self.store.read() as tx:
            for run_id, instances in queued.items():
                run = self.board.runs[run_id]
                for order in self.stepper.starts(tx, run, instances):
                    self.link.send(order)
            for call in open_calls(tx):
                if not self.link.predecessors.answer_for_call(call.call_id):
                    self.link.send(call)

    def _lost(self, ti_id: int, epoch: int) -> Finished:
        return Finished(
            ti_id=ti_id,
            epoch=epoch,
            at=self.clock.now(),
            hostname=socket.gethostname(),
            result=Result(
                state=TaskState.FAILED,
                lost=True,
                reason="lost: the runner it ran under died, and its process with it",
            ),
        )


_LIVE = frozenset({TaskState.QUEUED, TaskState.RUNNING})


def _drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        return
