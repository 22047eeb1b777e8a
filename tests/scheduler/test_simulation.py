"""A simulation predicts what the scheduler does: the same, on a clock that is wound by hand."""

import heapq
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from tests import make
from tests.store import home
from venturi.core.attempts import Result
from venturi.core.clock import Instant
from venturi.core.messages import Finished, Start, Started
from venturi.core.states import TaskState
from venturi.decide.board import Board
from venturi.decide.simulate import Assumed, beginning, simulate
from venturi.decide.views import Limits, PoolView
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.step import Stepper
from venturi.spec.graph import Graph
from venturi.spec.model import DagSpec, WeightRule
from venturi.spec.timetable.model import CronInterval, CronTrigger, Timetable
from venturi.store.dags import load_dags
from venturi.store.engine import Store
from venturi.store.lease import take_lease
from venturi.store.migrate import fill_defaults
from venturi.store.pools import load_pools
from venturi.store.queries.specs import current_version
from venturi.store.schema.all import metadata
from venturi.store.schema.people import slot_pool
from venturi.store.schema.runs import dag_run
from venturi.store.scope import EVERY_DAG
from venturi.store.versions import Versions

PLACES = 3
ITEMS = 2
SECONDS = {"extract": 900.0, "load": 1700.0, "report": 1100.0, "audit": 400.0}
#: (run, task, map index, when)
Begun = tuple[str, str, int, Instant]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    made = Store(f"sqlite:///{tmp_path}/airflow.db")
    with made.write() as tx:
        metadata.create_all(tx)
        fill_defaults(tx)
        tx.execute(insert(slot_pool).values(pool="p", slots=2, include_deferred=False))
    yield made
    made.close()


class Engine:
    """The scheduler's own step on a database; attempts last as long as they are told to."""

    def __init__(self, store: Store, now: Instant) -> None:
        self.board = Board(Limits())
        versions = Versions()
        with store.read() as tx:
            self.board.pools = load_pools(tx)
            for view in load_dags(tx, versions):
                self.board.put_dag(view)
            newest = {
                dag_id: current_version(tx, EVERY_DAG, dag_id, versions)
                for dag_id in self.board.dags
            }
        self.stepper = Stepper(
            store=store,
            board=self.board,
            versions=versions,
            newest=newest,
            source_of=lambda _tx, file: file,
            lease_seconds=1e9,
        )
        lease = store.retrying(lambda tx: take_lease(tx, "test", 1e9))
        assert lease is not None
        self.stepper.lease = lease
        self.inbox = Inbox()
        self.begun: list[Begun] = []
        self.ends: list[tuple[Instant, int, Start]] = []

    def run(self, now: Instant, end: Instant) -> list[Begun]:
        while now <= end:
            self._settle(now)
            times = [self.board.next_at(), self.ends[0][0] if self.ends else None]
            now = min(at for at in times if at is not None)
        return self.begun

    def _settle(self, now: Instant) -> None:
        while True:
            self._hear(now)
            said = self.stepper.step(self.inbox, PLACES - self.board.in_use.total, now)
            if said is None:
                return
            for message in said:
                if isinstance(message, Start):
                    self._start(message, now)

    def _start(self, order: Start, now: Instant) -> None:
        attempt = order.attempt
        self.begun.append((attempt.run.run_id, attempt.task_id, attempt.map_index, now))
        at = now + timedelta(seconds=SECONDS[attempt.task_id])
        heapq.heappush(self.ends, (at, len(self.begun), order))
        word = Started(ti_id=attempt.ti_id, epoch=attempt.epoch, pid=1, hostname="here", at=now)
        self.inbox.put(word, self.board)

    def _hear(self, now: Instant) -> None:
        while self.ends and self.ends[0][0] <= now:
            at, _, order = heapq.heappop(self.ends)
            lengths = (("return_value", ITEMS),) if order.attempt.task_id == "extract" else ()
            result = Result(state=TaskState.SUCCESS, lengths=lengths)
            word = Finished(
                ti_id=order.attempt.ti_id, epoch=order.attempt.epoch, at=at, result=result
            )
            self.inbox.put(word, self.board)


def pipeline(timetable: Timetable) -> DagSpec:
    """Everything that makes tasks wait: the past, a pool, weights, limits, mapping, joins."""
    return make.dag(
        make.task("extract", depends_on_past=True),
        make.mapped("load", "extract", pool="p"),
        make.task("join", "load", is_empty=True),
        make.task("report", "join", pool="p", pool_slots=2, priority_weight=9),
        make.task("audit", "extract", weight_rule=WeightRule.ABSOLUTE, max_active_tis_per_dag=1),
        dag_id="pipeline",
        timetable=timetable,
        start_date=make.NOW,
        catchup=True,
        max_active_runs=2,
    )


@pytest.mark.parametrize(
    "timetable", [CronTrigger(expr="*/30 * * * *"), CronInterval(expr="0 * * * *")]
)
def test_the_predicted_starts_are_those_of_the_engine(store: Store, timetable: Timetable) -> None:
    spec = pipeline(timetable)
    home.put(store, spec)
    end = make.later(12 * 3600)
    begun = Engine(store, make.NOW).run(make.NOW, end)
    said = simulate(
        [beginning(Graph(spec), make.NOW)],
        make.NOW,
        end,
        Assumed(
            durations={("pipeline", name): seconds for name, seconds in SECONDS.items()},
            items=ITEMS,
            pools={"p": PoolView(2), "default_pool": PoolView(128)},
            places=PLACES,
        ),
    )
    predicted = [
        (task.run_id, task.task_id, task.map_index, task.started)
        for task in said.tasks
        if task.task_id != "join"  # nothing is started for it
    ]
    assert len(begun) > 40 and predicted == begun
    assert {run.run_id: run.state for run in said.runs} == {
        row.run_id: row.state for row in home.rows(store, dag_run)
    }
