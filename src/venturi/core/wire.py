"""What all messages have in common: frozen, tagged by name, of one version; msgpack on the wire.

Values that users made (XComs, conf, params) travel as JSON text, so that nobody on the way needs to
understand them.
"""

import msgspec

PROTOCOL = 1


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Base of all messages: keyword-only, tagged by class name."""
