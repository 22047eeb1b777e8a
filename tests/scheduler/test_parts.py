"""What cannot be decided is put aside; everything else goes on."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests import make
from venturi.core.attempts import FileRef, Result
from venturi.core.messages import Ack, Finished
from venturi.core.states import TaskState
from venturi.decide.board import Board
from venturi.decide.views import DagView, PoolView
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.parts import parts_of
from venturi.scheduler.step import Stepper
from venturi.spec.model import DagSpec
from venturi.spec.timetable.model import RunInfo
from venturi.store.engine import Store, Tx
from venturi.store.lease import take_lease
from venturi.store.migrate import migrate
from venturi.store.runs import create_run, load_runs
from venturi.store.versions import Version, Versions, store_version

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store(f"sqlite:///{tmp_path}/airflow.db")
    migrate(opened)
    return opened


def stepper_of(store: Store, said: list[str], *specs: DagSpec) -> tuple[Stepper, dict[str, int]]:
    """A stepper with one run of each DAG on its board; the runs' row ids by DAG."""
    versions, board = Versions(), Board()
    newest: dict[str, Version] = {}
    board.pools = {"default_pool": PoolView(128)}
    ids: dict[str, int] = {}

    def prepare(spec: DagSpec, tx: Tx) -> Version:
        name = spec.dag_id
        version = store_version(tx, spec, FileRef(path=name, key=name), None, None, NOW)
        ids[name] = create_run(tx, version, RunInfo(run_after=NOW), now=NOW, run_id=name)
        return version

    for spec in specs:
        version = store.retrying(partial(prepare, spec))
        newest[spec.dag_id] = version
        board.put_dag(DagView(dag_id=spec.dag_id, graph=version.graph, version_id=version.id))
    with store.read() as tx:
        for run in load_runs(tx, versions):
            board.put_run(run)
    stepper = Stepper(
        store=store,
        board=board,
        versions=versions,
        newest=newest,
        source_of=lambda _tx, file: file,
        say=said.append,
        lease_seconds=10,
    )
    lease = store.retrying(lambda tx: take_lease(tx, "me", 10))
    assert lease is not None
    stepper.lease = lease
    return stepper, ids


def test_a_run_that_cannot_be_decided_is_parked_and_the_others_go_on(store: Store) -> None:
    said: list[str] = []
    specs = [make.dag(make.task("a"), dag_id=name) for name in ("good", "bad")]
    stepper, ids = stepper_of(store, said, *specs)
    # A description that contradicts itself: an upstream task that is not there.
    stepper.board.runs[ids["bad"]].graph.upstream = ((7,),)
    for second in range(3):
        stepper.step(Inbox(), 8, NOW + timedelta(seconds=second))
    with store.read() as tx:
        runs = {run.run_id: run for run in load_runs(tx, stepper.versions)}
    assert runs["good"].instances[0][0].state is TaskState.QUEUED
    assert any("Run bad of DAG bad is parked" in line for line in said)
    assert ids["bad"] not in stepper.board.runs


def test_what_ends_while_its_run_is_parked_is_told_when_the_run_is_back(store: Store) -> None:
    said: list[str] = []
    spec = make.dag(make.task("a"), make.task("b", "a"), dag_id="d")
    stepper, ids = stepper_of(store, said, spec)
    stepper.step(Inbox(), 8, NOW)
    run = stepper.board.runs[ids["d"]]
    (a,), (b,) = run.instances
    assert a.state is TaskState.QUEUED
    right, run.graph.upstream = run.graph.upstream, ((), (7,))
    inbox = Inbox()
    success = Result(state=TaskState.SUCCESS)
    inbox.put(Finished(ti_id=a.id, epoch=a.epoch, at=NOW, result=success), stepper.board)
    for second in (1, 2):
        said_to_runner = stepper.step(inbox, 8, NOW + timedelta(seconds=second))
        assert not said_to_runner, "the end is not acknowledged"
    assert any("Run d of DAG d is parked" in line for line in said)
    run.graph.upstream = right
    stepper.reload([ids["d"]])
    messages = stepper.step(inbox, 8, NOW + timedelta(seconds=3)) or []
    assert messages[0] == Ack(keys=((a.id, a.epoch),))
    (a,), (b,) = stepper.board.runs[ids["d"]].instances
    assert (a.state, b.state) == (TaskState.SUCCESS, TaskState.QUEUED)


def test_a_snapshot_falls_into_its_due_dags_and_touched_runs() -> None:
    board = Board()
    graph = make.graph(make.task("a"), dag_id="d")
    board.put_dag(DagView(dag_id="d", graph=graph))
    names = [part.name for part in parts_of(board.snapshot((), 1))]
    assert names == ["DAG d"]
