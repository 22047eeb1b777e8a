"""Failpoints: what can be asked for, what happens, and that nothing happens when nobody asked."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from venturi.core import failpoints
from venturi.core.failpoints import VARIABLE, BadFailpoint, Failed, Failpoints, Trap


class Acts:
    """Actions that only note what they were told."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.table = {"kill": self._note, "sleep": self._note}

    def _note(self, argument: str) -> None:
        self.done.append(argument)


def test_a_trap_springs_once_at_its_turn(capsys: pytest.CaptureFixture[str]) -> None:
    acts = Acts()
    points = Failpoints("a=kill:x@3; b=sleep:0.5", acts.table)
    assert points.traps == {"a": Trap("kill", "x", 3), "b": Trap("sleep", "0.5", 1)}
    for _ in range(5):
        points.reach("a")
    assert acts.done == ["x"]
    points.reach("b")
    points.reach("unheard of")
    assert acts.done == ["x", "0.5"]
    assert "failpoint: a: kill x" in capsys.readouterr().err


def test_a_name_may_hold_what_commits_are_called() -> None:
    points = Failpoints("before scheduler.step:Stepper.step=kill@2", Acts().table)
    assert list(points.traps) == ["before scheduler.step:Stepper.step"]


def test_every_point_can_be_recorded(tmp_path: Path) -> None:
    points = Failpoints(f"record={tmp_path / 'reached'}")
    points.reach("a")
    points.reach("b")
    assert (tmp_path / "reached").read_text() == "a\nb\n"


def test_one_process_of_several_springs_a_trap(tmp_path: Path) -> None:
    acts, mark = Acts(), tmp_path / "sprung"
    for _process in range(2):
        Failpoints(f"a=kill;once={mark}", acts.table).reach("a")
    assert acts.done == [""]
    assert mark.read_text() == "a\n"


@pytest.mark.parametrize("text", ["a", "a=dance", "a=kill@often", "=", "a=kill@1@2"])
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(BadFailpoint, match=VARIABLE):
        Failpoints(text)


def test_raise_raises() -> None:
    with pytest.raises(Failed, match="boo"):
        Failpoints("a=raise:boo").reach("a")


def test_the_environment_is_read_when_the_first_point_is_reached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(failpoints._Process, "is_read", False)
    monkeypatch.setattr(failpoints._Process, "points", None)
    monkeypatch.setenv(VARIABLE, "a=raise")
    with pytest.raises(Failed, match="told to raise"):
        failpoints.reach("a")
    monkeypatch.setenv(VARIABLE, "b=raise")
    failpoints.reach("b")  # read once


def test_nothing_happens_when_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failpoints._Process, "is_read", False)
    monkeypatch.setattr(failpoints._Process, "points", None)
    monkeypatch.delenv(VARIABLE, raising=False)
    failpoints.reach("a")
    assert failpoints.armed() is None


@pytest.mark.parametrize(
    ("action", "code"), [("exit", 70), ("exit:3", 3), ("kill", -signal.SIGKILL), ("sleep:0", 0)]
)
def test_a_process_ends_as_told(action: str, code: int) -> None:
    program = "from venturi.core.failpoints import reach; reach('here')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, VARIABLE: f"here={action}"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == code
    assert b"failpoint: here" in done.stderr
