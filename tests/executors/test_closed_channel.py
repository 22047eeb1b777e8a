"""A worker outlives what it still asks of a connection to Redis that was closed."""

import pytest
from kombu import Connection
from kombu.transport import redis as transport

from tests.services.redis import Redis
from venturi.executors.celery import closed_channel


def test_a_channel_whose_connection_was_closed_says_so_in_words_that_celery_expects(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport.Transport, "Channel", transport.Channel)  # put back afterwards
    closed_channel.use()
    connection = Connection(redis.url)
    channel = connection.default_channel
    assert isinstance(channel, closed_channel.Channel)
    errors = connection.connection_errors
    connection.release()
    with pytest.raises(errors):
        channel._create_client()
