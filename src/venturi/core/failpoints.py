"""Named points where a test may have a process die, stall or fail.

Off, a point costs one comparison. `VENTURI_FAILPOINTS` turns them on in the processes that inherit
it: `NAME=ACTION[:ARGUMENT][@TURN]`, several separated by `;`. The action happens once in a process,
when the point is reached for the TURN-th time (1, unless said). `record=FILE` notes the name of
every point that is reached; with `once=FILE` only the first process that comes to an action makes
it happen, and the file tells that it did.

    VENTURI_FAILPOINTS='after scheduler.step:Stepper.step=kill@3;runner.accepted=sleep:0.5'
"""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

VARIABLE = "VENTURI_FAILPOINTS"
RECORD, ONCE = "record", "once"


class Failed(Exception):
    """A failpoint was told to raise."""


class BadFailpoint(ValueError):
    """The variable cannot be read."""


class Trap(NamedTuple):
    """What happens at a point, and at which turn."""

    action: str
    argument: str
    turn: int


def _raise(argument: str) -> None:
    raise Failed(argument or "a failpoint was told to raise")


#: What can happen. `exit` leaves without any cleaning up; `stop` freezes until somebody thaws.
ACTIONS: Mapping[str, Callable[[str], object]] = {
    "exit": lambda argument: os._exit(int(argument or 70)),
    "kill": lambda _: os.kill(os.getpid(), signal.SIGKILL),
    "stop": lambda _: os.kill(os.getpid(), signal.SIGSTOP),
    "sleep": lambda argument: time.sleep(float(argument or 1)),
    "raise": _raise,
}


class Failpoints:
    """The traps of a process, and how often each point was reached."""

    def __init__(
        self,
        text: str,
        actions: Mapping[str, Callable[[str], object]] = ACTIONS,
    ) -> None:
        self.actions = actions
        self.record = self.once = ""
        self.traps: dict[str, Trap] = {}
        self.turns: Counter[str] = Counter()
        for word in filter(None, (part.strip() for part in text.split(";"))):
            self._set(word)

    def _set(self, word: str) -> None:
        name, equals, what = word.rpartition("=")
        if name == RECORD:
            self.record = what
            return
        if name == ONCE:
            self.once = what
            return
        what, _, turn = what.partition("@")
        action, _, argument = what.partition(":")
        if not equals or action not in self.actions or not (turn or "1").isdigit():
            raise BadFailpoint(
                f"{VARIABLE}: {word!r} is not NAME=ACTION[:ARGUMENT][@TURN] with one of the actions"
                f" {', '.join(self.actions)}"
            )
        self.traps[name] = Trap(action, argument, int(turn or 1))

    def reach(self, name: str) -> None:
        """A point is reached: do what was asked for, if this is its turn."""
        if self.record:
            _append(self.record, name)
        trap = self.traps.get(name)
        if trap is None:
            return
        self.turns[name] += 1
        if self.turns[name] == trap.turn and (not self.once or _is_first(self.once, name)):
            sys.stderr.write(f"failpoint: {name}: {trap.action} {trap.argument}\n")
            sys.stderr.flush()
            self.actions[trap.action](trap.argument)


def _append(path: str, name: str, flags: int = 0) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | flags, 0o600)
    try:
        os.write(file, f"{name}\n".encode())
    finally:
        os.close(file)


def _is_first(path: str, name: str) -> bool:
    try:
        _append(path, name, os.O_EXCL)
    except FileExistsError:
        return False
    return True


class _Process:
    """This process' failpoints; read from the environment when the first point is reached."""

    points: Failpoints | None = None
    is_read = False


def armed() -> Failpoints | None:
    """The failpoints of this process; None when there are none, which is the rule."""
    if not _Process.is_read:
        _Process.is_read = True
        text = os.environ.get(VARIABLE, "")
        _Process.points = Failpoints(text) if text else None
    return _Process.points


def reach(name: str) -> None:
    """A point of this name is here."""
    points = armed()
    if points is not None:
        points.reach(name)
