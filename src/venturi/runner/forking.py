"""Forking children that cannot outlive their parent and inherit nothing they should not."""

import ctypes
import gc
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def fork_child(run: Callable[[], None], keep: tuple[int, ...], *, group: bool = False) -> int:
    """Fork; the child closes every descriptor but stdio and `keep`, calls `run` and exits.

    The child dies with its parent (PDEATHSIG). With `group` it leads a session of its own, so that
    it can be killed with everything it starts. Returns the child's pid to the parent.
    """
    parent = os.getpid()
    # What stands in memory now is shared with the child for as long as nobody touches it.
    gc.freeze()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        gc.disable()
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the process in front
        if group:
            os.setsid()
        _close_all_but(keep)
        run()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        leave(code)


def signal_child(pid: int, number: int) -> None:
    """Send a signal to a child that leads a group; SIGKILL goes to all of that."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        if number == signal.SIGKILL:
            os.killpg(pid, signal.SIGKILL)


def leave(code: int) -> NoReturn:
    """End a forked child at once: its parent's clean-up is not its own."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        pass
    os._exit(code)


def _close_all_but(keep: tuple[int, ...]) -> None:
    low = 3
    for descriptor in sorted(keep):
        if descriptor >= low:
            os.closerange(low, descriptor)
            low = descriptor + 1
    os.closerange(low, _highest_descriptor() + 1)


def _highest_descriptor() -> int:
    """The highest open descriptor: closing up to the limit could mean a million calls."""
    try:
        return max(map(int, os.listdir("/proc/self/fd")), default=2)
    except OSError:
        return 4096


def reseed() -> None:
    """Give the child random numbers of its own; Python's `random` sees to that itself."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()
