"""The watcher wakes its owner when something below the folders changes, and only then."""

import select
from collections.abc import Iterator
from pathlib import Path

import pytest

from venturi.dagfiles.watcher import Watcher


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    made = Watcher()
    yield made
    made.close()


def wakes(watcher: Watcher, seconds: float) -> bool:
    """Whether it wakes within so many seconds."""
    ready, _, _ = select.select([watcher], [], [], seconds)
    if ready:
        watcher.answer()
    return bool(ready)


def until_watching(watcher: Watcher, folder: Path) -> None:
    """A new watch wakes once, and then only for what happens."""
    assert wakes(watcher, 5)
    until_quiet(watcher)
    (folder / "probe").write_text("x")
    assert wakes(watcher, 5)
    until_quiet(watcher)


def until_quiet(watcher: Watcher) -> None:
    """Wait until what has happened is over."""
    while wakes(watcher, 0.5):
        pass


@pytest.mark.parametrize("change", ["new", "edit", "replace", "delete", "deep", "folder"])
def test_every_change_wakes(tmp_path: Path, watcher: Watcher, change: str) -> None:
    file = tmp_path / "deep/d.py"
    file.parent.mkdir()
    file.write_text("1")
    watcher.watch([str(tmp_path)])
    until_watching(watcher, tmp_path)
    match change:
        case "new":
            (tmp_path / "new.py").write_text("1")
        case "edit":
            file.write_text("2")
        case "replace":
            (tmp_path / "part").write_text("3")
            (tmp_path / "part").replace(file)
        case "delete":
            file.unlink()
        case "deep":
            (file.parent / "other.py").write_text("1")
        case _:
            (tmp_path / "one").mkdir()
            assert wakes(watcher, 5)
            (tmp_path / "one/d.py").write_text("1")
    assert wakes(watcher, 5)


def test_bytecode_and_the_like_wake_nobody(tmp_path: Path, watcher: Watcher) -> None:
    (tmp_path / "__pycache__").mkdir()
    watcher.watch([str(tmp_path)])
    until_watching(watcher, tmp_path)
    (tmp_path / "__pycache__/d.cpython-311.pyc").write_text("1")
    (tmp_path / ".d.py.swp").write_text("1")
    (tmp_path / "d.py~").write_text("1")
    assert not wakes(watcher, 0.7)


def test_other_folders_from_now_on(tmp_path: Path, watcher: Watcher) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    watcher.watch([str(one)])
    until_watching(watcher, one)
    watcher.watch([str(two), str(tmp_path / "nowhere")])
    until_watching(watcher, two)
    (one / "d.py").write_text("1")
    assert not wakes(watcher, 0.7)
    (two / "d.py").write_text("1")
    assert wakes(watcher, 5)


def test_a_flat_folder_is_watched_without_what_is_below(tmp_path: Path, watcher: Watcher) -> None:
    flat, deep = tmp_path / "flat", tmp_path / "deep"
    (flat / "below").mkdir(parents=True)
    deep.mkdir()
    watcher.watch([str(deep)], flat=[str(flat)])
    until_watching(watcher, flat)
    (flat / "below/conf.yaml").write_text("1")
    assert not wakes(watcher, 0.7)
    (flat / "conf.yaml").write_text("1")
    assert wakes(watcher, 5)
    (deep / "d.py").write_text("1")
    assert wakes(watcher, 5)


def test_a_folder_that_is_made_anew_is_another_one(tmp_path: Path, watcher: Watcher) -> None:
    dags = tmp_path / "dags"
    dags.mkdir()
    watcher.watch([str(dags)])
    until_watching(watcher, dags)
    dags.rename(tmp_path / "old")
    assert wakes(watcher, 5)
    watcher.watch([str(dags)])
    (tmp_path / "other").write_text("beside it")
    until_quiet(watcher)
    dags.mkdir()
    assert wakes(watcher, 5)
    watcher.watch([str(dags)])
    until_watching(watcher, dags)
    (dags / "d.py").write_text("1")
    assert wakes(watcher, 5)


def test_a_link_that_is_pointed_elsewhere_wakes(tmp_path: Path, watcher: Watcher) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    dags = tmp_path / "dags"
    dags.symlink_to(tmp_path / "one")
    watcher.watch([str(dags)])
    until_watching(watcher, tmp_path / "one")
    (tmp_path / "new").symlink_to(tmp_path / "two")
    (tmp_path / "new").replace(dags)
    assert wakes(watcher, 5)
    watcher.watch([str(dags)])
    until_watching(watcher, tmp_path / "two")


def test_what_happens_beside_a_link_wakes_nobody(tmp_path: Path, watcher: Watcher) -> None:
    (tmp_path / "one").mkdir()
    dags = tmp_path / "dags"
    dags.symlink_to(tmp_path / "one")
    watcher.watch([str(dags)])
    until_watching(watcher, tmp_path / "one")
    (tmp_path / "airflow.db").write_text("busy")
    assert not wakes(watcher, 0.7)


def test_nothing_to_watch_is_no_error(tmp_path: Path, watcher: Watcher) -> None:
    watcher.watch([])
    watcher.watch([str(tmp_path / "no/where")])
    until_quiet(watcher)
    assert watcher.problem == ""


def test_the_same_again_changes_nothing(tmp_path: Path, watcher: Watcher) -> None:
    watcher.watch([str(tmp_path)])
    until_watching(watcher, tmp_path)
    watcher.watch([str(tmp_path)])
    assert not wakes(watcher, 0.3)


def test_many_changes_are_answered_at_once(tmp_path: Path, watcher: Watcher) -> None:
    watcher.watch([str(tmp_path)])
    until_watching(watcher, tmp_path)
    for number in range(500):
        (tmp_path / f"d{number}.py").write_text("1")
    assert wakes(watcher, 5)
