"""Results on disk: all that were written, whatever happened after."""

import os
import struct
from pathlib import Path

import pytest

from tests.make import NOW
from venturi.core.attempts import Result
from venturi.core.messages import Called, Finished
from venturi.core.states import TaskState
from venturi.runner.journal import Journal


def result(ti_id: int) -> Finished:
    return Finished(ti_id=ti_id, epoch=1, at=NOW, result=Result(state=TaskState.SUCCESS))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal that is not there yet."""
    return Journal(tmp_path / "runner.journal")


def test_what_is_written_is_read_by_the_next(journal: Journal) -> None:
    entries: list[Finished | Called] = [result(1), Called(call_id=7, error="no"), result(2)]
    assert journal.read() == []
    for entry in entries:
        journal.append(entry)
    assert Journal(journal.path).read() == entries
    journal.clear()
    journal.clear()
    assert journal.read() == []


@pytest.mark.parametrize("left", [1, 3, 4, 5, 20])
def test_a_torn_last_entry_costs_itself_only(journal: Journal, left: int) -> None:
    journal.append(result(1))
    whole = journal.path.stat().st_size
    journal.append(result(2))
    os.truncate(journal.path, whole + left)
    assert journal.read() == [result(1)]


def test_what_is_written_after_a_torn_entry_is_read(journal: Journal) -> None:
    journal.append(result(1))
    with journal.path.open("ab") as file:
        file.write(b"\x40\x00\x00\x00torn")
    again = Journal(journal.path)
    assert again.read() == [result(1)]
    again.append(result(3))
    assert Journal(journal.path).read() == [result(1), result(3)]


def test_an_entry_of_another_version_is_left_out(journal: Journal) -> None:
    journal.append(result(1))
    with journal.path.open("ab") as file:
        file.write(struct.pack("<I", 1) + b"\xc0")
    journal.append(result(2))
    assert journal.read() == [result(1), result(2)]


def test_an_entry_that_the_disk_did_not_take_leaves_no_trace(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(result(1))
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", _no_space)
        with pytest.raises(OSError, match="No space"):
            journal.append(result(2))
    journal.append(result(3))
    assert journal.read() == [result(1), result(3)]


def test_a_write_in_pieces_is_completed(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    journal.append(result(1))
    assert journal.read() == [result(1)]


def _no_space(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_only_its_owner_reads_it(journal: Journal) -> None:
    journal.append(result(1))
    assert journal.path.stat().st_mode & 0o077 == 0
