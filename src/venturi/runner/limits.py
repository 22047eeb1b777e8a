"""What ends a task from outside while it runs: its time limit, and SIGTERM."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

from venturi.core.clock import SystemClock
from venturi.sdk.exceptions import AirflowTaskTerminated, AirflowTaskTimeout

#: Seconds that `on_kill` may take when the time is over: longer than the grace of a program.
KILL_TIME = 30.0


@contextmanager
def time_limit(limit: timedelta | None, on_kill: Callable[[], Any]) -> Iterator[None]:
    """Inside the block, when it takes longer than `limit`: `on_kill`, then `AirflowTaskTimeout`.

    Works in the main thread only, as signals do; elsewhere the limit is not watched, and the log
    says so.
    """
    if limit is None:
        yield
        return
    seconds = limit.total_seconds()
    if seconds <= 0:
        raise AirflowTaskTimeout(f"execution_timeout is {limit}, which leaves no time at all.")
    if not _in_main_thread():
        logging.getLogger(__name__).warning(
            "execution_timeout is not watched: the task does not run in the main thread."
        )
        yield
        return

    over = AirflowTaskTimeout(f"The task took longer than its execution_timeout of {limit}.")
    told = False

    def ring(_signal: int, _frame: FrameType | None) -> None:
        nonlocal told
        if not told:
            told = True
            signal.setitimer(signal.ITIMER_REAL, KILL_TIME, 1.0)  # rings inside a hanging on_kill
            try:
                _kill(on_kill)
            except AirflowTaskTimeout:
                logging.getLogger("airflow.task").warning("on_kill took too long: left alone.")
            finally:
                signal.setitimer(signal.ITIMER_REAL, 1.0, 1.0)
        raise over

    clock = SystemClock()
    began = clock.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    # Again every second: user code that swallows the first one does not get away with it.
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:  # an alarm of somebody else's goes on
            rest = max(0.001, left - (clock.monotonic() - began))
            signal.setitimer(signal.ITIMER_REAL, rest, interval)


@contextmanager
def termination(on_kill: Callable[[], Any]) -> Iterator[None]:
    """On SIGTERM inside the block call `on_kill`, then raise `AirflowTaskTerminated`."""
    if not _in_main_thread():
        yield
        return

    def end(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: on_kill must come through
        logging.getLogger("airflow.task").warning("SIGTERM received: ending the task.")
        _kill(on_kill)
        raise AirflowTaskTerminated("The task was told to end (SIGTERM).")

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _kill(on_kill: Callable[[], Any]) -> None:
    try:
        on_kill()
    except Exception:
        logging.getLogger("airflow.task").exception("on_kill failed")


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
