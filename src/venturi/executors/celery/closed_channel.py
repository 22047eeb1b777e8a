"""A channel of kombu's Redis transport that says so when its connection was closed.

Celery closes a broken connection, and what was not acknowledged on it is still asked for: by the
closing itself, and by acknowledgements that come later. Kombu (5.7) then looks for the address of
a connection that is no more, and the `AttributeError` ends the worker. As a connection error it is
one of those that Celery expects, logs and outlives; the bell is rung again (rule R4).
"""

from typing import Any

from kombu.transport import redis
from redis.exceptions import ConnectionError as Broken


class Channel(redis.Channel):  # type: ignore[misc]  # kombu has no types
    """Asked for anything after its connection was closed, it raises a connection error."""

    def _connparams(self, asynchronous: bool = False) -> Any:
        if self.connection is None or self.connection.client is None:
            raise Broken("The connection of this channel was closed.")
        return super()._connparams(asynchronous=asynchronous)


def use() -> None:
    """Let connections to Redis of this process have such channels."""
    redis.Transport.Channel = Channel
