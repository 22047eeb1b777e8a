"""The bridge as the worker's Celery process has it: a child, and a wire."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from venturi.executors.celery.bridge import LEAVING, Identity
from venturi.executors.celery.inside import Leave, ToBridge, ToMain
from venturi.runner.wire import Wire, WireClosed, pair

#: Seconds that a bridge may need to end what runs and to tell of it.
PATIENCE = LEAVING + 15.0


class BridgeProcess:
    """Started, and started again. `drain`: seconds that a warm shutdown waits, 0 for ever."""

    def __init__(self, folder: Path, who: Identity, key: bytes, drain: float) -> None:
        self.folder, self.who, self.key, self.drain = folder, who, key, drain
        self.wire: Wire[ToMain]
        self._process: subprocess.Popen[bytes]

    def start(self) -> None:
        """Start a bridge for this worker."""
        ours, theirs = pair()
        with theirs, (self.folder / "bridge.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "venturi.executors.celery.bridge",
                    str(theirs.fileno()),
                    str(self.folder),
                    msgspec.json.encode(self.who).decode(),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
                env=os.environ.copy(),
            )
        self.wire = Wire(ours, ToMain)

    def send(self, message: ToBridge) -> None:
        """Say something; hearing finds out when nobody is there."""
        with suppress(WireClosed, OSError):
            self.wire.send(message)

    def heard(self) -> Iterator[ToMain | None]:
        """What the bridge has said; None when it has gone."""
        try:
            yield from self.wire.read()
        except WireClosed:
            self.wire.close()
            yield None

    def leave(self, order: Leave) -> None:
        """Have it tell what is left to tell, and wait for its end."""
        self.send(order)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.wire.close()
