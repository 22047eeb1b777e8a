"""A grid's cells as few bytes: one letter a cell; pure.

A thousand tasks by 25 runs are 25,000 cells: written out, their states would be most of the answer,
and most of what a browser does before it shows anything.
"""

from collections.abc import Mapping, Sequence

import msgspec

from venturi.store.queries.grid import Cell

#: The letter of the first state, and what stands for a task that the run has not, and for counts.
FIRST = ord("a")
ABSENT, COUNTED = ".", "#"


class Cells(msgspec.Struct, frozen=True, kw_only=True):
    """Cells of several runs.

    `rows` has, by run id, a letter for each task: `a` is the first of `states`, `b` the second;
    a task that is not in the run is `.`; a mapped one is `#`, and `counts` has, by run id and place,
    how many of its instances are in which state.
    """

    states: list[str]
    rows: dict[str, str]
    counts: dict[str, dict[int, dict[str, int]]]


def packed(names: Sequence[str], found: Mapping[str, Mapping[str, Cell]]) -> Cells:
    """The cells of these tasks, in their order, by run id."""
    letters: dict[str | None, str] = {None: ABSENT}
    counts: dict[str, dict[int, dict[str, int]]] = {}
    rows = {}
    for run_id, cells in found.items():
        row = []
        for place, cell in enumerate(map(cells.get, names)):
            if isinstance(cell, dict):
                counts.setdefault(run_id, {})[place] = cell
                row.append(COUNTED)
            else:
                letter = letters.get(cell)
                if letter is None:
                    letter = letters[cell] = chr(FIRST + len(letters) - 1)
                row.append(letter)
        rows[run_id] = "".join(row)
    states = [state for state in letters if state is not None]
    return Cells(states=states, rows=rows, counts=counts)
