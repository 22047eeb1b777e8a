"""The line of Airflow that a file was written for, and how we know.

Whoever serves a name of an old line (`venturi.compat`) marks the importing module; a DAG takes the
mark of the module whose code made it. `airflow.sdk` anywhere in the file means the current line,
otherwise the oldest mark counts, and a file without any mark is new. `schedule_interval=` means
1.x/2.x manners wherever it stands. What an author says explicitly always wins over an era.
"""

import sys
from collections.abc import Iterator, MutableMapping
from types import FrameType
from typing import Any

from venturi.spec.model import Era

#: Where the mark lies in the namespace of a module; it dies with the module.
MARK = "__venturi_era__"

#: Frames of these packages stand between an author's line and us.
_OURS = ("venturi", "airflow", "importlib", "_frozen_importlib", "functools", "contextlib", "abc")


def mark(namespace: MutableMapping[str, Any], era: Era) -> None:
    """Remember in a module's `namespace` that it used a name of this era."""
    before: Era | None = namespace.get(MARK)
    if before is None or Era.V3 in {before, era}:
        namespace[MARK] = Era.V3 if before is Era.V3 else era
    else:
        namespace[MARK] = min(before, era)


def mark_importer(era: Era) -> None:
    """Mark the module that is importing a name right now; called by whoever serves that name."""
    frame = author_frame()
    if frame is not None:
        mark(frame.f_globals, era)


def era_of(namespace: MutableMapping[str, Any]) -> Era:
    """The era of the module with this namespace."""
    found: Era = namespace.get(MARK, Era.V3)
    return found


def author_frame() -> FrameType | None:
    """The innermost frame that runs neither our own code nor the import machinery's."""
    return next(_outside(sys._getframe(1)), None)


def author_place() -> tuple[str, int]:
    """File and line of the author's code that is running; ("", 0) when there is none."""
    frame = author_frame()
    return (frame.f_code.co_filename, frame.f_lineno) if frame else ("", 0)


def calling_era() -> Era:
    """The era of the module whose code is running."""
    frame = author_frame()
    return era_of(frame.f_globals) if frame else Era.V3


def _outside(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package not in _OURS:
            yield frame
        frame = frame.f_back
