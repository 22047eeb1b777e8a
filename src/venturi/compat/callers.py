"""Which file is asking for a name, and by which statement."""

import sys
from types import FrameType

#: Modules whose frames lie between an import statement and the table.
_BETWEEN = ("importlib", "_frozen_importlib", "venturi.compat")


def caller_of(frame: FrameType | None) -> FrameType | None:
    """The frame of the code that asks: neither the import system's nor ours."""
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module != "airflow" and not module.startswith(_BETWEEN):
            return frame
        frame = frame.f_back
    return None


def file_of(frame: FrameType) -> str:
    """The file the frame's code was written in."""
    return frame.f_code.co_filename


def is_import_statement(frame: FrameType) -> bool:
    """Whether the frame is just executing the `name` part of `from module import name`.

    There an `ImportError` can be raised with a text of our own; everywhere else a missing
    attribute has to be an `AttributeError`, which `hasattr`, `pickle` and `inspect` rely on.
    """
    from opcode import opmap

    at = frame.f_lasti
    return at >= 0 and frame.f_code.co_code[at] == opmap["IMPORT_FROM"]


def is_only_looking() -> bool:
    """Whether `importlib.util.find_spec` asks, which wants None for what is not there."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module == "importlib.util":
            return True
        if not module.startswith((*_BETWEEN, "airflow")):
            return False
        frame = frame.f_back
    return False
