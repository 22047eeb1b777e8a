"""Deleting old rows from the metadata database, and the archive tables that keep them."""

import argparse
import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from venturi.cli.output import print_rows
from venturi.cli.session import confirm, date, now, opened
from venturi.core.errors import InvalidInput, VenturiError

if TYPE_CHECKING:
    from sqlalchemy import Table

    from venturi.store.commands.archives import Archive
    from venturi.store.commands.clean import Rule, Wish
    from venturi.store.engine import Store


class NotCleaned(VenturiError):
    """A table could not be cleaned."""


def clean(args: argparse.Namespace) -> None:
    """Delete rows older than a date; say before how many there are."""
    from venturi.store.commands.archives import drop_empty, make_archives
    from venturi.store.commands.clean import choose_rules, count_rows, tables_to_archive

    if args.batch_size is not None and args.batch_size < 1:
        raise InvalidInput("--batch-size must be at least 1.")
    wish = _wish(args)
    chosen, remarks = choose_rules(_names(args.tables), wish)
    for remark in remarks:
        print(remark, file=sys.stderr)
    store = opened(patient=True)
    try:
        with store.read() as tx:
            counts = {rule.table.name: count_rows(tx, rule, wish) for rule in chosen}
        _preview(counts, verbose=args.verbose)
        if args.dry_run or not any(counts.values()):
            return
        fate = "for good" if args.skip_archive else "and keeps them in archive tables"
        confirm(f"This deletes these rows of {_shown(store)} {fate}. Go on?", yes=args.yes)
        wanted = [] if args.skip_archive else tables_to_archive(chosen)
        archives = make_archives(store, wanted, now())
        try:
            failed = [
                rule.table.name
                for rule in chosen
                if not _clean(store, rule, wish, archives, args.batch_size)
            ]
        finally:
            drop_empty(store, archives.values())
    finally:
        store.close()
    if failed and args.error_on_cleanup_failure:
        raise NotCleaned(f"Not cleaned: {', '.join(failed)}.")


def _wish(args: argparse.Namespace) -> "Wish":
    from venturi.store.commands.clean import Wish

    before = date(args.clean_before_timestamp)
    assert before is not None
    only, but = frozenset(_names(args.dag_ids)), frozenset(_names(args.exclude_dag_ids))
    both = sorted(only & but)
    if both:
        raise InvalidInput(f"DAG {both[0]!r} is in --dag-ids and in --exclude-dag-ids.")
    return Wish(before, only, but)


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]


def _preview(counts: dict[str, int], *, verbose: bool) -> None:
    rows = [{"table": name, "rows": count} for name, count in counts.items() if count or verbose]
    print_rows(rows, empty="There is nothing to delete")
    if counts.get("dag_run"):
        print("All rows that belong to these runs go with them.")


def _clean(
    store: "Store", rule: "Rule", wish: "Wish", archives: "dict[str, Table]", batch: int | None
) -> bool:
    """Clean a table; False, with the reason on standard error, when it could not be done."""
    from venturi.store.commands.clean import BATCH, clean_batch
    from venturi.store.engine import DatabaseError

    name, total = rule.table.name, 0
    try:
        while done := clean_batch(store, rule, wish, archives, batch or BATCH):
            total += done
    except DatabaseError as error:
        reason = " ".join(str(error.orig).split())
        print(f"Table {name} was not cleaned to the end: {reason}", file=sys.stderr)
        return False
    finally:
        if total:
            kept = f"; kept in {archives[name].name}" if name in archives else ""
            print(f"Deleted {total} rows of {name}{kept}")
    return True


def export_archived(args: argparse.Namespace) -> None:
    """Write each archive table to a CSV file of its name."""
    from venturi.store.commands.archives import archived_rows, drop_archives

    folder = Path(args.output_path)
    if not folder.is_dir():
        raise InvalidInput(f"--output-path {str(folder)!r} is not a folder; make it first.")
    store = opened(patient=True)
    try:
        found = _archives(store, args.tables)
        if args.drop_archives and found:
            _ask_to_drop(found, yes=args.yes)
        for archive in found:
            target = folder / f"{archive.name}.csv"
            with (
                archived_rows(store, archive.name) as (columns, rows),
                target.open("w", newline="", encoding="utf-8") as file,
            ):
                writer = csv.writer(file)
                writer.writerow(columns)
                writer.writerows(rows)
            print(f"Wrote {target}")
        if args.drop_archives:
            drop_archives(store, [archive.name for archive in found])
            print(f"Dropped {len(found)} archive tables")
    finally:
        store.close()


def drop_archived(args: argparse.Namespace) -> None:
    """Drop archive tables."""
    from venturi.store.commands.archives import drop_archives

    store = opened(patient=True)
    try:
        found = _archives(store, args.tables)
        if found:
            _ask_to_drop(found, yes=args.yes)
            drop_archives(store, [archive.name for archive in found])
            print(f"Dropped {len(found)} archive tables")
    finally:
        store.close()


def _archives(store: "Store", tables: str | None) -> "list[Archive]":
    from venturi.store.commands.archives import list_archives

    found = list_archives(store, _names(tables) or None)
    if not found:
        print("There are no archive tables")
    return found


def _ask_to_drop(found: "list[Archive]", *, yes: bool) -> None:
    names = ", ".join(archive.name for archive in found)
    confirm(f"This drops for good: {names}. Go on?", yes=yes)


def _shown(store: "Store") -> str:
    return store.url.render_as_string(hide_password=True)
