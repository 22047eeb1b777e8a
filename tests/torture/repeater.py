"""Everything that is said over a broker, said again: bells, claims, orders, results, logs.

RabbitMQ tells what is published (its trace), Redis what is pushed (MONITOR). What was repeated
carries a mark, so that it is not repeated again.
"""

import ast
import json
import re
import socket
import threading
import uuid
from collections import deque
from contextlib import suppress
from typing import Any, Self

from kombu import Connection, Consumer, Exchange, Producer, Queue

from tests.torture.brokers import Broker, RabbitBroker, RedisBroker

MARK = "torture-again"
TIMES = 3
#: One argument of a command, as MONITOR shows it.
_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"')


class Repeater:
    """Says every bell and every envelope three times more, while it is entered."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.repeated = 0
        self._ending, self._listening = threading.Event(), threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._listening.wait(60), self._error
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(30)
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            match self.broker:
                case RedisBroker():
                    self._hear_redis(self.broker)
                case RabbitBroker():
                    self._hear_rabbit(self.broker)
        except Exception as error:
            self._error = error

    # --- Redis -----------------------------------------------------------------------------------

    def _hear_redis(self, broker: RedisBroker) -> None:
        with socket.create_connection(("127.0.0.1", broker.server.port)) as line:
            line.sendall(b"*1\r\n$7\r\nMONITOR\r\n")
            line.settimeout(0.2)
            rest = b""
            while not self._ending.is_set():
                with suppress(TimeoutError):
                    rest += line.recv(1 << 20)
                self._listening.set()
                *whole, rest = rest.split(b"\r\n")
                for said in whole:
                    self._again(broker, [_unquoted(word) for word in _WORD.findall(said)])

    def _again(self, broker: RedisBroker, words: list[bytes]) -> None:
        if len(words) < 3 or words[0].upper() != b"LPUSH":
            return
        with suppress(ValueError):
            message = json.loads(words[2])
            if not isinstance(message, dict) or MARK in message.get("headers", {}):
                return
            message["headers"] = {**message["headers"], MARK: True}
            for _ in range(TIMES):
                message["properties"]["delivery_tag"] = str(uuid.uuid4())
                broker.client.lpush(words[1], json.dumps(message))
                self.repeated += 1

    # --- RabbitMQ --------------------------------------------------------------------------------

    def _hear_rabbit(self, broker: RabbitBroker) -> None:
        broker.server.ctl("trace_on", "-p", broker.VHOST)
        while not self._ending.is_set():  # its connection is broken with all the others
            with suppress(OSError, *Connection(broker.url).connection_errors):
                self._hear_trace(broker)
        broker.server.ctl("trace_off", "-p", broker.VHOST)

    def _hear_trace(self, broker: RabbitBroker) -> None:
        with Connection(broker.url) as connection, connection.channel() as channel:
            producer = Producer(channel, auto_declare=False)
            exchange = Exchange("amq.rabbitmq.trace", "topic", passive=True)
            told = Queue("", exchange, "publish.#", exclusive=True, durable=False)

            heard = deque[Any]()
            with Consumer(channel, [told], on_message=heard.append, no_ack=True, accept=None):
                self._listening.set()
                while not self._ending.is_set():
                    with suppress(TimeoutError):
                        connection.drain_events(timeout=0.2)
                    # Not while it is heard: publishing hears too.
                    while heard:
                        self._publish(producer, heard.popleft())

    def _publish(self, producer: Producer, message: Any) -> None:
        properties = message.headers["properties"]
        headers = properties.get("headers") or {}
        # Events and questions of Celery's own go to exchanges of their own.
        to, where = message.headers["routing_keys"][0], message.headers["exchange_name"]
        if MARK in headers or where not in {"", "default"}:
            return
        body = message.body
        for _ in range(TIMES):
            producer.publish(
                body if isinstance(body, bytes) else body.encode(),
                exchange=where,
                routing_key=to,
                headers={**headers, MARK: True},
                content_type=properties.get("content_type"),
                content_encoding=properties.get("content_encoding"),
                delivery_mode=1,
                correlation_id=properties.get("correlation_id"),
                reply_to=properties.get("reply_to"),
            )
            self.repeated += 1


def _unquoted(word: bytes) -> bytes:
    value = ast.literal_eval(f'b"{word.decode("latin-1")}"')
    assert isinstance(value, bytes)
    return value
