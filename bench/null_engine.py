"""The scheduler's own step on a real database, with an executor that ends every task at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event

from venturi.core.attempts import FileRef, Result
from venturi.core.messages import Finished, Loaded, Start, Started
from venturi.core.states import RunType, TaskState
from venturi.decide.board import Board
from venturi.decide.views import Limits, PoolView
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.step import Stepper
from venturi.spec.codec import encode
from venturi.spec.model import DagSpec
from venturi.spec.timetable.model import RunInfo
from venturi.store.dags import load_dags, put_dag
from venturi.store.engine import Store, Tx
from venturi.store.lease import take_lease
from venturi.store.migrate import migrate
from venturi.store.queries.specs import current_version
from venturi.store.runs import create_run
from venturi.store.scope import EVERY_DAG
from venturi.store.versions import Versions

NOW = datetime(2026, 11, 22, tzinfo=UTC)
#: Attempts at a time, as on a machine of eight cores with four tasks each.
PLACES = 32
DONE = Result(state=TaskState.SUCCESS)


@contextmanager
def fresh_store() -> Iterator[Store]:
    """A new database of its own, as durable as that of any installation."""
    with TemporaryDirectory(prefix="vb-") as folder:
        store = Store(f"sqlite:///{Path(folder) / 'airflow.db'}")
        migrate(store)
        yield store
        store.close()


class Statements:
    """Counts what is sent to a database: one statement for many rows counts once."""

    def __init__(self, store: Store) -> None:
        self.count = 0
        event.listen(store.engine, "before_cursor_execute", self._one)

    def _one(self, *_: Any) -> None:
        self.count += 1


class NullEngine:
    """A board over a store, and an executor that has done everything by the next step."""

    def __init__(self, store: Store, places: int = PLACES) -> None:
        self.store, self.places = store, places
        self.board = Board(Limits(parallelism=places))
        self.board.pools = {"default_pool": PoolView(-1)}
        self.versions = Versions(keep=20_000)
        with store.read() as tx:
            for view in load_dags(tx, self.versions):
                self.board.put_dag(view)
        self.stepper = Stepper(
            store=store,
            board=self.board,
            versions=self.versions,
            newest={},
            source_of=lambda _tx, file: file,
            lease_seconds=1e6,
        )
        lease = store.retrying(lambda tx: take_lease(tx, "bench", 1e6))
        assert lease is not None
        self.stepper.lease = lease
        self.inbox = Inbox()
        self.steps = self.done = 0

    def trigger(self, *dag_ids: str, run_id: str = "r") -> None:
        """Make a run of each DAG and take it in."""

        def body(tx: Tx) -> list[int]:
            info = RunInfo(run_after=NOW)
            return [
                create_run(
                    tx,
                    current_version(tx, EVERY_DAG, dag_id, self.versions),
                    info,
                    now=NOW,
                    run_type=RunType.MANUAL,
                    run_id=run_id,
                )
                for dag_id in dag_ids
            ]

        self.stepper.reload(self.store.retrying(body))

    def drive(self) -> int:
        """Steps until all is at rest; how many tasks were done."""
        before = self.done
        while (said := self._step()) is not None:
            for order in said:
                if isinstance(order, Start):
                    self._end(order)
        return self.done - before

    def _step(self) -> list[Any] | None:
        self.steps += 1
        return self.stepper.step(self.inbox, self.places - self.board.in_use.total, NOW)

    def _end(self, order: Start) -> None:
        ti_id, epoch = order.attempt.ti_id, order.attempt.epoch
        begun = Started(ti_id=ti_id, epoch=epoch, pid=1, hostname="here", at=NOW)
        self.inbox.put(begun, self.board)
        ended = Finished(
            ti_id=ti_id,
            epoch=epoch,
            at=NOW,
            started_at=NOW,
            pid=1,
            hostname="here",
            exit_code=0,
            result=DONE,
        )
        self.inbox.put(ended, self.board)
        self.done += 1


def put_specs(store: Store, specs: Iterable[DagSpec]) -> None:
    """Take in DAGs as if their files had been read; in one transaction."""

    def body(tx: Tx) -> None:
        for spec in specs:
            file = FileRef(path=f"/dags/{spec.dag_id}.py", key="k", root="/dags")
            loaded = Loaded(file=file, dags=(encode(spec),))
            put_dag(tx, spec, loaded, None, now=NOW, paused_at_creation=False)

    store.retrying(body)
