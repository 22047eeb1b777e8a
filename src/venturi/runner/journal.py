"""Results that nobody could take yet, safe on disk until somebody does."""

import os
import struct
from contextlib import suppress
from pathlib import Path

import msgspec

from venturi.core.messages import Called, Finished

_HEADER = struct.Struct("<I")
_Entry = Finished | Called


class Journal:
    """An append-only file of results. Only used while no scheduler is connected."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._decoder = msgspec.msgpack.Decoder(_Entry)

    def read(self) -> list[Finished | Called]:
        """Everything in it.

        A torn last entry (the machine went down) is cut off, so that what is added stands after
        whole ones; an entry that this version does not understand is left out.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        entries: list[Finished | Called] = []
        at = 0
        while at + _HEADER.size <= len(data):
            (length,) = _HEADER.unpack_from(data, at)
            body = data[at + _HEADER.size : at + _HEADER.size + length]
            if len(body) < length:
                break
            with suppress(msgspec.DecodeError):
                entries.append(self._decoder.decode(body))
            at += _HEADER.size + length
        if at < len(data):
            os.truncate(self.path, at)
        return entries

    def append(self, entry: Finished | Called) -> None:
        """Add a result, durably. Raises `OSError`, and leaves no part of it, on a full disk."""
        body = msgspec.msgpack.encode(entry)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self.path, flags, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            try:
                data = _HEADER.pack(len(body)) + body
                while data:
                    data = data[os.write(descriptor, data) :]
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, size)
                raise
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """All of it has been taken."""
        self.path.unlink(missing_ok=True)
