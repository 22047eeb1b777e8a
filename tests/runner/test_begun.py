"""Which attempts may have begun: kept while anybody may ask, and found by the next runner."""

from pathlib import Path

from venturi.runner.begun import SURPLUS, BegunAttempts


def test_the_next_runner_finds_what_may_have_begun(tmp_path: Path) -> None:
    begun = BegunAttempts(tmp_path / "begun")
    assert begun.left() == []
    for key in ((1, 1), (2, 7), (1, 1)):
        begun.add(key)
    assert BegunAttempts(tmp_path / "begun").left() == [(1, 1), (2, 7)]


def test_a_torn_entry_is_not_read(tmp_path: Path) -> None:
    begun = BegunAttempts(tmp_path / "begun")
    begun.add((1, 1))
    with begun.path.open("ab") as file:
        file.write(b"\x02\x00")
    assert begun.left() == [(1, 1)]


def test_what_nobody_asks_for_goes(tmp_path: Path) -> None:
    begun = BegunAttempts(tmp_path / "begun")
    begun.add((1, 1))
    begun.tidy(1, lambda: [(1, 1)])
    assert begun.left() == [(1, 1)]
    for number in range(SURPLUS + 1):
        begun.add((number, 2))
    begun.tidy(1, lambda: [(1, 1)])
    assert begun.left() == [(1, 1)]
    begun.tidy(0, list)
    assert begun.left() == []
    assert not begun.path.exists()


def test_it_moves_with_a_runner_that_drains(tmp_path: Path) -> None:
    begun = BegunAttempts(tmp_path / "begun")
    begun.add((1, 1))
    begun.move(tmp_path / "7.begun")
    begun.add((2, 1))
    assert BegunAttempts(tmp_path / "7.begun").left() == [(1, 1), (2, 1)]


def test_a_full_disk_keeps_nothing_from_beginning(tmp_path: Path) -> None:
    (tmp_path / "no folder").touch()
    BegunAttempts(tmp_path / "no folder" / "begun").add((1, 1))
