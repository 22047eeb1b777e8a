"""What cannot be decided is put aside; everything else goes on."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests import make
from venturi.core.attempts import FileRef
from venturi.core.states import TaskState
from venturi.decide.board import Board
from venturi.decide.views import DagView, PoolView
from venturi.scheduler.inbox import Inbox
from venturi.scheduler.parts import parts_of
from venturi.scheduler.step import Stepper
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


def test_a_run_that_cannot_be_decided_is_parked_and_the_others_go_on(store: Store) -> None:
    said: list[str] = []
    versions, board = Versions(), Board()
    newest: dict[str, Version] = {}
    board.pools = {"default_pool": PoolView(128)}
    ids: dict[str, int] = {}

    def prepare(name: str, tx: Tx) -> Version:
        spec = make.dag(make.task("a"), dag_id=name)
        version = store_version(tx, spec, FileRef(path=name, key=name), None, None, NOW)
        ids[name] = create_run(tx, version, RunInfo(run_after=NOW), now=NOW, run_id=name)
        return version

    for name in ("good", "bad"):
        newest[name] = store.retrying(partial(prepare, name))
        board.put_dag(DagView(dag_id=name, graph=newest[name].graph, version_id=newest[name].id))
    with store.read() as tx:
        for run in load_runs(tx, versions):
            board.put_run(run)
    # A description that contradicts itself: an upstream task that is not there.
    board.runs[ids["bad"]].graph.upstream = ((7,),)
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
    for second in range(3):
        stepper.step(Inbox(), 8, NOW + timedelta(seconds=second))
    with store.read() as tx:
        runs = {run.run_id: run for run in load_runs(tx, versions)}
    assert runs["good"].instances[0][0].state is TaskState.QUEUED
    assert any("Run bad of DAG bad is parked" in line for line in said)
    assert ids["bad"] not in board.runs


def test_a_snapshot_falls_into_its_due_dags_and_touched_runs() -> None:
    board = Board()
    graph = make.graph(make.task("a"), dag_id="d")
    board.put_dag(DagView(dag_id="d", graph=graph))
    names = [part.name for part in parts_of(board.snapshot((), 1))]
    assert names == ["DAG d"]
