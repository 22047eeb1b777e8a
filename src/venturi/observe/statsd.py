"""Figures as StatsD, DogStatsD and InfluxDB's Telegraf take them: lines of text over UDP."""

import contextlib
import re
import socket
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from venturi.observe.figures import Figure

#: Bytes of one datagram: what passes any network in one piece.
DATAGRAM = 1400
#: What StatsD reads as punctuation, and what no name should have.
_ODD = re.compile(r"[^\w.\-]", re.ASCII)


class Dialect(StrEnum):
    """How tags are written."""

    PLAIN = "plain"
    DATADOG = "datadog"
    INFLUX = "influx"


class Address(NamedTuple):
    """Where StatsD listens."""

    host: str
    port: int
    ipv6: bool = False


class StatsD:
    """Sends lines and never waits; what cannot be sent is dropped, as UDP does anyway."""

    def __init__(
        self,
        address: Address,
        prefix: str = "airflow",
        dialect: Dialect = Dialect.PLAIN,
        tags: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.prefix, self.dialect, self.tags = prefix, dialect, tags
        family = socket.AF_INET6 if address.ipv6 else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        # Looked up once: a figure must never wait for a name server.
        found = socket.getaddrinfo(address.host, address.port, family, socket.SOCK_DGRAM)
        self.target = found[0][4]

    def put(self, figures: Sequence[Figure]) -> None:
        """Send figures, several in a datagram."""
        for datagram in datagrams([self.line(figure) for figure in figures]):
            with contextlib.suppress(OSError):
                self.socket.sendto(datagram, self.target)

    def line(self, figure: Figure) -> str:
        """`airflow.ti_successes:1|c`, with the tags where the dialect has a place for them."""
        name = _ODD.sub("_", figure.name)
        if self.prefix:
            name = f"{self.prefix}.{name}"
        tags = (*self.tags, *figure.tags)
        if self.dialect is Dialect.INFLUX:
            name += "".join(f",{key}={_ODD.sub('_', value)}" for key, value in tags)
        text = f"{name}:{figure.value:.15g}|{figure.kind}"
        if self.dialect is Dialect.DATADOG and tags:
            text += "|#" + ",".join(f"{key}:{value}" for key, value in tags)
        return text

    def close(self) -> None:
        """Close the socket."""
        self.socket.close()


def datagrams(lines: Sequence[str]) -> list[bytes]:
    """Lines, as many to a datagram as fit."""
    made: list[bytes] = []
    for line in lines:
        data = line.encode()
        if made and len(made[-1]) + 1 + len(data) <= DATAGRAM:
            made[-1] += b"\n" + data
        else:
            made.append(data)
    return made
