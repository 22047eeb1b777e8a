"""Run a program and log what it prints."""

import logging
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from venturi.batteries.processes import ProcessGroup
from venturi.sdk.exceptions import AirflowException

#: Lines kept for the message of a failure.
_KEPT = 5


class SubprocessResult(NamedTuple):
    """Exit code (negative: the signal that ended the program) and last line of the output."""

    exit_code: int
    output: str


class SubprocessHook:
    """Runs one program at a time.

    `last_lines` holds the end of the last program's output.
    """

    def __init__(self) -> None:
        self.log = logging.getLogger("airflow.task.hooks.subprocess")
        self.last_lines: deque[str] = deque(maxlen=_KEPT)
        self._running: ProcessGroup | None = None

    def run_command(
        self,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        output_encoding: str = "utf-8",
        cwd: str | None = None,
    ) -> SubprocessResult:
        """Run `command` until it ends; each line it prints becomes a line of the task's log.

        `env` replaces the environment (None: as this process). Without `cwd` it runs in an empty
        folder of its own, which is removed afterwards. When this process is killed, the program
        and everything it started is killed too.
        """
        self.last_lines.clear()
        with _folder(cwd) as folder:
            try:
                group = ProcessGroup(list(command), env=env, cwd=folder)
            except FileNotFoundError as error:
                raise AirflowException(
                    f"The program {command[0]!r} was not found on PATH; install it or give its "
                    "full path."
                ) from error
            with group:
                self._running = group
                try:
                    for line in group.lines(output_encoding):
                        self.last_lines.append(line)
                        self.log.info("%s", line)
                    exit_code = group.wait()
                finally:
                    self._running = None
        return SubprocessResult(exit_code, self.last_lines[-1] if self.last_lines else "")

    def send_sigterm(self) -> None:
        """End the running program and everything it started: SIGTERM, after a grace SIGKILL."""
        if self._running is not None:
            self.log.info("Ending the processes of group %s.", self._running.pid)
            self._running.terminate()


@contextmanager
def _folder(cwd: str | None) -> Iterator[str]:
    """The folder to run in; see `SubprocessHook.run_command`."""
    if cwd is not None:
        yield cwd
        return
    folder = tempfile.mkdtemp(prefix="airflowtmp")
    try:
        yield folder
    finally:
        try:
            os.rmdir(folder)  # noqa: PTH106
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
