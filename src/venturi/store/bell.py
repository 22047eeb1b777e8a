"""The scheduler's bell: whoever has changed something in the database rings it.

A datagram to a Unix socket. It carries hints (which DAG, which run) and no truth: a lost ring
costs a few seconds until the scheduler's own round, a ring too many costs a look.
"""

import socket
from contextlib import suppress
from pathlib import Path

import msgspec

from venturi.config.paths import run_dir


class Ring(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What has changed, as far as the ringer knows. All empty: look everywhere."""

    dag_ids: tuple[str, ...] = ()
    run_ids: tuple[int, ...] = ()  # dag_run.id
    #: file to read again at once
    path: str = ""
    pools: bool = False


def bell_path(run_dir: Path) -> Path:
    """Where the bell hangs."""
    return run_dir / "scheduler.bell"


def ring(run_dir: Path, note: Ring | None = None) -> bool:
    """Wake the scheduler; False when none listens (which is no error)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bell:
        bell.setblocking(False)
        try:
            bell.sendto(msgspec.json.encode(note or Ring()), str(bell_path(run_dir)))
        except OSError:
            return False
    return True


class Bell:
    """The listening side."""

    def __init__(self, run_dir: Path) -> None:
        self.path = bell_path(run_dir)
        self.path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.bind(str(self.path))
        self.path.chmod(0o600)
        self.inode = self.path.stat().st_ino

    def fileno(self) -> int:
        """For the selector."""
        return self.socket.fileno()

    def answer(self) -> list[Ring]:
        """All rings since the last look; an unreadable one counts as "look everywhere"."""
        rings: list[Ring] = []
        while True:
            try:
                data = self.socket.recv(65536)
            except BlockingIOError:
                return rings
            try:
                rings.append(msgspec.json.decode(data, type=Ring))
            except msgspec.DecodeError:
                rings.append(Ring())

    def close(self) -> None:
        """Take the bell down, unless another scheduler's hangs there by now."""
        self.socket.close()
        with suppress(FileNotFoundError):
            if self.path.stat().st_ino == self.inode:
                self.path.unlink()


def ring_here(note: Ring) -> bool:
    """Ring the bell of the configured home."""
    return ring(run_dir(), note)
