"""Envelopes on the broker: sender and session can be read, the rest only with the shared key.

What is inside is encrypted and authenticated (AES-GCM): passwords of connections pass the broker
without anybody there being able to read them, and what was forged or altered does not open.
"""

import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Opening(msgspec.Struct, frozen=True, tag=True):
    """A worker wants a session."""


class Opened(msgspec.Struct, frozen=True, tag=True):
    """The gateway agrees; the session goes by both random halves from now on."""

    half: bytes


class Unknown(msgspec.Struct, frozen=True, tag=True):
    """The gateway knows nothing of this session: it is another one than before."""


class Frame(msgspec.Struct, frozen=True, tag=True):
    """A part of a session's stream: `words` under number `seq` (0: none), heard up to `ack`."""

    seq: int
    ack: int
    words: tuple[bytes, ...] = ()


Content = Opening | Opened | Unknown | Frame


class Envelope(msgspec.Struct, frozen=True):
    """What stands on the broker."""

    to: str
    sender: str
    session: bytes
    box: bytes
    version: int = 1


class Seal:
    """Closes and opens boxes with the key of an installation."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._content: msgspec.msgpack.Decoder[Content] = msgspec.msgpack.Decoder(Content)
        self._envelope = msgspec.msgpack.Decoder(Envelope)

    def close(self, to: str, sender: str, session: bytes, content: Content) -> bytes:
        """An envelope, ready for the broker."""
        nonce = os.urandom(_NONCE)
        plain = msgspec.msgpack.encode(content)
        box = nonce + self._cipher.encrypt(nonce, plain, _outside(to, sender, session))
        return msgspec.msgpack.encode(Envelope(to, sender, session, box))

    def read(self, data: bytes) -> Envelope | None:
        """The outside of an envelope; None for what is none."""
        try:
            return self._envelope.decode(data)
        except msgspec.DecodeError:
            return None

    def open(self, envelope: Envelope) -> Content | None:
        """What is in it; None when it was sealed with another key, forged or altered."""
        nonce, rest = envelope.box[:_NONCE], envelope.box[_NONCE:]
        outside = _outside(envelope.to, envelope.sender, envelope.session)
        try:
            return self._content.decode(self._cipher.decrypt(nonce, rest, outside))
        except (InvalidTag, ValueError):  # a DecodeError is a ValueError
            return None


def _outside(to: str, sender: str, session: bytes) -> bytes:
    return msgspec.msgpack.encode((to, sender, session))
