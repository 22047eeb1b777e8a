"""The lines of a long-running process, for whoever watches it."""

import sys

from venturi.core.clock import Clock, SystemClock


def say(text: str, clock: Clock | None = None) -> None:
    """Write a line with the time (UTC) to standard output, at once."""
    stamp = (clock or SystemClock()).now().strftime("%Y-%m-%d %H:%M:%S")
    try:
        print(f"[{stamp}] {text}", flush=True)
    except BrokenPipeError:
        # Whoever watched has gone; the work goes on, and nobody hears about it.
        sys.stdout = sys.stderr
