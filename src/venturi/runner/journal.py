"""Results that nobody could take yet, safe on disk until somebody does."""

import os
import struct
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
        """Everything in it; a torn last entry (the machine went down) is left out."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        entries: list[Finished | Called] = []
        at = 0
        while at + 4 <= len(data):
            (length,) = _HEADER.unpack_from(data, at)
            body = data[at + 4 : at + 4 + length]
            if len(body) < length:
                break
            try:
                entries.append(self._decoder.decode(body))
            except msgspec.DecodeError:
                break
            at += 4 + length
        return entries

    def append(self, entry: Finished | Called) -> None:
        """Add a result, durably."""
        body = msgspec.msgpack.encode(entry)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(self.path, flags, 0o600)
        try:
            os.write(descriptor, _HEADER.pack(len(body)) + body)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def clear(self) -> None:
        """All of it has been taken."""
        self.path.unlink(missing_ok=True)
