"""The scheduler clears old history away, a little at a time."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests import make
from tests.store import history, home
from venturi.core.clock import Instant
from venturi.core.log_paths import log_path, run_folder
from venturi.scheduler.upkeep import PAUSE, SWEEP, Result, Upkeep, remove_run_logs
from venturi.store.engine import Store, Tx
from venturi.store.lease import LostLease
from venturi.store.migrate import migrate
from venturi.store.schema.people import log
from venturi.store.schema.runs import dag_run

ONE = make.dag(make.task("a"), dag_id="one")
TWO = make.dag(make.task("a"), dag_id="two")


class Hands:
    """A clock whose hands are moved by the test."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> Instant:
        return make.NOW + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def store(tmp_path: Path) -> Store:
    opened = Store(f"sqlite:///{tmp_path}/airflow.db")
    migrate(opened)
    return opened


def upkeep(store: Store, logs: Path, clock: Hands, *, days: int = 365, runs: int = 1) -> Upkeep:
    return Upkeep(
        store=store, clock=clock, logs=logs, days=days, runs_min=runs, say=lambda _text: None
    )


def a_log(logs: Path, dag_id: str, run_id: str) -> Path:
    path = logs / log_path(dag_id, run_id, "a", -1, 1)
    path.parent.mkdir(parents=True)
    path.write_text("said")
    return path


def left(store: Store) -> set[tuple[str, str]]:
    return {(row.dag_id, row.run_id) for row in home.rows(store, dag_run)}


def fill(store: Store, logs: Path) -> dict[tuple[str, str], Path]:
    files = {}
    for spec in (ONE, TWO):
        home.put(store, spec, path=f"/dags/{spec.dag_id}.py")
        for run_id, age in (("old", 400), ("new", 1)):
            history.ended(store, spec, run_id, age)
            files[spec.dag_id, run_id] = a_log(logs, spec.dag_id, run_id)
    return files


def test_a_sweep_deletes_old_runs_of_all_dags_with_their_logs(store: Store, tmp_path: Path) -> None:
    files = fill(store, tmp_path / "logs")
    duty = upkeep(store, tmp_path / "logs", Hands())
    assert duty.run_once() == Result(runs=2, more=True)
    while duty.run_once().more:
        pass
    assert left(store) == {("one", "new"), ("two", "new")}
    assert {key for key, file in files.items() if file.exists()} == left(store)
    assert not (tmp_path / "logs" / run_folder("one", "old")).exists()


def test_zero_days_keep_everything(store: Store, tmp_path: Path) -> None:
    files = fill(store, tmp_path / "logs")
    clock = Hands()
    duty = upkeep(store, tmp_path / "logs", clock, days=0)
    clock.seconds = 10 * SWEEP
    duty.tend()
    assert duty.run_once() == Result()
    assert len(left(store)) == 4
    assert all(file.exists() for file in files.values())


def test_it_sweeps_once_an_hour_and_rests_between_batches(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path / "logs")
    clock = Hands()
    duty = upkeep(store, tmp_path / "logs", clock)
    duty.tend()
    assert len(left(store)) == 4, "the start is left in peace"
    clock.seconds = 60.0
    duty.tend()
    assert len(left(store)) == 2
    assert duty.at == clock.seconds + PAUSE
    while duty.at < SWEEP:
        clock.seconds = duty.at
        duty.tend()
    assert duty.at == clock.seconds + SWEEP


def test_many_runs_take_several_batches(store: Store, tmp_path: Path) -> None:
    home.put(store, ONE)
    for number in range(230):
        history.ended(store, ONE, f"r{number}", 400 + number)
    duty = upkeep(store, tmp_path / "logs", Hands(), runs=20)
    assert [duty.run_once().runs for _ in range(4)] == [100, 100, 10, 0]
    assert len(left(store)) == 20


def test_old_rows_of_no_run_go_too(store: Store, tmp_path: Path) -> None:
    from sqlalchemy import insert

    home.execute(store, insert(log).values(dttm=history.days(400), event="x"))
    duty = upkeep(store, tmp_path / "logs", Hands())
    assert duty.run_once() == Result(rows=1, more=True)
    assert not duty.run_once().more


def test_a_scheduler_that_has_lost_its_lease_deletes_nothing(store: Store, tmp_path: Path) -> None:
    files = fill(store, tmp_path / "logs")
    clock = Hands()
    duty = upkeep(store, tmp_path / "logs", clock)

    def lost(_tx: Tx) -> None:
        raise LostLease("Another scheduler has taken over.")

    duty.prove = lost
    clock.seconds = 60.0
    with pytest.raises(LostLease):
        duty.tend()
    assert len(left(store)) == 4
    assert all(file.exists() for file in files.values())


def test_what_goes_wrong_is_said_and_does_not_stop_the_scheduler(
    store: Store, tmp_path: Path
) -> None:
    clock = Hands()
    said: list[str] = []
    duty = upkeep(store, tmp_path / "logs", clock)
    duty.say = said.append

    def broken(_tx: Tx) -> None:
        raise ValueError("a row that nobody can read")

    duty.prove = broken
    clock.seconds = 60.0
    duty.tend()
    assert said == ["Old history could not be deleted: ValueError: a row that nobody can read"]
    assert duty.at == clock.seconds + SWEEP


def test_logs_are_removed_with_the_folders_that_get_empty(tmp_path: Path) -> None:
    one, two = a_log(tmp_path, "d", "r1"), a_log(tmp_path, "d", "r2")
    remove_run_logs(tmp_path, "d", "r1")
    assert not one.exists() and two.exists()
    remove_run_logs(tmp_path, "d", "r1")
    remove_run_logs(tmp_path, "d", "r2")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("dag_id", "run_id"), [("d", "../x"), ("d/../..", "r"), ("d", "a/b"), ("", "")]
)
def test_ids_that_lead_elsewhere_remove_nothing(tmp_path: Path, dag_id: str, run_id: str) -> None:
    logs = tmp_path / "logs"
    kept = a_log(logs, "x", "r")
    remove_run_logs(logs, dag_id, run_id)
    assert kept.exists()


def test_a_link_in_the_place_of_a_run_is_not_followed(store: Store, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine").write_text("kept")
    files = fill(store, tmp_path / "logs")
    folder = files["one", "old"].parents[1]
    files["one", "old"].unlink()
    files["one", "old"].parent.rmdir()
    folder.rmdir()
    folder.symlink_to(elsewhere)
    said: list[str] = []
    duty = upkeep(store, tmp_path / "logs", Hands())
    duty.say = said.append
    while duty.run_once().more:
        pass
    assert (elsewhere / "mine").exists()
    assert any("logs of run old of DAG one stay" in line for line in said)
