"""Connections. Passwords, and secrets by name in extras, are shown as `***`."""

import json
from typing import Annotated, Any

import msgspec

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.rest.bulk import Kind, carry_out
from venturi.api.rest.variables import shown
from venturi.api.shapes.bulk import BulkAnswer, Create, Delete, Update
from venturi.api.shapes.common import Body, ListQuery, pattern
from venturi.api.shapes.dags import MaskQuery
from venturi.core.errors import InvalidInput
from venturi.sdk.secrets_masker import MASK
from venturi.store.commands import connections as commands
from venturi.store.commands.connections import ConnectionRow
from venturi.store.engine import Tx


class ConnectionsQuery(ListQuery, frozen=True, kw_only=True):
    """Which connections to list."""

    connection_id_pattern: str | None = None
    connection_id_prefix_pattern: str | None = None


class ConnectionBody(Body, frozen=True, kw_only=True):
    """A connection."""

    connection_id: Annotated[str, msgspec.Meta(max_length=200)]
    conn_type: str
    description: str | None = None
    host: str | None = None
    login: str | None = None
    schema: str | None = None
    port: int | None = None
    password: str | None = None
    extra: str | None = None
    team_name: str | None = None


class ConnectionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A connection, its secrets hidden."""

    connection_id: str
    conn_type: str
    description: str | None
    host: str | None
    login: str | None
    schema: str | None
    port: int | None
    password: str | None
    extra: str | None
    team_name: str | None = None


class Connections(msgspec.Struct, frozen=True, kw_only=True):
    """A page of connections."""

    connections: list[ConnectionAnswer]
    total_entries: int


class ConnectionsBulk(Body, frozen=True, kw_only=True):
    """Changes of connections, one after the other."""

    actions: list[Create[ConnectionBody] | Update[ConnectionBody] | Delete[ConnectionBody]]


_FIELDS = ("conn_type", "description", "host", "login", "schema", "port", "password", "extra")


def get_connections(call: Call, query: ConnectionsQuery) -> Connections:
    """A page of connections."""
    paging = call.paging(query.limit, query.offset, query.order_by or ["id"])
    wanted = pattern(query.connection_id_pattern, query.connection_id_prefix_pattern)
    with call.read() as tx:
        page = commands.list_connections(tx, wanted, paging)
    return Connections(connections=[_answer(row) for row in page.rows], total_entries=page.total)


def get_connection(call: Call, connection_id: str) -> ConnectionAnswer:
    """One connection."""
    with call.read() as tx:
        return _answer(commands.get_connection(tx, connection_id))


def post_connection(call: Call, body: ConnectionBody) -> ConnectionAnswer:
    """Make a connection."""
    call.change(lambda tx: _create(tx, call, body))
    return get_connection(call, body.connection_id)


def _create(tx: Tx, call: Call, body: ConnectionBody) -> None:
    commands.put_connection(tx, row_of(body), call.actor)


def row_of(body: ConnectionBody) -> ConnectionRow:
    """The connection that a body describes. Raises `InvalidInput` for an extra that is no JSON."""
    return _row(body.connection_id, msgspec.structs.asdict(body))


def patch_connection(
    call: Call, connection_id: str, query: MaskQuery, body: ConnectionBody
) -> ConnectionAnswer:
    """Change a connection: what `update_mask` names, else all; a mask is no new secret."""
    if body.connection_id != connection_id:
        raise Refused(400, f"The body is about {body.connection_id!r}, not {connection_id!r}.")
    call.change(lambda tx: _patch(tx, call, body, query.update_mask))
    return get_connection(call, connection_id)


def _patch(tx: Tx, call: Call, body: ConnectionBody, mask: list[str]) -> None:
    now = commands.get_connection(tx, body.connection_id)
    values = {name: getattr(now, name) for name in _FIELDS}
    for name in mask or _FIELDS:
        if name in values:
            values[name] = getattr(body, name)
    row = unmasked(_row(body.connection_id, values), now)
    commands.put_connection(tx, row, call.actor, overwrite=True)


def unmasked(row: ConnectionRow, now: ConnectionRow | None) -> ConnectionRow:
    """A connection with the present secrets where it has only their mask."""
    if now is None:
        return row
    return msgspec.structs.replace(
        row,
        password=now.password if row.password == MASK else row.password,
        extra=_unmasked(row.extra, now.extra),
    )


def bulk_connections(call: Call, body: ConnectionsBulk) -> BulkAnswer:
    """Make, change and delete connections."""

    def key(entity: str | ConnectionBody) -> str:
        return entity if isinstance(entity, str) else entity.connection_id

    kind = Kind[ConnectionBody](
        noun="connection",
        key=key,
        exists=lambda tx, each: commands.find_connection(tx, key(each)) is not None,
        create=lambda tx, each: _create(tx, call, each),
        update=lambda tx, each, mask: _patch(tx, call, each, mask),
        delete=lambda tx, each: commands.delete_connection(tx, key(each), call.actor),
    )
    return carry_out(call, kind, body.actions)


def delete_connection(call: Call, connection_id: str) -> None:
    """Delete a connection."""
    call.change(lambda tx: commands.delete_connection(tx, connection_id, call.actor))


def _row(connection_id: str, values: dict[str, Any]) -> ConnectionRow:
    if values["extra"]:
        try:
            json.loads(values["extra"])
        except ValueError as error:
            raise InvalidInput(f"`extra` must be JSON: {error}.") from error
    return ConnectionRow(conn_id=connection_id, **{name: values[name] for name in _FIELDS})


def _unmasked(text: str | None, before: str | None) -> str | None:
    """An extra with the present secrets where it has only their mask."""
    if not text or MASK not in text or not before:
        return text
    try:
        new, old = json.loads(text), json.loads(before)
    except ValueError:
        return text
    return json.dumps(_merged(new, old))


def _merged(new: Any, old: Any) -> Any:
    if new == MASK:
        return old
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: _merged(value, old.get(key)) for key, value in new.items()}
    return new


def _answer(row: ConnectionRow) -> ConnectionAnswer:
    return ConnectionAnswer(
        connection_id=row.conn_id,
        conn_type=row.conn_type,
        description=row.description,
        host=row.host,
        login=row.login,
        schema=row.schema,
        port=row.port,
        password=MASK if row.password else None,
        extra=shown(None, row.extra),
    )
