"""The ledger: what the tasks themselves say has happened, kept outside of the engine.

`place` puts the notes' code into a home's DAG folder and tells its processes where the ledger is.
"""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.system.home import Home
from tests.torture import notes

#: For the top of a DAG file, after its own imports.
CODE = "from notes import fail_before, noted, note, work, work_until"


class Line(NamedTuple):
    """One note of a task process; `at` is on the machine's monotonic clock."""

    word: str  # start | end | fail | overlap
    ti: int
    dag: str
    run: str
    task: str
    map_index: int
    try_number: int
    pid: int
    at: float


class Execution(NamedTuple):
    """One process that worked on an instance; `word` tells how it ended: "" when it was killed."""

    start: Line
    word: str
    ended_at: float | None

    @property
    def ti(self) -> int:
        """The task instance."""
        return self.start.ti


class Ledger:
    """What the tasks of one home have noted."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def place(cls, home: Home) -> "Ledger":
        """A ledger for the tasks of a home that has not been started yet."""
        shutil.copyfile(notes.__file__, home.dags / "notes.py")
        ledger = cls(home.path / "ledger")
        home.env[notes.WHERE] = str(ledger.path)
        return ledger

    def lines(self) -> list[Line]:
        """All of it, in the order in which it was written."""
        if not self.path.exists():
            return []
        # The last line may be on its way: it counts when it is whole.
        whole = self.path.read_text().rpartition("\n")[0]
        return [_line(text) for text in whole.splitlines()]

    def count(self, word: str) -> int:
        """How many notes have this word."""
        return sum(line.word == word for line in self.lines())

    def executions(self) -> list[Execution]:
        """Every process that began, with how it ended."""
        return executions(self.lines())


def executions(lines: Sequence[Line]) -> list[Execution]:
    """Starts, each with the end that the same process noted for the same try."""
    ends: dict[tuple[int, int, int], Line] = {}
    for line in lines:
        if line.word in {"end", "fail"}:
            ends[line.ti, line.try_number, line.pid] = line
    found = []
    for line in lines:
        if line.word == "start":
            end = ends.get((line.ti, line.try_number, line.pid))
            found.append(Execution(line, end.word if end else "", end.at if end else None))
    return found


def _line(text: str) -> Line:
    values = json.loads(text)
    names = ("word", "ti", "dag", "run", "task", "index", "try", "pid", "at")
    return Line(*(values[name] for name in names))
