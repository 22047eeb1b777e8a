"""Roles: list, create, delete, what they permit."""

import argparse
from collections.abc import Iterable
from typing import Any

from venturi.api.auth.roles import (
    RESOURCES,
    Role,
    permission_named,
    permissions_of,
    resource_and_action,
)
from venturi.api.permissions import Permission
from venturi.cli.files import read_object, write_object
from venturi.cli.output import print_rows
from venturi.cli.session import change, read
from venturi.core.errors import InvalidInput
from venturi.store.commands import users
from venturi.store.commands.audit import Actor
from venturi.store.engine import Tx
from venturi.store.queries.users import granted_permissions


def list_roles(args: argparse.Namespace) -> None:
    """List the roles; with `--permission` what each permits."""
    found = read(lambda tx: [(name, _permitted(tx, name)) for name in users.list_roles(tx)])
    if not args.permission:
        print_rows([{"name": name} for name, _ in found], args.output)
        return
    rows = [
        {"name": name, "resource": resource, "action": action}
        for name, permitted in found
        for resource, action in sorted(map(resource_and_action, permitted))
    ]
    print_rows(rows, args.output)


def _permitted(tx: Tx, name: str) -> frozenset[Permission]:
    everybodys = permissions_of([])
    if name in set(Role):
        return permissions_of([name]) - everybodys
    return permissions_of([], granted_permissions(tx, [name])) - everybodys


def create(args: argparse.Namespace) -> None:
    """Make roles."""

    def body(tx: Tx, who: Actor) -> None:
        for name in args.role:
            users.create_role(tx, name, who)

    change(body)
    print(f"Added {len(args.role)} role(s)")


def delete(args: argparse.Namespace) -> None:
    """Delete roles."""

    def body(tx: Tx, who: Actor) -> None:
        for name in args.role:
            users.delete_role(tx, name, who)

    change(body)
    print(f"Deleted {len(args.role)} role(s)")


def add_perms(args: argparse.Namespace) -> None:
    """Let roles permit more."""
    wanted = _permissions(args.resource, args.action)

    def body(tx: Tx, who: Actor) -> None:
        for name in args.role:
            users.permit(tx, name, wanted, who)

    change(body)
    print(f"{', '.join(args.role)}: {', '.join(sorted(wanted))} added")


def del_perms(args: argparse.Namespace) -> None:
    """Let roles permit less."""
    unwanted = _permissions(args.resource, args.action)

    def body(tx: Tx, who: Actor) -> None:
        for name in args.role:
            users.forbid(tx, name, unwanted, who)

    change(body)
    print(f"{', '.join(args.role)}: {', '.join(sorted(unwanted))} removed")


def _permissions(resources: Iterable[str], actions: Iterable[str] | None) -> set[Permission]:
    """What is named; no action: all there are. Raises `InvalidInput`."""
    found = set()
    for resource in resources:
        named = {permission_named(resource, action) for action in actions or _ALL} - {None}
        if not named:
            known = ", ".join(RESOURCES)
            raise InvalidInput(f"Nothing of that can be done to {resource!r}; resources: {known}.")
        found |= {permission for permission in named if permission is not None}
    return found


_ALL = ("can_read", "can_create", "can_edit", "can_delete")


def export(args: argparse.Namespace) -> None:
    """Write the roles that people made to a file."""
    found = read(
        lambda tx: {
            name: sorted(_permitted(tx, name))
            for name in users.list_roles(tx)
            if name not in set(Role)
        }
    )
    rows = [
        {
            "name": name,
            "actions": [
                {"resource": resource, "action": action}
                for resource, action in map(resource_and_action, permitted)
            ],
        }
        for name, permitted in found.items()
    ]
    write_object(args.file, rows)
    if args.file != "-":
        print(f"{len(rows)} roles successfully exported to {args.file}")


def import_(args: argparse.Namespace) -> None:
    """Make roles, or let them permit more, as a file says: names, or what `export` writes."""
    listed = read_object(args.file)
    if not isinstance(listed, list):
        raise InvalidInput(f"{args.file} must hold a list of roles.")
    wanted: dict[str, set[Permission]] = {}
    for each in listed:
        row: dict[str, Any] = {"name": each} if isinstance(each, str) else dict(each)
        permitted = wanted.setdefault(str(row["name"]), set())
        for one in row.get("actions", ()):
            permitted |= _permissions([str(one["resource"])], [str(one["action"])])

    def body(tx: Tx, who: Actor) -> None:
        known = users.list_roles(tx)
        for name, permitted in wanted.items():
            if name in set(Role):
                continue
            if name not in known:
                users.create_role(tx, name, who)
            users.permit(tx, name, permitted, who)

    change(body)
    print(f"{len(wanted)} roles imported")


def old_form(args: argparse.Namespace) -> None:
    """`airflow roles -l` and `airflow roles -c NAME...`."""
    if args.create:
        if not args.role:
            raise InvalidInput("Name the roles to make.")
        create(args)
    else:
        args.permission = False
        list_roles(args)


def sync_perm(_args: argparse.Namespace) -> None:
    """What the built-in roles permit is part of the program."""
    print("Nothing to do: what roles permit is always current.")
