"""The office of the active scheduler: its lease, and its row among the jobs."""

import getpass
import os
import socket
from collections.abc import Callable
from pathlib import Path

from venturi.core.clock import Clock
from venturi.scheduler.remote import Remote
from venturi.scheduler.standby import Line, is_abandoned
from venturi.scheduler.step import Stepper
from venturi.store.commands import jobs
from venturi.store.engine import DatabaseError, Store, Tx
from venturi.store.faults import is_transient
from venturi.store.lease import Lease, holder_of, prove, release, take_lease


class Office:
    """Taken, kept with every heartbeat, and given back. `stepper.lease` is the proof of it."""

    def __init__(
        self,
        *,
        store: Store,
        stepper: Stepper,
        run_dir: Path,
        executor: str,
        seconds: float,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.store, self.stepper, self.clock, self.say = store, stepper, clock, say
        self.run_dir, self.executor, self.seconds = run_dir, executor, seconds
        self.home_name = f"{socket.gethostname()}:{run_dir}:"
        self.holder = f"{self.home_name}{os.getpid()}"
        #: the line for this home's lock; held by whoever is alone here
        self.line: Line | None = None

    def stand_in_line(self) -> Line:
        """Wait for the lock of this home.

        Whoever holds it is its only living scheduler here: a lease that another one of the same
        home and host left behind belongs to the dead.
        """
        self.line = Line(self.run_dir)
        return self.line

    def ask(self) -> bool:
        """Take the lease if it is to be had; who stands by outlives a restart of the database."""
        try:
            lease = self.store.retrying(self._take)
        except DatabaseError as error:
            if not is_transient(error):
                raise
            self.say(f"The database does not answer: {str(error.orig).strip()}. Trying again.")
            return False
        if lease is not None:
            self.stepper.lease = lease
        return lease is not None

    def _take(self, tx: Tx) -> Lease | None:
        if self.line is None or self.line.lock is None:
            return take_lease(tx, self.holder, self.seconds)
        held = holder_of(tx)
        dead = is_abandoned(held[0], socket.gethostname()) if held else None
        return take_lease(tx, self.holder, self.seconds, dead=dead or self.home_name)

    def enter(self) -> None:
        """Stand among the jobs, in the place of whoever was there. Raises `LostLease`."""
        lease = self.stepper.lease
        self.stepper.job_id = self.store.retrying(lambda tx: self._register(tx, lease))

    def _register(self, tx: Tx, lease: Lease) -> int:
        now = self.clock.now()
        prove(tx, lease, self.seconds)
        jobs.close_unfinished(tx, jobs.SCHEDULER, now)
        return jobs.register(
            tx,
            jobs.SCHEDULER,
            now,
            hostname=socket.gethostname(),
            unixname=getpass.getuser(),
            pid=os.getpid(),
            executor_class=self.executor,
        )

    def beat(self, remote: Remote | None) -> None:
        """Keep the lease; tell how we are, and which workers are there. Raises `LostLease`."""
        lease, now = self.stepper.lease, self.clock.now()

        def write(tx: Tx) -> Callable[[], None] | None:
            prove(tx, lease, self.seconds)
            note = remote.problem or None if remote is not None else None
            jobs.heartbeat(tx, self.stepper.job_id, now, note)
            return remote.attendance.write(tx, now) if remote is not None else None

        written = self.store.retrying(write)
        if written is not None:
            written()

    def leave(self) -> None:
        """Give the lease back, if we have it."""
        lease, job_id = self.stepper.lease, self.stepper.job_id
        if not lease.term:
            return
        try:
            self.store.retrying(lambda tx: self._sign_off(tx, lease, job_id))
        except DatabaseError as error:
            self.say(f"The lease could not be given back: {error.orig}")

    def _sign_off(self, tx: Tx, lease: Lease, job_id: int | None) -> None:
        release(tx, lease)
        jobs.finish(tx, job_id, self.clock.now())

    def close(self) -> None:
        """Let go of the lock: the next in line may have the office."""
        if self.line is not None:
            self.line.close()
