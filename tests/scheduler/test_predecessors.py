"""Runners that an earlier scheduler has left behind, draining."""

import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from venturi.core.clock import SystemClock
from venturi.core.messages import Ack, Beat, Draining, FromScheduler, Hello, Welcome
from venturi.core.wire import Message
from venturi.runner.wire import Wire
from venturi.scheduler.predecessors import Predecessors

SILENT = """
import socket, sys, time
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("listens", flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    # A socket's path may have 107 characters: pytest's own folders are too deep.
    with tempfile.TemporaryDirectory(prefix="vp-") as name:
        yield Path(name)


def predecessors(folder: Path, patience: float = 20.0) -> Predecessors:
    def welcome() -> Welcome:
        return Welcome(term=3, scheduler="me", capacity=1)

    return Predecessors(folder, welcome, SystemClock(), patience)


class Runner(threading.Thread):
    """The runner's end: answers a greeting, keeps what it hears."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.heard: list[Message] = []
        self.start()

    def run(self) -> None:
        connection, _ = self.listener.accept()
        wire: Wire[FromScheduler] = Wire(connection, FromScheduler)
        wire.send(Hello(runner_id="r", hostname="h", pid=1))
        self.heard.append(wire.receive())
        wire.send(Beat())
        wire.send(Draining(attempts=((7, 2),), calls=(5,)))
        self.heard.append(wire.receive())
        wire.socket.close()
        self.listener.close()


def test_one_that_answers_is_greeted_and_heard(folder: Path) -> None:
    runner, found = Runner(folder / "123.sock"), predecessors(folder)
    (one,) = found.find()
    assert [type(each) for each in one.said] == [Hello, Beat]
    assert found.answer_for(7, 2) and not found.answer_for(7, 3)
    assert found.answer_for_call(5) and not found.answer_for_call(6)
    found.send(Ack(keys=((7, 2),)))
    runner.join(20)
    assert [type(each) for each in runner.heard] == [Welcome, Ack]
    found.drop(one)
    assert not found.answer_for(7, 2)


def test_what_a_dead_one_left_is_cleared_away(folder: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(folder / "123.sock"))
    dead.close()
    assert not list(predecessors(folder).find())
    assert not list(folder.iterdir())


def test_other_sockets_are_left_alone(folder: Path) -> None:
    (folder / "runner.sock").touch()
    assert not list(predecessors(folder).find())
    assert (folder / "runner.sock").exists()


def test_one_that_does_not_answer_is_ended(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SILENT, str(folder / "123.sock")], stdout=subprocess.PIPE
    ) as silent:
        try:
            assert silent.stdout is not None and silent.stdout.readline()
            assert not list(predecessors(folder, patience=0.2).find())
            assert silent.wait(20) == -signal.SIGKILL
        finally:
            silent.kill()
    assert not list(folder.iterdir())
