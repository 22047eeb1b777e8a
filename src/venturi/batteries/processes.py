"""A program and everything it started, ended together.

A program runs in a process group of its own. Asked to end, the group gets SIGTERM, and SIGKILL
after a grace. If the process that started it is killed itself, the kernel ends the group: the
program holds the reading end of a pipe whose writing end only the starter has, and the end of the
last writer is an I/O event for which the kernel was told to send SIGKILL to the group. That costs
a few system calls, and the program is still started by vfork (a `preexec_fn` would need a full
fork, and PR_SET_PDEATHSIG would reach the program but not what it started).
"""

import fcntl
import os
import select
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Self

from venturi.core.clock import SystemClock

#: Seconds between SIGTERM and SIGKILL for a program whose task is ended.
GRACE = 20.0

#: Programs and scripts use low descriptors for themselves; ours stays out of their way.
_GUARD_DESCRIPTOR = 200

#: Linux: the signal to send for an I/O event (Python names it from 3.13 on).
_F_SETSIG = 10

_CHUNK = 65_536

#: A line longer than this is cut into several, so that output without line ends cannot fill memory.
_LONGEST_LINE = 1 << 20


class ProcessGroup:
    """A running program with its output.

    `arguments` is the command line, `env` its environment (None: that of this process), `cwd` its
    folder. Standard error goes where standard output goes. Use it as a context manager: leaving
    the block with an exception ends the group.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        grace: float = GRACE,
    ) -> None:
        self._grace = grace
        self._clock = SystemClock()
        guard, lifeline = _guard_pipe()
        try:
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                env=env,
                cwd=cwd,
                start_new_session=True,
                pass_fds=() if guard is None else (guard,),
            )
        except BaseException:
            _close(guard, lifeline)
            raise
        self._guard, self._lifeline = guard, lifeline
        self._arm()

    @property
    def pid(self) -> int:
        """Process id of the program, and id of its group."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """Exit code (negative: the signal that ended it), None while it runs."""
        return self._process.poll()

    def lines(self, encoding: str = "utf-8") -> Iterator[str]:
        """The output line by line, as it comes, without line ends; what cannot be decoded is
        written as backslash escapes."""
        stdout = self._process.stdout
        assert stdout is not None
        rest = b""
        while chunk := os.read(stdout.fileno(), _CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.decode(encoding, "backslashreplace").rstrip()
            if len(rest) > _LONGEST_LINE:
                yield rest.decode(encoding, "backslashreplace")
                rest = b""
        if rest:
            yield rest.decode(encoding, "backslashreplace").rstrip()

    def wait(self) -> int:
        """Wait until the program has ended; its exit code (negative: the signal that ended it)."""
        self._await_exit(None)
        code = self._process.wait()
        self.close()
        return code

    def terminate(self) -> None:
        """End the whole group: SIGTERM, then SIGKILL after the grace.

        May be called from a signal handler, at any moment of the other methods.
        """
        # The alarm of a task's time limit goes on ringing: it must not cut this short.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        try:
            self._end()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _end(self) -> None:
        if not self._signal(signal.SIGTERM):
            return
        deadline = self._clock.monotonic() + self._grace
        self._await_exit(self._grace)
        self._process.poll()
        # What the program started may outlive it, and is told apart from nothing only by asking.
        while self._signal(0) and (left := deadline - self._clock.monotonic()) > 0:
            select.select((), (), (), min(0.02, left))
            self._process.poll()
        self._signal(signal.SIGKILL)
        self._await_exit(1.0)
        self._process.poll()

    def close(self) -> None:
        """Let go of the program: from now on it may outlive this process."""
        guard, lifeline = self._guard, self._lifeline
        self._guard = self._lifeline = None
        if guard is not None:
            # A background process that the command left on purpose must not be killed by it.
            fcntl.fcntl(guard, fcntl.F_SETFL, 0)
        _close(guard, lifeline)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is not None or self._process.poll() is None:
                self.terminate()
        finally:  # a time limit that rang meanwhile is heard at the end of `terminate`
            self.close()

    # ---------------------------------------------------------------------------------------

    def _arm(self) -> None:
        if self._guard is None:
            return
        try:
            fcntl.fcntl(self._guard, fcntl.F_SETOWN, -self._process.pid)
            fcntl.fcntl(self._guard, _F_SETSIG, signal.SIGKILL)
            fcntl.fcntl(self._guard, fcntl.F_SETFL, os.O_ASYNC)
        except OSError:
            # The program has ended already, or this kernel has no such events: nothing to guard.
            guard, lifeline = self._guard, self._lifeline
            self._guard = self._lifeline = None
            _close(guard, lifeline)

    def _signal(self, number: int) -> bool:
        """Whether there was anybody in the group to get it."""
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _await_exit(self, seconds: float | None) -> None:
        """Wait until the program has ended (and is perhaps not yet reaped), or time is over."""
        if self._process.returncode is not None:
            return
        try:
            descriptor = os.pidfd_open(self._process.pid)
        except OSError:
            return  # reaped by somebody else, or a system without it: `wait` will do
        try:
            watch = select.poll()
            watch.register(descriptor, select.POLLIN)
            watch.poll(None if seconds is None else max(0, round(seconds * 1000)))
        finally:
            os.close(descriptor)


def _guard_pipe() -> tuple[int | None, int | None]:
    """A pipe's ends: for the program (in a high place), and for this process."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    try:
        high = fcntl.fcntl(reading, fcntl.F_DUPFD_CLOEXEC, _GUARD_DESCRIPTOR)
    except OSError:  # a very low limit of open files
        _close(reading, writing)
        return None, None
    os.close(reading)
    return high, writing


def _close(*descriptors: int | None) -> None:
    for descriptor in descriptors:
        if descriptor is not None:
            os.close(descriptor)
