"""Variables: list, get, set, delete, import, export."""

import argparse
import json

from venturi.cli.files import read_object, write_object
from venturi.cli.output import print_rows
from venturi.cli.session import change, read
from venturi.core.errors import InvalidInput, NotFound, VenturiError
from venturi.store.commands import variables
from venturi.store.commands.variables import OnExisting


def list_variables(args: argparse.Namespace) -> None:
    """List the keys; with `--show-values` the values too."""
    rows = [
        {"key": found.key}
        | ({"value": found.value, "problem": found.problem} if args.show_values else {})
        | {"description": found.description}
        for found in read(variables.list_variables).rows
    ]
    columns = ("key", "value") if args.show_values else ("key",)
    print_rows(rows, args.output, columns=columns)


def get(args: argparse.Namespace) -> None:
    """Print the value of a variable, or the default."""
    _get(args.key, args.default, args.json)


def _get(key: str, default: str | None, as_json: bool) -> None:
    try:
        found = read(lambda tx: variables.get_variable(tx, key))
    except NotFound:
        if default is None:
            raise
        print(default)
        return
    if found.problem is not None:
        raise VenturiError(found.problem)
    value = found.value or ""
    print(json.dumps(_json(key, value), indent=2, ensure_ascii=False) if as_json else value)


def _json(key: str, value: str) -> object:
    try:
        return json.loads(value)
    except ValueError as error:
        raise InvalidInput(f"The value of {key!r} is not JSON: {error}.") from error


def set_(args: argparse.Namespace) -> None:
    """Set a variable."""
    _set(args.key, args.value, args.description, args.json)


def _set(key: str, value: str, description: str | None, as_json: bool) -> None:
    if as_json:
        value = json.dumps(_json(key, value))
    new = change(
        lambda tx, who: variables.set_variable(tx, key, value, who, description=description)
    )
    print(f"Variable {key} {'created' if new else 'updated'}")


def delete(args: argparse.Namespace) -> None:
    """Delete a variable."""
    _delete(args.key)


def _delete(key: str) -> None:
    change(lambda tx, who: variables.delete_variable(tx, key, who))
    print(f"Variable {key} deleted")


def import_(args: argparse.Namespace) -> None:
    """Set variables from a file."""
    _import(args.file, args.action_on_existing_key)


def _import(path: str, on_existing: OnExisting) -> None:
    values = read_object(path)
    count, skipped = change(
        lambda tx, who: variables.import_variables(tx, values, who, on_existing)
    )
    print(f"{count} of {count + len(skipped)} variables successfully updated.")
    if skipped:
        print(f"Already there and left alone: {', '.join(skipped)}")


def export(args: argparse.Namespace) -> None:
    """Write all variables to a file."""
    _export(args.file)


def _export(path: str) -> None:
    values = read(variables.export_variables)
    write_object(path, values)
    if path != "-":
        print(f"{len(values)} variables successfully exported to {path}")


def old_form(args: argparse.Namespace) -> None:
    """`airflow variables -s KEY VALUE`, `-g KEY [-d DEFAULT] [-j]`, `-x KEY`, `-i/-e FILE`."""
    if args.set:
        _set(args.set[0], args.set[1], None, args.json)
    elif args.get:
        _get(args.get, args.default, args.json)
    elif args.delete:
        _delete(args.delete)
    elif args.import_:
        _import(args.import_, "overwrite")
    elif args.export:
        _export(args.export)
    else:
        print_rows([{"key": v.key} for v in read(variables.list_variables).rows], "plain")
