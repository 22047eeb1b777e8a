"""A program ends with everything it started, however its task ends."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.batteries.make import is_alive, wait_until, written_pid
from venturi.batteries.processes import ProcessGroup

#: A program with a child that both write who they are and then wait for ever.
_PAIR = (
    "trap '' {trap}; (sleep 1000 & echo $! > {folder}/child; wait) & echo $$ > {folder}/own; wait"
)


def pair(folder: Path, trap: str = "USR1") -> list[str]:
    return ["bash", "-c", _PAIR.format(folder=folder, trap=trap)]


def test_output_comes_line_by_line_while_the_program_runs(tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    with ProcessGroup(["bash", "-c", f"echo one; read -r word < {gate}; echo two $word"]) as group:
        lines = group.lines()
        assert next(lines) == "one"
        gate.write_text("more\n")
        assert list(lines) == ["two more"]
        assert group.wait() == 0


def test_errors_are_in_the_output_and_undecodable_bytes_are_escaped() -> None:
    with ProcessGroup(["bash", "-c", r"echo err >&2; printf 'a\xffb'"]) as group:
        assert list(group.lines()) == ["err", r"a\xffb"]
        assert group.wait() == 0


def test_a_signal_shows_as_a_negative_exit_code() -> None:
    with ProcessGroup(["bash", "-c", "kill -9 $$"]) as group:
        assert list(group.lines()) == []
        assert group.wait() == -signal.SIGKILL


def test_ending_reaches_what_the_program_started(tmp_path: Path) -> None:
    with ProcessGroup(pair(tmp_path)) as group:
        own, child = written_pid(tmp_path / "own"), written_pid(tmp_path / "child")
        group.terminate()
        assert not is_alive(own)
        wait_until(lambda: not is_alive(child), "end of the child")


def test_what_ignores_sigterm_is_killed_after_the_grace(tmp_path: Path) -> None:
    with ProcessGroup(pair(tmp_path, trap="TERM"), grace=0.2) as group:
        own, child = written_pid(tmp_path / "own"), written_pid(tmp_path / "child")
        group.terminate()
        wait_until(lambda: not is_alive(own) and not is_alive(child), "end of both")


def test_an_exception_in_the_block_ends_the_group(tmp_path: Path) -> None:
    def fail_while_it_runs() -> None:
        with ProcessGroup(pair(tmp_path)):
            written_pid(tmp_path / "child")
            raise KeyError("anything")

    with pytest.raises(KeyError):
        fail_while_it_runs()
    child = written_pid(tmp_path / "child")
    wait_until(lambda: not is_alive(child), "end of the child")


def test_a_program_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    program = (
        "from venturi.batteries.processes import ProcessGroup\n"
        f"with ProcessGroup({pair(tmp_path, trap='TERM')!r}) as group:\n"
        "    list(group.lines())\n"
    )
    starter = subprocess.Popen([sys.executable, "-c", program])
    try:
        own, child = written_pid(tmp_path / "own"), written_pid(tmp_path / "child")
        starter.kill()
        starter.wait()
        wait_until(lambda: not is_alive(own) and not is_alive(child), "end of both")
    finally:
        starter.kill()


def test_what_a_command_leaves_behind_on_purpose_outlives_its_task(tmp_path: Path) -> None:
    left = tmp_path / "left"
    program = (
        "from venturi.batteries.processes import ProcessGroup\n"
        f"command = 'sleep 1000 > /dev/null 2>&1 & echo $! > {left}'\n"
        "with ProcessGroup(['bash', '-c', command]) as group:\n"
        "    list(group.lines())\n"
        "    assert group.wait() == 0\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
    pid = written_pid(left)
    try:
        assert is_alive(pid)
    finally:
        os.kill(pid, signal.SIGKILL)


def test_no_descriptor_is_left_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with ProcessGroup(["true"]) as group:
        list(group.lines())
        group.wait()
    with pytest.raises(FileNotFoundError):
        ProcessGroup(["no-such-program-anywhere"])
    assert len(list(Path("/proc/self/fd").iterdir())) == before
