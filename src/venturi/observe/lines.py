"""The lines of a long-running process, for whoever watches it."""

import json
import sys
from typing import NamedTuple

from venturi.core.clock import Clock, SystemClock

#: Severities, as Python's logging numbers them.
LEVELS = {
    "NOTSET": 0,
    "DEBUG": 10,
    "INFO": 20,
    "WARN": 30,
    "WARNING": 30,
    "ERROR": 40,
    "FATAL": 50,
    "CRITICAL": 50,
}


class Manner(NamedTuple):
    """How this process speaks."""

    #: one JSON object per line
    json: bool = False
    #: less severe lines are not written
    level: str = "INFO"
    #: who speaks
    component: str = ""


_manner = [Manner()]


def speak(manner: Manner) -> None:
    """From now on, this process speaks so."""
    _manner[0] = manner


def say(text: str, clock: Clock | None = None, level: str = "INFO") -> None:
    """Write a line with the time (UTC) to standard output, at once."""
    manner = _manner[0]
    if LEVELS[level] < LEVELS.get(manner.level, 0):
        return
    now = (clock or SystemClock()).now()
    if manner.json:
        line = json.dumps(
            {
                "timestamp": now.isoformat().replace("+00:00", "Z"),
                "level": level.lower(),
                "logger": f"venturi.{manner.component}" if manner.component else "venturi",
                "event": text,
            },
            ensure_ascii=False,
        )
    else:
        line = f"[{now.strftime('%Y-%m-%d %H:%M:%S')}] {text}"
    try:
        print(line, flush=True)
    except BrokenPipeError:
        # Whoever watched has gone; the work goes on, and nobody hears about it.
        sys.stdout = sys.stderr
