"""Pools: list, get, set, delete, import, export."""

import argparse
from typing import Any

from venturi.cli.files import read_object, write_object
from venturi.cli.output import print_rows
from venturi.cli.session import change, read, ring_bell
from venturi.core.errors import InvalidInput
from venturi.store.commands import pools
from venturi.store.commands.pools import Pool


def _row(pool: Pool) -> dict[str, Any]:
    return {
        "pool": pool.name,
        "slots": pool.slots,
        "description": pool.description,
        "include_deferred": pool.include_deferred,
        "running": pool.running_slots,
        "queued": pool.queued_slots,
        "open": pool.open_slots,
    }


def list_pools(args: argparse.Namespace) -> None:
    """List the pools."""
    print_rows([_row(pool) for pool in read(pools.list_pools).rows], args.output)


def get(args: argparse.Namespace) -> None:
    """Show a pool."""
    _show(args.pool, args.output)


def _show(name: str, output: str) -> None:
    print_rows([_row(read(lambda tx: pools.get_pool(tx, name)))], output)


def set_(args: argparse.Namespace) -> None:
    """Make a pool or change it."""
    _set(args.pool, args.slots, args.description, args.include_deferred)
    _show(args.pool, args.output)


def _set(name: str, slots: int, description: str, include_deferred: bool) -> None:
    change(
        lambda tx, who: pools.set_pool(
            tx, name, slots, description, who, include_deferred=include_deferred
        )
    )
    ring_bell(pools=True)


def delete(args: argparse.Namespace) -> None:
    """Delete a pool."""
    _delete(args.pool)


def _delete(name: str) -> None:
    change(lambda tx, who: pools.delete_pool(tx, name, who))
    ring_bell(pools=True)
    print(f"Pool {name} deleted")


def import_(args: argparse.Namespace) -> None:
    """Make pools from a file."""
    _import(args.file)


def _import(path: str) -> None:
    values = read_object(path)
    count = change(lambda tx, who: pools.import_pools(tx, values, who))
    ring_bell(pools=True)
    print(f"Uploaded {count} pools")


def export(args: argparse.Namespace) -> None:
    """Write all pools to a file."""
    _export(args.file)


def _export(path: str) -> None:
    values = read(pools.export_pools)
    write_object(path, values)
    if path != "-":
        print(f"Exported {len(values)} pools to {path}")


def old_form(args: argparse.Namespace) -> None:
    """`airflow pool -s NAME SLOTS DESCRIPTION`, `-g NAME`, `-x NAME`; without flags: list."""
    if args.set:
        name, slots, description = args.set
        try:
            count = int(slots)
        except ValueError as error:
            raise InvalidInput(f"A pool needs a whole number of slots, not {slots!r}.") from error
        _set(name, count, description, include_deferred=False)
        _show(name, args.output)
    elif args.get:
        _show(args.get, args.output)
    elif args.delete:
        _delete(args.delete)
    elif args.import_:
        _import(args.import_)
    elif args.export:
        _export(args.export)
    else:
        list_pools(args)
