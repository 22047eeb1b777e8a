"""Trying whether a connection works, and the connections that examples expect."""

import msgspec

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.rest.connections import ConnectionBody, row_of, unmasked
from venturi.core.errors import NotFound
from venturi.runner.asides import NoAnswer, ask
from venturi.store.commands import connections as commands
from venturi.store.commands.default_connections import add_default_connections

_FIELDS = (*("conn_type", "description", "host", "login", "password", "schema", "port", "extra"),)


class ConnectionTest(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a connection works."""

    status: bool
    message: str


class ConnectionTestBody(ConnectionBody, frozen=True, kw_only=True):
    """A connection to try by and by."""

    commit_on_success: bool = False
    executor: str | None = None
    queue: str | None = None


class QueuedTest(msgspec.Struct, frozen=True, kw_only=True):
    """A trial that waits."""

    token: str
    connection_id: str
    state: str


class AsyncTest(QueuedTest, frozen=True, kw_only=True):
    """A trial that was asked for before."""

    result_message: str | None
    created_at: str


def test_connection(call: Call, body: ConnectionBody) -> ConnectionTest:
    """Try whether a connection works; it is not kept. A mask stands for the secret that is kept."""
    _require_allowed(call)
    with call.read() as tx:
        row = unmasked(row_of(body), commands.find_connection(tx, body.connection_id))
    try:
        return msgspec.convert(
            ask("connection", {name: getattr(row, name) for name in _FIELDS}), ConnectionTest
        )
    except NoAnswer as error:
        return ConnectionTest(status=False, message=str(error))


def enqueue_connection_test(call: Call, body: ConnectionTestBody) -> QueuedTest:
    """Try a connection on a worker: not offered, it is tried here."""
    del body
    _require_allowed(call)
    raise Refused(403, "Connections are not tried on workers here. Use POST /connections/test.")


def get_connection_test(call: Call) -> AsyncTest:
    """A trial on a worker: there is none."""
    del call
    raise NotFound("There is no such trial of a connection.")


def create_default_connections(call: Call) -> None:
    """Add the connections that examples expect, where they are not there."""
    call.change(lambda tx: add_default_connections(tx, call.actor))


def _require_allowed(call: Call) -> None:
    if call.api.conf.get("core", "test_connection") != "Enabled":
        raise Refused(
            403,
            "Testing connections is switched off here. To allow it: [core] test_connection = "
            "Enabled in airflow.cfg.",
        )
