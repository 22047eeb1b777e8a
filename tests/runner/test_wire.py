"""Frames on a stream: whole, in order, with descriptors, to the end."""

import os
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from venturi.core.attempts import Usage
from venturi.core.host_messages import Exited, Fork, FromTask, Mask, Spare, ToHost
from venturi.runner.wire import LIMIT, Wire, WireClosed, pair

Ends = tuple[socket.socket, Wire[ToHost]]


@pytest.fixture
def ends() -> Iterator[Ends]:
    """A bare end to write bytes to, and a wire that reads them."""
    ours, theirs = pair()
    wire: Wire[ToHost] = Wire(theirs, ToHost)
    yield ours, wire
    ours.close()
    wire.close()


def frame(number: int) -> bytes:
    """The bytes of one message."""
    ours, theirs = pair()
    try:
        Wire[ToHost](ours, ToHost).send(Fork(spares=number))
        return theirs.recv(1000)
    finally:
        ours.close()
        theirs.close()


def test_a_message_that_comes_byte_by_byte(ends: Ends) -> None:
    ours, wire = ends
    heard = []
    for byte in frame(1) + frame(2):
        ours.send(bytes([byte]))
        heard += list(wire.read())
    assert heard == [Fork(spares=1), Fork(spares=2)]


def test_several_messages_at_once(ends: Ends) -> None:
    ours, wire = ends
    ours.sendall(frame(1) + frame(2) + frame(3)[:5])
    assert list(wire.read()) == [Fork(spares=1), Fork(spares=2)]
    assert list(wire.read()) == []
    ours.sendall(frame(3)[5:])
    assert list(wire.read()) == [Fork(spares=3)]


def test_what_came_before_the_end_is_heard_first(ends: Ends) -> None:
    ours, wire = ends
    ours.sendall(frame(1) + frame(2))
    ours.close()
    assert list(wire.read()) == [Fork(spares=1), Fork(spares=2)]
    with pytest.raises(WireClosed):
        list(wire.read())


def test_an_end_in_the_middle_of_a_message_is_the_end(ends: Ends) -> None:
    ours, wire = ends
    ours.sendall(frame(1)[:6])
    ours.close()
    heard = list(wire.read()) + list(wire.read())
    assert heard == []
    with pytest.raises(WireClosed):
        list(wire.read())


@pytest.mark.parametrize(
    "garbage",
    [
        struct.pack("<I", LIMIT + 1),
        b"\x05\x00\x00\x00hello",
        b"\x00\x00\x00\x00",
        struct.pack("<I", 3) + b"\xff\xff\xff",
    ],
    ids=["too-long", "no-message", "empty", "no-msgpack"],
)
def test_what_is_none_of_our_messages_ends_the_connection(ends: Ends, garbage: bytes) -> None:
    ours, wire = ends
    ours.sendall(garbage + frame(1))
    with pytest.raises(WireClosed, match=r"not one of ours|none of our messages"):
        list(wire.read())
    with pytest.raises(WireClosed):
        list(wire.read())
    assert ours.recv(10) == b""  # who waits for an answer hears that there will be none


def test_a_message_of_another_kind_is_none_of_ours(ends: Ends) -> None:
    ours, wire = ends
    Wire[ToHost](ours, ToHost).send(Exited(pid=1, code=0, usage=Usage()))
    with pytest.raises(WireClosed):
        list(wire.read())


def test_descriptors_come_with_their_message() -> None:
    ours, theirs = pair()
    sender: Wire[ToHost] = Wire(ours, ToHost)
    receiver: Wire[Spare] = Wire(theirs, Spare)
    pipes = [os.pipe() for _ in range(3)]
    for number, (read, write) in enumerate(pipes):
        os.write(write, f"pipe {number}".encode())
        sender.send(Spare(pid=number), (read, write))
        os.close(read)
        os.close(write)
    heard: list[tuple[int, bytes]] = []
    while len(heard) < 3:
        for message in receiver.read(with_descriptors=True):
            read, write = receiver.descriptors[:2]
            del receiver.descriptors[:2]
            heard.append((message.pid, os.read(read, 100)))
            os.close(read)
            os.close(write)
    assert heard == [(0, b"pipe 0"), (1, b"pipe 1"), (2, b"pipe 2")]
    sender.close()
    receiver.close()


def test_descriptors_that_nobody_took_are_closed() -> None:
    ours, theirs = pair()
    sender: Wire[ToHost] = Wire(ours, ToHost)
    receiver: Wire[Spare] = Wire(theirs, Spare)
    read, write = os.pipe()
    sender.send(Spare(pid=1), (write,))
    os.close(write)
    list(receiver.read(with_descriptors=True))
    receiver.close()
    sender.close()
    assert os.read(read, 1) == b""  # its last writer is gone
    os.close(read)


def test_a_large_message_arrives_whole() -> None:
    ours, theirs = pair()
    sender: Wire[ToHost] = Wire(ours, ToHost)
    receiver: Wire[FromTask] = Wire(theirs, FromTask)
    message = Mask(secrets=("x" * 5_000_000, "ü" * 1000))
    thread = threading.Thread(target=sender.send, args=(message,))
    thread.start()
    assert receiver.receive() == message
    thread.join(10)
    sender.close()
    receiver.close()


def test_an_impatient_wire_keeps_what_its_peer_does_not_take() -> None:
    ours, theirs = pair()
    sender: Wire[ToHost] = Wire(ours, ToHost, patient=False)
    receiver: Wire[FromTask] = Wire(theirs, FromTask)
    messages = [Mask(secrets=(str(number) * 100_000,)) for number in range(10)]
    for message in messages:
        sender.send(message)
    assert sender.wants_to_write
    heard: list[FromTask] = []
    while len(heard) < 10:
        heard += receiver.read()
        is_sent = sender.flush()
    assert heard == messages and is_sent
    sender.close()
    receiver.close()


@pytest.mark.parametrize("patient", [True, False])
def test_sending_to_who_is_gone_says_so(patient: bool) -> None:
    ours, theirs = pair()
    sender: Wire[ToHost] = Wire(ours, ToHost, patient=patient)
    theirs.close()
    with pytest.raises(WireClosed):
        sender.send(Fork(spares=1))
    with pytest.raises(WireClosed):
        list(sender.read())
    sender.close()
