"""What a process leaves to the next one."""

import struct
from pathlib import Path

import pytest

from venturi.core.entries import EntryFile

SHAPE = struct.Struct("<qq")


def test_entries_outlive_their_process_and_a_torn_one_is_none(tmp_path: Path) -> None:
    path = tmp_path / "run" / "entries"
    first = EntryFile(path, SHAPE)
    assert first.read() == []
    first.append(1, 2)
    first.append(3, 4)
    with path.open("ab") as torn:
        torn.write(b"half")
    later = EntryFile(path, SHAPE)
    assert later.read() == [(1, 2), (3, 4)]
    later.replace(later.read())
    later.append(5, 6)
    assert (later.count, later.read()) == (3, [(1, 2), (3, 4), (5, 6)])


def test_a_file_that_is_written_anew_or_cleared_goes_on(tmp_path: Path) -> None:
    file = EntryFile(tmp_path / "entries", SHAPE)
    file.append(1, 1)
    file.replace([(2, 2)])
    file.append(3, 3)
    assert file.read() == [(2, 2), (3, 3)]
    file.clear()
    file.clear()
    assert (file.count, file.read()) == (0, [])
    file.append(4, 4)
    file.move(tmp_path / "other")
    file.append(5, 5)
    assert (file.path.name, file.read()) == ("other", [(4, 4), (5, 5)])
    file.clear()
    file.move(tmp_path / "third")
    assert file.read() == []


def test_a_disk_that_takes_nothing_leaves_what_is_there(tmp_path: Path) -> None:
    file = EntryFile(tmp_path / "entries", SHAPE)
    file.append(1, 1)
    (tmp_path / "entries.new").mkdir()  # as root one may write everywhere else
    with pytest.raises(IsADirectoryError):
        file.replace([])
    file.append(2, 2)
    assert file.read() == [(1, 1), (2, 2)]
