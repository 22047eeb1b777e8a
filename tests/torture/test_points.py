"""Every commit has a failpoint on either side, and the list of them is complete."""

from pathlib import Path

import pytest

from tests.torture.crashes import (
    UNREACHED,
    UNREACHED_LOCALLY,
    runner_points,
    scheduler_points,
)
from tests.torture.points import commits, named_points, sides
from venturi.core import failpoints
from venturi.core.failpoints import Failpoints
from venturi.store.engine import Store


class Writer:
    """Asks for transactions, as the engine does."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def write(self) -> None:
        """In each way there is."""
        self.store.retrying(lambda tx: tx.exec_driver_sql("SELECT 1"))
        with self.store.write() as tx:
            tx.exec_driver_sql("SELECT 1")


def test_a_commit_is_named_after_who_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = tmp_path / "reached"
    monkeypatch.setattr(failpoints._Process, "is_read", True)
    monkeypatch.setattr(failpoints._Process, "points", Failpoints(f"record={record}"))
    store = Store(f"sqlite:///{tmp_path}/x.db")
    Writer(store).write()
    store.close()
    before, after = sides(f"{__name__}:Writer.write")
    assert record.read_text().splitlines() == [before, after, before, after]


def test_all_commits_of_the_engine_are_found() -> None:
    found = commits()
    assert {"scheduler.step:Stepper.step", "api.call:Call.change", "cli.session:change"} <= found
    # The scheduler's are those that T05 kills it at, on both sides, or it says why not.
    excused, points = tuple(UNREACHED), set(scheduler_points(is_celery=True))
    for commit in found:
        if commit.startswith("scheduler."):
            assert set(sides(commit)) <= points or commit.startswith(excused), commit


def test_every_named_point_belongs_to_a_process_that_is_killed_there() -> None:
    assert named_points() == {
        name for name in (*scheduler_points(), *runner_points()) if " " not in name
    }
    excused = (*UNREACHED, *UNREACHED_LOCALLY)
    assert not [name for name in excused if not any(c.startswith(name) for c in commits())]
