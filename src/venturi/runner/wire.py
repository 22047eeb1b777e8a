"""Length-prefixed msgpack over a stream socket, with descriptors passed alongside.

One frame is four bytes of length and one encoded message. `Wire` never blocks on reading: the
owner's selector says when to look. Writing blocks only as long as the peer's buffer is full, or,
for a `Wire` made with `patient=False`, is queued and flushed when the selector says so.
"""

import array
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Generic, TypeVar

import msgspec

M = TypeVar("M")
_HEADER = struct.Struct("<I")
#: A longer frame is a fault of the peer: the largest honest one is a file with very many DAGs.
LIMIT = 1 << 30
_CHUNK = 1 << 18

_encoder = msgspec.msgpack.Encoder()


class WireClosed(ConnectionError):
    """The peer has closed its end."""


class Wire(Generic[M]):
    """Messages over a connected stream socket; `incoming` is the union that may arrive."""

    def __init__(self, connection: socket.socket, incoming: Any, *, patient: bool = True) -> None:
        self.socket = connection
        self._patient = patient
        self.socket.setblocking(patient)
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(incoming)
        self._in = bytearray()
        self._out = bytearray()
        self._ended = False
        #: descriptors that came with what was read, in order
        self.descriptors: list[int] = []

    def fileno(self) -> int:
        """For the selector."""
        return self.socket.fileno()

    def send(self, message: msgspec.Struct, descriptors: tuple[int, ...] = ()) -> None:
        """Send a message. Raises `WireClosed` when the peer is gone."""
        body = _encoder.encode(message)
        frame = _HEADER.pack(len(body)) + body
        try:
            if descriptors:
                packed = array.array("i", descriptors)
                sent = self.socket.sendmsg(
                    [frame], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)]
                )
                frame = frame[sent:]
            if self._patient:
                if frame:
                    self.socket.sendall(frame)
            else:
                self._out += frame
                self.flush()
        except (BrokenPipeError, ConnectionResetError) as error:
            raise WireClosed(str(error)) from error

    def flush(self) -> bool:
        """Send what is waiting; True when nothing is left."""
        while self._out:
            try:
                sent = self.socket.send(memoryview(self._out)[:_CHUNK])
            except BlockingIOError:
                return False
            except (BrokenPipeError, ConnectionResetError) as error:
                raise WireClosed(str(error)) from error
            del self._out[:sent]
        return True

    @property
    def wants_to_write(self) -> bool:
        """Something is waiting to be sent."""
        return bool(self._out)

    def read(self, *, with_descriptors: bool = False) -> Iterator[M]:
        """The messages that have arrived. Raises `WireClosed` at the end of the stream."""
        self._fill(with_descriptors)
        yield from self._frames()

    def receive(self) -> M:
        """Wait for the next message (for a process that has nothing else to do)."""
        while True:
            for message in self._frames():
                return message
            self._fill(False, wait=True)

    def _frames(self) -> Iterator[M]:
        while len(self._in) >= 4:
            (length,) = _HEADER.unpack_from(self._in)
            if length > LIMIT:
                self._hang_up()
                raise WireClosed(f"a frame of {length} bytes is not one of ours")
            if len(self._in) < 4 + length:
                return
            body = bytes(memoryview(self._in)[4 : 4 + length])
            del self._in[: 4 + length]
            try:
                message = self._decoder.decode(body)
            except msgspec.DecodeError as error:
                self._hang_up()
                raise WireClosed(f"what came is none of our messages: {error}") from error
            yield message

    def _hang_up(self) -> None:
        """The peer does not speak our language: it must not wait for answers either."""
        self._ended = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def _fill(self, with_descriptors: bool, wait: bool = False) -> None:
        if self._ended:
            raise WireClosed("end of stream")
        flags = 0 if wait else socket.MSG_DONTWAIT
        while True:
            try:
                if with_descriptors:
                    data, found, _, _ = socket.recv_fds(self.socket, _CHUNK, 64, flags)
                    self.descriptors.extend(found)
                else:
                    data = self.socket.recv(_CHUNK, flags)
            except BlockingIOError:
                return
            except ConnectionResetError:
                data = b""
            if not data:
                # What came before the end is delivered first; the next look tells of the end.
                self._ended = True
                if wait or not self._in:
                    raise WireClosed("end of stream")
                return
            self._in += data
            if wait or len(data) < _CHUNK:
                return

    def close(self) -> None:
        """Close the socket and any descriptor nobody took."""
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors.clear()
        self.socket.close()


def pair() -> tuple[socket.socket, socket.socket]:
    """Two connected ends."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
