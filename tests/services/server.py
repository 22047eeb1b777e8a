"""A server that tests need: found running, or a private one that belongs to us.

`start`, `stop`, `kill` (SIGKILL: nothing is flushed) and `restart` are for private ones. A server
that was there already is used and left alone.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import psutil

LOOPBACK = "127.0.0.1"


class ServiceMissing(Exception):
    """The server cannot be had on this machine; the message says why and what would help."""


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


class Server:
    """One server. Subclasses say which programs make it, how it starts and when it answers."""

    #: its name in `service(name)` and in VENTURI_TEST_<NAME>
    name: ClassVar[str]
    #: the Debian package that holds its programs
    package: ClassVar[str]
    usual_port: ClassVar[int]
    #: what asks it to end in an orderly manner
    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM
    #: seconds that a start may take on a busy machine
    patience: ClassVar[float] = 60

    def __init__(
        self, port: int | None = None, *, private: bool = True, folder: Path | None = None
    ) -> None:
        self.port = port or (free_port() if private else self.usual_port)
        self.private = private
        self.process: subprocess.Popen[bytes] | None = None
        self._folder = folder

    # --- what subclasses say ----------------------------------------------------------------

    @classmethod
    def missing_program(cls) -> str | None:
        """The name of a program that is not on this machine; None when all are."""
        raise NotImplementedError

    @property
    def url(self) -> str:
        """Where it is, as users write it."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it serves us at this moment."""
        raise NotImplementedError

    def may_be_shared(self) -> bool:
        """Whether a server that somebody else started serves us as tests need it."""
        return self.answers()

    def _prepare(self) -> None:
        """Make its data, once."""

    def _command(self) -> Sequence[str | Path]:
        """What starts it in the foreground."""
        raise NotImplementedError

    def _environment(self) -> dict[str, str]:
        return {}

    # --- life --------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Its temporary folder: data, socket, log."""
        if self._folder is None:
            # A socket's path may have 107 characters: pytest's own folders are too deep.
            self._folder = Path(tempfile.mkdtemp(prefix=f"vs-{self.name[:2]}-")).resolve()
        return self._folder

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.folder / "server.log"

    def start(self) -> Self:
        """Start it, with the data it had before, and wait until it answers."""
        self._must_be_ours()
        if self.process is not None:
            raise RuntimeError(f"this {self.name} runs already")
        if not (self.folder / "prepared").exists():
            self._prepare()
            (self.folder / "prepared").touch()
        self.process = self._popen(self._command())
        self._wait_until(self.answers, "answer")
        return self

    def stop(self) -> None:
        """End it in an orderly manner; its data stays until `remove`."""
        self._must_be_ours()
        if self.process is None:
            return
        family = self._family()
        self.process.send_signal(self.stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(30)
        self._end(family)

    def kill(self) -> None:
        """End it and all its processes with SIGKILL, in the middle of whatever it does."""
        self._must_be_ours()
        if self.process is not None:
            self._end(self._family())

    def restart(self) -> Self:
        """Stop and start again, on the same port with the same data."""
        self.stop()
        return self.start()

    def remove(self) -> None:
        """End it and delete its data."""
        if self.private:
            self.kill()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()

    # --- processes ---------------------------------------------------------------------------

    def _must_be_ours(self) -> None:
        if not self.private:
            raise RuntimeError(
                f"the {self.name} at port {self.port} is not ours: start a private one"
            )

    def _popen(
        self, command: Sequence[str | Path], user: str | None = None
    ) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env={**os.environ, **self._environment()},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                group=None if user is None else pwd.getpwnam(user).pw_gid,
                extra_groups=None if user is None else [],
            )

    def _run(self, command: Sequence[str | Path], user: str | None = None) -> None:
        process = self._popen(command, user)
        if process.wait(self.patience) != 0:
            raise ServiceMissing(f"{Path(command[0]).name} failed:\n{self._tail()}")

    def _wait_until(self, ready: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + self.patience
        while not ready():
            if self.process is not None and self.process.poll() is not None:
                self.process = None
                raise ServiceMissing(f"a private {self.name} ended at once:\n{self._tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServiceMissing(
                    f"a private {self.name} did not {what} within {self.patience:.0f} s:\n"
                    f"{self._tail()}"
                )
            time.sleep(0.05)

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def _family(self) -> list[psutil.Process]:
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):
            parent = psutil.Process(self.process.pid)
            return [parent, *parent.children(recursive=True)]
        return []

    def _end(self, family: list[psutil.Process]) -> None:
        for member in family:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        assert self.process is not None
        self.process.wait(30)
        self.process = None
        psutil.wait_procs(family, timeout=30)


def program(name: str, *folders: Path) -> Path | None:
    """Where a program is: in one of these folders, on PATH, or where administrators' ones are."""
    for folder in folders:
        if os.access(folder / name, os.X_OK):
            return folder / name
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")
    return None if found is None else Path(found)


def need(name: str, *folders: Path) -> Path:
    """Like `program`, for one that must be there."""
    found = program(name, *folders)
    if found is None:
        raise ServiceMissing(f"the program {name} is not installed")
    return found
