"""Run ids: how they are written, and what may be one."""

import re
from datetime import datetime

from venturi.core.errors import InvalidInput
from venturi.core.states import RunType

_ALLOWED = re.compile(r"[A-Za-z0-9_.~:+-]{1,250}")
_ID = re.compile(r"[\w.-]{1,250}")


def run_id(run_type: RunType, at: datetime) -> str:
    """The id of a run of this type, e.g. `scheduled__2026-11-22T08:30:00+00:00`."""
    return f"{run_type}__{at.isoformat()}"


def check_run_id(text: str) -> str:
    """Return `text` if it may be a run id, else raise `InvalidInput`."""
    if not _ALLOWED.fullmatch(text) or ".." in text:
        raise InvalidInput(
            f"Run id {text!r} cannot be used: 1 to 250 letters, digits or any of _ . ~ : + - "
            "(and no two dots in a row)."
        )
    return text


def check_id(kind: str, text: str) -> str:
    """Return `text` if it may name a DAG or task, else raise `InvalidInput` naming `kind`."""
    if not _ID.fullmatch(text):
        raise InvalidInput(
            f"{kind} {text!r} cannot be used: 1 to 250 letters, digits, dashes, dots or "
            "underscores."
        )
    return text
