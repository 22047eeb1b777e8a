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
from pathlib import Path
from typing import Any, NamedTuple

from venturi.core.clock import Clock
from venturi.core.failpoints import reach
from venturi.core.messages import Stop
from venturi.dagfiles.watcher import Watcher
from venturi.decide.board import Board
from venturi.scheduler.dialogue import Dialogue
from venturi.scheduler.figures import Reporter
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.intake import Intake
from venturi.scheduler.link import Link
from venturi.scheduler.mirror import Mirror
from venturi.scheduler.standby import Line, is_abandoned
from venturi.scheduler.step import Stepper
from venturi.scheduler.timetables import Timetables
from venturi.scheduler.upkeep import Upkeep
from venturi.scheduler.watchdog import Watchdog, start_again
from venturi.store.bell import Bell, Ring
from venturi.store.commands import jobs
from venturi.store.dags import load_dags
from venturi.store.engine import DatabaseError, Store, Tx
from venturi.store.faults import is_transient
from venturi.store.largest import largest_value
from venturi.store.lease import Lease, LostLease, holder_of, prove, release, take_lease
from venturi.store.pools import load_pools
from venturi.store.runs import load_runs

#: Seconds between two heartbeats (job row and lease), at most.
HEARTBEAT = 7.5
#: Seconds between two looks everywhere.
ROUND = 60.0
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
        self.mirror = Mirror(store=store, stepper=stepper, intake=intake, link=link)
        self.dialogue = Dialogue(
            store=store,
            selector=self.selector,
            link=link,
            stepper=stepper,
            intake=intake,
            timetables=self.timetables,
            inbox=self.inbox,
            clock=clock,
            say=say,
        )
        self.home_name = f"{socket.gethostname()}:{settings.run_dir}:"
        self.holder = f"{self.home_name}{os.getpid()}"
        #: the line for this home's lock; held by whoever is alone here
        self.line: Line | None = None
        self.watchdog = Watchdog(clock=clock, say=say, restart=start_again)
        #: called when this scheduler has become the active one
        self.activated: Callable[[], None] = lambda: None
        #: reports figures, where somebody listens
        self.reporter: Reporter | None = None
        #: hangs while this scheduler is the active one
        self.bell: Bell | None = None
        self.stopping = False
        #: the signal that asked to stop, for the last line
        self.stopped_by = ""
        self.stop_runner = False
        #: rounds of the loop after which to stop (`--num-runs`); None: never
        self.turns_left: int | None = None
        self.beat_at = self.round_at = self.open_at = 0.0
        #: seconds between two heartbeats: the lease must outlive two of them
        self.beat = min(HEARTBEAT, settings.lease_seconds / 2)
        self.begun_at = 0.0
        #: until when what files define may wait to be taken in
        self.take_at = 0.0
        #: turns in a row that the database refused
        self.troubles = 0

    # --- life --------------------------------------------------------------------------------

    def run(self) -> None:
        """Be the scheduler: wait for the lease, take over, go on until stopped."""
        wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
                signal.signal(number, self._on_signal)  # nohup keeps it from hearing SIGHUP
        self.selector.register(wake_read, selectors.EVENT_READ, lambda: _drain(wake_read))
        try:
            self.link.start()
            if not self._become_active():
                return
            self._take_over()
            self.watchdog.start()
            while not self.stopping:
                self._turn_safely()
                if self.turns_left is not None:
                    self.turns_left -= 1
                    self.stopping |= self.turns_left <= 0
        except LostLease as lost:
            self.say(str(lost))
            self.stop_runner = False  # it is the other one's now
        finally:
            self._leave()
            signal.set_wakeup_fd(-1)
            os.close(wake_read)
            os.close(wake_write)

    @property
    def is_well(self) -> bool:
        """It goes on: it works or waits for work, as the active one or standing by."""
        return self.watchdog.is_well and not self.troubles

    def _on_signal(self, number: int, _frame: Any) -> None:
        self.stopping = True
        self.stopped_by = signal.Signals(number).name

    def _become_active(self) -> bool:
        """Wait for the lease; False when told to stop before.

        Whoever holds the lock of this home is its only living scheduler here: a lease that another
        one of the same home and host left behind belongs to the dead.
        """
        told = False
        line = self.line = Line(self.settings.run_dir)
        self.selector.register(line, selectors.EVENT_READ, line.answer)
        while not self.stopping:
            lease = self._want_lease()
            if lease is not None:
                self.stepper.lease = lease
                return True
            if not told:
                self.say("Another scheduler is active; standing by.")
                told = True
            # In the line, the lock wakes us; the look is for one that is stopped, not dead.
            self._hear(1.0 if line.lock is not None else self.settings.lease_seconds / 4)
        return False

    def _want_lease(self) -> Lease | None:
        """The lease if it is to be had; whoever stands by outlives a restart of the database."""
        try:
            return self.store.retrying(self._take_lease)
        except DatabaseError as error:
            if not is_transient(error):
                raise
            self.say(f"The database does not answer: {str(error.orig).strip()}. Trying again.")
            return None

    def _take_lease(self, tx: Tx) -> Lease | None:
        seconds = self.settings.lease_seconds
        if self.line is None or self.line.lock is None:
            return take_lease(tx, self.holder, seconds)
        held = holder_of(tx)
        dead = is_abandoned(held[0], socket.gethostname()) if held else None
        return take_lease(tx, self.holder, seconds, dead=dead or self.home_name)

    def _take_over(self) -> None:
        """Load the world, hang up the bell, look at the files, find the runner."""
        lease = self.stepper.lease
        self.stepper.job_id = self.store.retrying(lambda tx: self._register_job(tx, lease))
        self.bell = Bell(self.settings.run_dir)
        self.selector.register(self.bell, selectors.EVENT_READ, self._hear_bell)
        self.selector.register(self.watcher, selectors.EVENT_READ, self._hear_watcher)
        self._load_board()
        with self.store.read() as tx:
            self.inbox.most = largest_value(tx)
            self.intake.recall(tx)
        self.dialogue.find_predecessors()
        self.dialogue.connect()
        if self.link.remote is not None:
            self.link.remote.take_over()
            self.link.remote.connect()
        self.intake.look()
        self._watch_files()
        now = self.clock.monotonic()
        self.beat_at, self.round_at = now + self.beat, now + self.settings.round_seconds
        paused = sum(view.paused for view in self.board.dags.values())
        waiting = f", {paused} of them paused" if paused else ""
        self.activated()
        self.say(
            f"Scheduling with {self.settings.executor} ({self.settings.capacity} at once): "
            f"{len(self.board.dags)} DAGs{waiting}, {len(self.board.runs)} active runs, "
            f"files in {self.intake.folder}."
        )

    def _register_job(self, tx: Tx, lease: Lease) -> int:
        now = self.clock.now()
        prove(tx, lease, self.settings.lease_seconds)
        jobs.close_unfinished(tx, jobs.SCHEDULER, now)
        return jobs.register(
            tx,
            jobs.SCHEDULER,
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
        self.watchdog.close()
        if self.stop_runner:
            self.link.send(Stop())
        lease, job_id = self.stepper.lease, self.stepper.job_id
        if lease.term:
            try:
                self.store.retrying(lambda tx: self._sign_off(tx, lease, job_id))
            except DatabaseError as error:
                self.say(f"The lease could not be given back: {error.orig}")
        if self.bell is not None:
            self.bell.close()
        self.watcher.close()
        self.link.predecessors.close()
        if self.link.remote is not None:
            self.link.remote.close()
        self.link.close()
        if self.line is not None:
            self.line.close()
        if self.reporter is not None:
            self.reporter.figures.close()
        if self.stop_runner:
            self.link.wait(75)

    def _sign_off(self, tx: Tx, lease: Lease, job_id: int | None) -> None:
        release(tx, lease)
        jobs.finish(tx, job_id, self.clock.now())

    # --- turning -------------------------------------------------------------------------------

    def _turn_safely(self) -> None:
        """A turn that a database without answer does not end.

        What was heard stays in the inbox and on the board until the database is back; then a look
        everywhere finds what else was missed. The waits in between grow to ten seconds.
        """
        try:
            self._turn()
        except DatabaseError as error:
            self.troubles += 1
            self.say(f"The database refuses: {str(error.orig).strip()}. Trying again.")
            self.watchdog.resting()
            self.round_at = self.clock.monotonic()
            self.selector.select(min(10.0, 0.5 * 2 ** min(self.troubles, 6)))
        else:
            self.troubles = 0

    def _turn(self) -> None:
        """Wait for something to happen, hear all of it, then step until nothing changes."""
        if self.stepper.unsure:
            self._start_over()
        self.dialogue.watch()
        self._hear(self._timeout())
        self._gather()
        self._take_files()
        self._tend()
        self.dialogue.connect()
        if self.link.remote is not None:
            self.link.remote.connect()
        if self.inbox and not self.inbox.is_urgent and not self._has_work():
            # Nobody waits for the news that an attempt has begun: it goes with the next commit.
            if not self.begun_at:
                self.begun_at = self.clock.monotonic() + BEGINNINGS
            if self.clock.monotonic() < self.begun_at:
                return
        self.begun_at = 0.0
        while not self.stopping:
            self.watchdog.working()
            said = self.stepper.step(self.inbox, self._capacity(), self.clock.now())
            if said is None:
                break
            for message in said:
                reach("scheduler.sending")
                self.link.send(message)
            reach("scheduler.sent")
            if self.stepper.to_ask:
                self.timetables.ask(sorted(self.stepper.to_ask))
                self.stepper.to_ask.clear()

    def _start_over(self) -> None:
        """A commit may have happened whose answer was lost, and nobody said what follows from it.

        Like one that takes over: believe the rows, and settle with whoever runs things.
        """
        self._look_everywhere()
        self._settle()
        self.stepper.unsure = 0

    def _settle(self) -> None:
        """Find out who runs what."""
        if self.link.remote is not None:
            self.link.remote.take_over()
        self.dialogue.start_over()

    def _hear(self, timeout: float) -> None:
        self.watchdog.resting()
        heard = self.selector.select(timeout)
        self.watchdog.working()
        for key, _ in heard:
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
        if not self.dialogue.arrived:
            return
        now = self.clock.monotonic()
        self.take_at = self.take_at or now + GATHER_FILES
        if self.intake.asked and len(self.dialogue.arrived) < FILES_AT_ONCE and now < self.take_at:
            return
        arrived, self.dialogue.arrived, self.take_at = self.dialogue.arrived, [], 0.0
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
        if not self.dialogue.connected or self.link.is_parting:
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
        if not self.dialogue.connected:
            wakes.append(0.02)
        return max(0.0, min(wakes))

    def _tend(self) -> None:
        """Duties with a time of their own."""
        now = self.clock.monotonic()
        remote = self.link.remote
        if now >= self.beat_at or (remote is not None and remote.attendance.has_news):
            self.beat_at = now + self.beat
            self._heartbeat()
        if now >= self.round_at:
            self.round_at = now + self.settings.round_seconds
            self._look_everywhere()
        if now >= self.open_at:
            left = self.intake.look_at_open()
            self.open_at = now + left if left is not None else 0.0
        self.upkeep.tend()
        if self.reporter is not None:
            self.reporter.tend()
        if remote is not None:
            remote.tend()

    def _heartbeat(self) -> None:
        lease, now, remote = self.stepper.lease, self.clock.now(), self.link.remote

        def write(tx: Tx) -> Callable[[], None] | None:
            prove(tx, lease, self.settings.lease_seconds)
            note = remote.problem or None if remote is not None else None
            jobs.heartbeat(tx, self.stepper.job_id, now, note)
            return remote.attendance.write(tx, now) if remote is not None else None

        written = self.store.retrying(write)
        if written is not None:
            written()

    # --- hearing -------------------------------------------------------------------------------

    def _hear_watcher(self) -> None:
        self.watcher.answer()
        self.intake.look(something_changed=True)
        self._watch_files()

    def _watch_files(self) -> None:
        """Have the kernel tell of changes wherever DAG files and what they read may lie."""
        before = self.watcher.problem
        self.watcher.watch(self.intake.folders(), flat=self.intake.places())
        if self.watcher.problem not in {"", before}:
            self.say(self.watcher.problem)

    def _hear_bell(self) -> None:
        for note in self.bell.answer() if self.bell is not None else ():
            if note == Ring():
                self._look_everywhere()
            else:
                self.mirror.follow(note)

    def _look_everywhere(self) -> None:
        """The safety net: files, and rows that are not what the board believes."""
        self.intake.look()
        self._watch_files()
        parked = set(self.board.parked)
        self.mirror.compare()
        if parked - set(self.board.parked):  # their runner may have died while they were aside
            self._settle()
        self.timetables.ask_unknown()


def _drain(descriptor: int) -> None:
    try:
        while os.read(descriptor, 4096):
            pass
    except BlockingIOError:
        return
