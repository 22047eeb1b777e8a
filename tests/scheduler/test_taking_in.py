"""A reading of a DAG file is taken in only under the condition that was read."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from venturi.config import get_config
from venturi.core.clock import SystemClock
from venturi.core.messages import Load, Loaded
from venturi.decide.board import Board
from venturi.decide.views import Limits
from venturi.runner.watch import fingerprint
from venturi.scheduler.intake import Intake
from venturi.spec.codec import encode
from venturi.spec.model import DagSpec
from venturi.store.engine import Store
from venturi.store.schema.all import metadata
from venturi.store.versions import Versions

TEXT = "# airflow DAG\n"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(f"sqlite:///{tmp_path}/airflow.db")
    with made.write() as tx:
        metadata.create_all(tx)
    yield made
    made.close()


class Bench:
    """An intake that has asked for one file."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.asked = store, list[Load]()
        self.path = folder / "d.py"
        self.path.write_text(TEXT)
        self.intake = Intake(
            store=store,
            board=Board(Limits()),
            versions=Versions(),
            send=self.asked.append,
            clock=SystemClock(),
            folder=folder,
            bundles=folder.parent / "bundles",
        )
        self.intake.look()

    def read(self) -> Loaded:
        """What an import of the file as it is now says."""
        depends = ((os.path.realpath(self.path), fingerprint(str(self.path))),)
        dag = encode(DagSpec(dag_id="d", tasks=(), fileloc=str(self.path)))
        return Loaded(file=self.asked[-1].file, dags=(dag,), depends=depends)

    def known(self) -> set[str]:
        """The DAGs that have been taken in."""
        return set(self.intake.newest)


@pytest.fixture
def bench(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    get_config.cache_clear()
    folder = tmp_path / "dags"
    folder.mkdir()
    yield Bench(store, folder)
    get_config.cache_clear()


def test_a_file_that_kept_still_is_taken_in(bench: Bench) -> None:
    bench.intake.take([bench.read()])
    assert bench.known() == {"d"}
    assert len(bench.asked) == 1


def test_a_file_that_changed_before_its_import_is_read_again(bench: Bench) -> None:
    bench.path.write_text(TEXT * 2)
    bench.intake.take([bench.read()])
    assert bench.known() == set()
    assert len(bench.asked) == 2
    bench.intake.take([bench.read()])
    assert bench.known() == {"d"}


def test_a_file_that_changed_after_its_import_is_read_again(bench: Bench) -> None:
    read = bench.read()
    bench.path.write_text("")
    bench.intake.take([read])
    assert bench.known() == set()
    assert len(bench.asked) == 2


def test_a_file_that_went_after_its_import_is_left_to_the_next_look(bench: Bench) -> None:
    read = bench.read()
    bench.path.unlink()
    bench.intake.take([read])
    assert bench.known() == set()
    assert len(bench.asked) == 1


def test_an_attempt_goes_to_the_copy_as_soon_as_the_file_has_changed(
    bench: Bench, store: Store
) -> None:
    read = bench.read()
    bench.intake.take([read])
    with store.read() as tx:
        assert bench.intake.source_of(tx, read.file) == read.file
        bench.path.write_text("")  # and nobody has told the intake
        copy = bench.intake.source_of(tx, read.file)
    assert copy != read.file
    assert Path(copy.path).read_text() == TEXT
