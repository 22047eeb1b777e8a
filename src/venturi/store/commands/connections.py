"""Connections: where tasks find other systems; passwords and extras are encrypted at rest."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Row, delete, insert, select, update

from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.store.commands.audit import Actor, note
from venturi.store.crypto import Undecipherable, decrypt, encrypt, rotate
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
from venturi.store.schema.people import connection

_ID = re.compile(r"^[\w.@:/ ()#-]{1,250}$")


class ConnectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A connection, secrets in the clear; `problem`: they cannot be read, and why."""

    conn_id: str
    conn_type: str = ""
    description: str | None = None
    host: str | None = None
    schema: str | None = None
    login: str | None = None
    password: str | None = None
    port: int | None = None
    extra: str | None = None
    is_encrypted: bool = False
    is_extra_encrypted: bool = False
    problem: str | None = None


_ORDERS: dict[str, Any] = {
    "id": connection.c.id,
    "conn_id": connection.c.conn_id,
    "connection_id": connection.c.conn_id,
    "conn_type": connection.c.conn_type,
    "description": connection.c.description,
    "host": connection.c.host,
    "port": connection.c.port,
}


def list_connections(
    tx: Tx, pattern: str | None = None, paging: Paging = ALL
) -> Page[ConnectionRow]:
    """The connections, by id. One that cannot be decrypted is listed with the problem."""
    query = select(connection)
    if pattern:
        query = query.where(like(connection.c.conn_id, pattern))
    page = fetch(tx, query, paging, _ORDERS, ("conn_id",))
    return Page([_row(row) for row in page.rows], page.total)


def get_connection(tx: Tx, conn_id: str) -> ConnectionRow:
    """One connection. Raises `NotFound`."""
    found = find_connection(tx, conn_id)
    if found is None:
        raise NotFound(f"There is no connection {conn_id!r}. See: airflow connections list")
    return found


def find_connection(tx: Tx, conn_id: str) -> ConnectionRow | None:
    """One connection; None if it is not there."""
    row = tx.execute(select(connection).where(connection.c.conn_id == conn_id)).first()
    return None if row is None else _row(row)


def _row(row: Row[Any]) -> ConnectionRow:
    problem = None
    password, extra = row.password, row.extra
    try:
        password = decrypt(password) if row.is_encrypted and password else password
        extra = decrypt(extra) if row.is_extra_encrypted and extra else extra
    except Undecipherable as error:
        password, extra, problem = None, None, str(error)
    return ConnectionRow(
        conn_id=row.conn_id,
        conn_type=row.conn_type,
        description=row.description,
        host=row.host,
        schema=row.schema,
        login=row.login,
        password=password,
        port=row.port,
        extra=extra,
        is_encrypted=bool(row.is_encrypted),
        is_extra_encrypted=bool(row.is_extra_encrypted),
        problem=problem,
    )


def put_connection(tx: Tx, wanted: ConnectionRow, who: Actor, *, overwrite: bool = False) -> bool:
    """Add a connection; whether it is new. Raises `InvalidInput`, `Conflict` unless `overwrite`."""
    if not _ID.match(wanted.conn_id):
        raise InvalidInput(
            f"Connection id {wanted.conn_id!r} cannot be used: 1 to 250 letters, digits or any of "
            "_ - . @ : / # ( )."
        )
    if wanted.port is not None and not 0 <= wanted.port <= 65535:
        raise InvalidInput(f"The port of a connection is 0 to 65535, not {wanted.port}.")
    known = tx.execute(
        select(connection.c.id).where(connection.c.conn_id == wanted.conn_id)
    ).first()
    if known is not None and not overwrite:
        raise Conflict(f"There is already a connection {wanted.conn_id!r}.")
    values = _columns(wanted)
    if known is not None:
        tx.execute(update(connection).where(connection.c.id == known.id).values(**values))
    else:
        tx.execute(insert(connection).values(**values))
    note(tx, who, "put_connection", extra={"conn_id": wanted.conn_id})
    return known is None


def _columns(wanted: ConnectionRow) -> dict[str, Any]:
    password, is_encrypted = encrypt(wanted.password) if wanted.password else (None, False)
    extra, is_extra_encrypted = encrypt(wanted.extra) if wanted.extra else (None, False)
    return {
        "conn_id": wanted.conn_id,
        "conn_type": wanted.conn_type,
        "description": wanted.description,
        "host": wanted.host,
        "schema": wanted.schema,
        "login": wanted.login,
        "password": password,
        "port": wanted.port,
        "is_encrypted": is_encrypted,
        "extra": extra,
        "is_extra_encrypted": is_extra_encrypted,
    }


def delete_connection(tx: Tx, conn_id: str, who: Actor) -> None:
    """Delete a connection. Raises `NotFound`."""
    if tx.execute(delete(connection).where(connection.c.conn_id == conn_id)).rowcount == 0:
        raise NotFound(f"There is no connection {conn_id!r}. See: airflow connections list")
    note(tx, who, "delete_connection", extra={"conn_id": conn_id})


def import_connections(
    tx: Tx, wanted: Mapping[str, ConnectionRow], who: Actor, *, overwrite: bool = False
) -> tuple[int, list[str]]:
    """Add connections; how many, and the ids that were there already and left alone."""
    known = set(tx.execute(select(connection.c.conn_id)).scalars())
    left = [] if overwrite else sorted(known & set(wanted))
    for conn_id, row in wanted.items():
        if conn_id not in left:
            put_connection(tx, row, who, overwrite=True)
    return len(wanted) - len(left), left


def rotate_connections(tx: Tx) -> int:
    """Encrypt all passwords and extras anew with the first of the keys; how many connections."""
    count = 0
    for row in tx.execute(select(connection)).all():
        values: dict[str, Any] = {}
        if row.is_encrypted and row.password:
            values["password"] = rotate(row.password)
        if row.is_extra_encrypted and row.extra:
            values["extra"] = rotate(row.extra)
        if values:
            tx.execute(update(connection).where(connection.c.id == row.id).values(**values))
            count += 1
    return count
