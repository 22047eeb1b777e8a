"""Connections: list, get, add, delete, import, export, test."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from venturi.cli.files import format_of, read_object, write_object
from venturi.cli.output import print_record, print_rows
from venturi.cli.session import change, read
from venturi.core.errors import InvalidInput, VenturiError
from venturi.store.commands import connections
from venturi.store.commands.connections import ConnectionRow

#: Fields that an exported connection has, as in every line of Airflow.
_FIELDS = (*("conn_type", "description", "login", "password", "host", "port", "schema", "extra"),)
_SECRET = frozenset({"password", "extra"})
_HIDDEN = "***"


def list_connections(args: argparse.Namespace) -> None:
    """List the connections; secrets only with `--show-values`."""
    found = read(connections.list_connections).rows
    rows = [
        _row(row, show=args.show_values)
        for row in found
        if args.conn_id is None or row.conn_id == args.conn_id
    ]
    print_rows(rows, args.output, columns=_COLUMNS)


_COLUMNS = ("conn_id", "conn_type", "description", "host", "schema", "login", "password", "port")


def _row(row: ConnectionRow, *, show: bool) -> dict[str, Any]:
    values: dict[str, Any] = {
        "conn_id": row.conn_id,
        "conn_type": row.conn_type,
        "description": row.description,
        "host": row.host,
        "schema": row.schema,
        "login": row.login,
        "password": row.password,
        "port": row.port,
        "is_encrypted": row.is_encrypted,
        "is_extra_encrypted": row.is_extra_encrypted,
        "extra": row.extra,
    }
    if not show:
        values |= {name: _HIDDEN for name in _SECRET if values[name]}
    if row.problem:
        values["problem"] = row.problem
    return values


def get(args: argparse.Namespace) -> None:
    """Show a connection in full."""
    row = read(lambda tx: connections.get_connection(tx, args.conn_id))
    values = _row(row, show=True)
    if row.problem is None:
        values["get_uri"] = uri_of(row)
    print_record(values, args.output)


def uri_of(row: ConnectionRow) -> str:
    """The connection as a URI."""
    from venturi.sdk.connection import Connection

    parts = {name: getattr(row, name) for name in _FIELDS}
    return str(Connection(conn_id=row.conn_id, **parts).get_uri())


def from_text(conn_id: str, text: str) -> ConnectionRow:
    """The connection that a URI or a JSON object describes. Raises `InvalidInput`."""
    text = text.strip()
    if text.startswith("{"):
        try:
            return from_fields(conn_id, json.loads(text))
        except ValueError as error:
            raise InvalidInput(f"Connection {conn_id!r} is not JSON: {error}.") from error
    from venturi.sdk.connection import Connection

    try:
        made = Connection(conn_id=conn_id, uri=text)
    except Exception as error:
        raise InvalidInput(
            f"Connection {conn_id!r} is not a URI like mysql://user:password@host:3306/name: "
            f"{error}"
        ) from error
    return from_fields(conn_id, {name: getattr(made, name) for name in _FIELDS})


def from_fields(conn_id: str, fields: Any) -> ConnectionRow:
    """The connection that an exported object describes. Raises `InvalidInput` naming the field."""
    if isinstance(fields, str):
        return from_text(conn_id, fields)
    if not isinstance(fields, Mapping):
        raise InvalidInput(f"Connection {conn_id!r} must be a URI or an object of its fields.")
    values = {str(key).removeprefix("conn_"): value for key, value in fields.items()}
    values["conn_type"] = values.pop("type", None) or ""
    for ignored in ("id", "uri", "is_encrypted", "is_extra_encrypted"):
        values.pop(ignored, None)
    for name in values:
        if name not in _FIELDS:
            raise InvalidInput(
                f"Connection {conn_id!r} has no field {name!r}; it has {', '.join(_FIELDS)}."
            )
    port = values.get("port")
    if port is not None and port != "":
        try:
            values["port"] = int(port)
        except (TypeError, ValueError) as error:
            raise InvalidInput(f"Connection {conn_id!r}: port {port!r} is no number.") from error
    else:
        values["port"] = None
    extra = values.get("extra")
    if isinstance(extra, Mapping):
        values["extra"] = json.dumps(extra) if extra else None
    for name in ("description", "host", "schema", "login", "password", "extra"):
        values[name] = None if values.get(name) is None else str(values[name])
    return ConnectionRow(conn_id=conn_id, **values)


def _from_args(conn_id: str, args: argparse.Namespace) -> ConnectionRow:
    ways = [args.conn_uri is not None, args.conn_json is not None, args.conn_type is not None]
    if sum(ways) != 1:
        raise InvalidInput(
            "Say what the connection is in one way: --conn-uri, --conn-json, or --conn-type with "
            "the other parts."
        )
    if args.conn_uri is not None:
        row = from_text(conn_id, args.conn_uri)
    elif args.conn_json is not None:
        row = from_text(conn_id, args.conn_json)
    else:
        return from_fields(
            conn_id,
            {
                "conn_type": args.conn_type,
                "description": args.conn_description,
                "host": args.conn_host,
                "schema": args.conn_schema,
                "login": args.conn_login,
                "password": args.conn_password,
                "port": args.conn_port,
                "extra": args.conn_extra,
            },
        )
    return row


def add(args: argparse.Namespace) -> None:
    """Add a connection."""
    row = _from_args(args.conn_id, args)
    change(lambda tx, who: connections.put_connection(tx, row, who))
    print(f"Successfully added `conn_id`={row.conn_id} : {_masked(row)}")


def _masked(row: ConnectionRow) -> str:
    login = f"{row.login or ''}:******@" if row.login or row.password else ""
    port = f":{row.port}" if row.port is not None else ""
    return f"{row.conn_type}://{login}{row.host or ''}{port}/{row.schema or ''}"


def delete(args: argparse.Namespace) -> None:
    """Delete a connection."""
    change(lambda tx, who: connections.delete_connection(tx, args.conn_id, who))
    print(f"Successfully deleted connection with `conn_id`={args.conn_id}")


def import_(args: argparse.Namespace) -> None:
    """Add connections from a file."""
    values = read_object(args.file)
    if not isinstance(values, Mapping):
        raise InvalidInput(f"{args.file} must hold an object: connections by their id.")
    wanted = {str(conn_id): from_fields(str(conn_id), given) for conn_id, given in values.items()}
    count, left = change(
        lambda tx, who: connections.import_connections(tx, wanted, who, overwrite=args.overwrite)
    )
    print(f"Imported {count} connections")
    if left:
        print(f"Already there and left alone (--overwrite replaces them): {', '.join(left)}")


def export(args: argparse.Namespace) -> None:
    """Write all connections to a file."""
    rows = read(connections.list_connections).rows
    broken = next((row for row in rows if row.problem), None)
    if broken is not None:
        raise VenturiError(f"Connection {broken.conn_id!r}: {broken.problem}")
    kind = format_of(args.file, args.file_format)
    if kind == "env":
        as_text = uri_of if args.serialization_format == "uri" else _as_json
        values: dict[str, Any] = {row.conn_id: as_text(row) for row in rows}
    else:
        values = {row.conn_id: {name: getattr(row, name) for name in _FIELDS} for row in rows}
    write_object(args.file, values, kind)
    if args.file != "-":
        print(f"Connections successfully exported to {args.file}.")


def _as_json(row: ConnectionRow) -> str:
    return json.dumps({name: getattr(row, name) for name in _FIELDS})


def test(args: argparse.Namespace) -> int:
    """Try whether a connection works, by its hook."""
    from venturi.runner.inprocess import open_comms
    from venturi.sdk.comms import comms_set
    from venturi.sdk.connection import Connection

    row = read(lambda tx: connections.get_connection(tx, args.conn_id))
    parts = {name: getattr(row, name) for name in _FIELDS}
    with comms_set(open_comms()):  # its hook asks for the connection as a task would
        worked, message = Connection(conn_id=row.conn_id, **parts).test_connection()
    print(f"Connection {'works' if worked else 'does not work'}: {message}")
    return 0 if worked else 1


def create_defaults(_args: argparse.Namespace) -> None:
    """Add example connections that are not there."""
    from venturi.store.commands.default_connections import add_default_connections

    count = change(add_default_connections)
    print(f"Added {count} connections")


def old_form(args: argparse.Namespace) -> None:
    """`airflow connections -l`, `-a --conn_id ID --conn_uri URI`, `-d --conn_id ID`."""
    if args.list:
        rows = [_row(row, show=False) for row in read(connections.list_connections).rows]
        print_rows(rows, args.output, columns=_COLUMNS)
        return
    if not (args.add or args.delete):
        raise InvalidInput(
            "Say -l/--list, -a/--add or -d/--delete. See: airflow connections --help"
        )
    if args.conn_id is None:
        raise InvalidInput("Name the connection: --conn_id ID")
    if args.add:
        add(args)
    else:
        delete(args)
