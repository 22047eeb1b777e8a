"""Brokers that belong to a scenario: they may forget, repeat, hang up, and take nothing more.

Both kinds can be hurt in the same ways; each does it by its own means. Every verb is done when it
returns: what a broker forgets is gone, and who was hung up on has been.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any, Protocol

from celery import Celery
from kombu import Connection
from redis import Redis as Client

from tests.services.find import private
from tests.services.rabbitmq import RabbitMq
from tests.services.redis import Redis

#: Queues over the broker, by the name that `make torture QUEUES=` knows, and the kind of server.
KINDS = {"celery-redis": "redis", "celery-rabbitmq": "rabbitmq"}
LOCAL = ("local",)
CELERY = tuple(KINDS)
QUEUES = (*LOCAL, *CELERY)
#: The queue of tasks that name none.
QUEUE = "default"
#: Seconds by which messages in hand are made older: longer than any timeout of visibility.
A_DAY = 86400


class Broker(Protocol):
    """What a scenario can do to a broker."""

    server: Any

    @property
    def url(self) -> str:
        """Where it is, as users write it."""

    def clear(self) -> None:
        """Forget everything, for the next home."""

    def waiting(self) -> int:
        """How many bells stand in the queue."""

    def purge(self) -> int:
        """Forget what waits; how many messages that were."""

    def forget(self) -> int:
        """Forget also its queues, and who hears them; how many messages that were."""

    def redeliver(self) -> int:
        """Give out again what workers have and have not acknowledged; how much that was."""

    def hang_up(self) -> None:
        """End all connections."""

    def fill(self) -> None:
        """Take no message from anybody, as one whose memory is used up."""

    def make_room(self) -> None:
        """Take messages again."""


class RedisBroker:
    """A private Redis."""

    def __init__(self, server: Redis) -> None:
        self.server = server
        self.client: Client = Client(port=server.port, decode_responses=False)

    @property
    def url(self) -> str:
        """Its first database."""
        return self.server.url

    def clear(self) -> None:
        """Everything is gone."""
        self.client.flushall()

    def waiting(self) -> int:
        """As long is the list."""
        return int(self.client.llen(QUEUE))

    def purge(self) -> int:
        """Its lists are the queues."""
        gone = 0
        for key in self._keys("list"):
            gone += int(self.client.llen(key))
            self.client.delete(key)
        return gone

    def forget(self) -> int:
        """FLUSHALL."""
        gone = sum(int(self.client.llen(key)) for key in self._keys("list"))
        self.client.flushall()
        return gone

    def redeliver(self) -> int:
        """Make what is in hand look old, and do what any worker does with it when it starts."""
        tags: Any = self.client.zrange("unacked_index", 0, -1)
        for tag in tags:
            self.client.zincrby("unacked_index", -A_DAY, tag)
        with Connection(self.url) as connection:
            connection.default_channel.qos.restore_visible(num=None)
        return len(tags)

    def hang_up(self) -> None:
        """Its clients are killed, but ours."""
        for kind in ("normal", "pubsub"):
            self.client.client_kill_filter(_type=kind, skipme=True)

    def fill(self) -> None:
        """One byte, and nothing is evicted for it."""
        self.client.config_set("maxmemory-policy", "noeviction")
        self.client.config_set("maxmemory", "1")

    def make_room(self) -> None:
        """As much as it likes."""
        self.client.config_set("maxmemory", "0")

    def _keys(self, kind: str) -> list[Any]:
        return list(self.client.scan_iter(_type=kind))


class RabbitBroker:
    """A virtual host of a private RabbitMQ."""

    VHOST = "torture"

    def __init__(self, server: RabbitMq) -> None:
        self.server = server
        self._make()

    @property
    def url(self) -> str:
        """The virtual host."""
        return f"amqp://guest:guest@127.0.0.1:{self.server.port}/{self.VHOST}"

    def clear(self) -> None:
        """A new virtual host under the old name."""
        self.server.ctl("delete_vhost", self.VHOST)
        self._make()

    def waiting(self) -> int:
        """As it answers to whoever asks for the queue; nothing where there is none."""
        with Connection(self.url) as connection:
            channel = connection.default_channel
            with contextlib.suppress(*connection.channel_errors):
                return int(channel.queue_declare(QUEUE, passive=True).message_count)
        return 0

    def purge(self) -> int:
        """What waits in each queue."""
        gone = 0
        with Connection(self.url) as connection:
            for name in self.queues():
                gone += int(connection.default_channel.queue_purge(name) or 0)
        return gone

    def forget(self) -> int:
        """The queues themselves are deleted, under those who hear them."""
        with Connection(self.url) as connection:
            delete = connection.default_channel.queue_delete
            return sum(int(delete(name) or 0) for name in self.queues())

    def redeliver(self) -> int:
        """Close the connections: what was not acknowledged over them goes back to its queue."""
        held = sum(int(number) for number in self._listed("messages_unacknowledged"))
        self.hang_up()
        return held

    def hang_up(self) -> None:
        """An administrator closes all connections."""
        self.server.ctl("close_all_connections", "-p", self.VHOST, "torture")

    def restart_app(self) -> None:
        """The application stops and starts in its node: what was not on disk is forgotten."""
        self.server.ctl("stop_app")
        self.server.ctl("start_app")
        deadline = time.monotonic() + 60
        while not self.server.answers() and time.monotonic() < deadline:
            time.sleep(0.1)

    def fill(self) -> None:
        """The alarm of memory."""
        self.server.ctl("set_vm_memory_high_watermark", "absolute", "1")

    def make_room(self) -> None:
        """Its usual part of the machine."""
        self.server.ctl("set_vm_memory_high_watermark", "0.6")

    def queues(self) -> list[str]:
        """Those that do not belong to one connection alone."""
        words = self._listed("name", "exclusive")
        pairs = zip(words[::2], words[1::2], strict=True)
        return [name for name, exclusive in pairs if exclusive == "false"]

    def _listed(self, *columns: str) -> list[str]:
        words = ("-p", self.VHOST, "list_queues", *columns, "--no-table-headers")
        return self.server.ctl(*words).split()

    def _make(self) -> None:
        self.server.ctl("add_vhost", self.VHOST)
        self.server.ctl("set_permissions", "-p", self.VHOST, "guest", ".*", ".*", ".*")


@contextlib.contextmanager
def own_broker(queue: str) -> Iterator[Broker]:
    """A started broker for this kind of queue, gone afterwards. Raises `ServiceMissing`."""
    server: Any = private(KINDS[queue])
    with server:
        yield RedisBroker(server) if isinstance(server, Redis) else RabbitBroker(server)


def sender(url: str) -> Any:
    """Somebody else who can reach the broker: a Celery application to send with."""
    app = Celery(broker=url, set_as_current=False)
    app.conf.task_default_queue = QUEUE
    return app
