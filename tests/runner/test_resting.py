"""Hosts keep spares only while there is work, and go when there has been none for long."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from venturi.core.attempts import FileRef
from venturi.core.host_messages import FromHost, FromTask, ToHost
from venturi.runner.host_row import Child, HostRow
from venturi.runner.wire import Wire, pair


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Closes at the end what a test has opened."""
    with ExitStack() as stack:
        yield stack


def host(closing: ExitStack) -> tuple[HostRow, Wire[ToHost]]:
    """A host's row, and the other end of its channel."""
    ours, theirs = pair()
    row = HostRow(1, Wire(ours, FromHost), FileRef(path="a.py", key="k"))
    other = Wire[ToHost](theirs, ToHost)
    closing.callback(row.wire.close)
    closing.callback(other.close)
    return row, other


def child(pid: int, closing: ExitStack) -> tuple[Child, socket.socket]:
    """A spare, and its own end of the channel."""
    ours, theirs = pair()
    log, writer = socket.socketpair()
    closing.enter_context(theirs)
    closing.enter_context(writer)
    row, _ = host(closing)
    return Child(pid, Wire(ours, FromTask), log.detach(), row), theirs


def wanted(other: Wire[ToHost]) -> list[int]:
    """The numbers of spares that the host was told to keep."""
    return [message.spares for message in other.read() if hasattr(message, "spares")]


def test_a_host_without_work_keeps_no_spares(closing: ExitStack) -> None:
    row, other = host(closing)
    row.adjust()
    assert wanted(other) == []


def test_a_host_that_has_worked_keeps_spares_until_it_rests(closing: ExitStack) -> None:
    row, other = host(closing)
    row.take(lambda _child, _why: None)
    first, _ = child(7, closing)
    closing.callback(first.close)
    row.give(first)
    assert wanted(other)[-1] == 2
    spare, far_end = child(8, closing)
    row.give(spare)
    row.rest()
    assert wanted(other)[-1] == 0
    assert not row.spares
    assert far_end.recv(1) == b""  # the spare's channel is closed: it ends
