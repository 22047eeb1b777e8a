"""The metadata database: create, upgrade, check, reset, look into."""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event
from urllib.parse import parse_qsl

from venturi.cli.session import configured, confirm, now, opened
from venturi.core.errors import InvalidInput, VenturiError
from venturi.store.engine import Store


class NotMigrated(VenturiError):
    """The tables did not become current in time."""


def migrate(args: argparse.Namespace) -> None:
    """Create the tables, or bring them to the newest schema (or to an older one that is named)."""
    from venturi.store.migrate import SchemaState, change_revision
    from venturi.store.migrate import migrate as migrate_store

    wanted = _revision(args)
    with _answering() as store:
        if args.show_sql_only:
            _show_sql(store, args, wanted or "head")
            return
        shown = store.url.render_as_string(hide_password=True)
        if wanted is not None and wanted != _newest():
            before, after = change_revision(store, wanted)
            print(f"The tables in {shown} went from revision {before or 'none'} to {after}")
            return
        match migrate_store(store):
            case SchemaState.EMPTY:
                print(f"Created the tables in {shown}")
            case SchemaState.HALF_MADE:
                print(f"Made the tables in {shown} anew: making them had been interrupted")
            case SchemaState.CURRENT:
                print(f"The tables in {shown} are up to date")
            case _:
                print(f"Upgraded the tables in {shown}")


@contextmanager
def _answering() -> Iterator[Store]:
    """The configured database, with time for long statements; a sentence if it does not answer."""
    with closing(opened(ready=False, patient=True)) as store:
        problem = _problem(store)
        if problem is not None:
            raise VenturiError(problem)
        yield store


def _newest() -> str:
    from venturi.store.queries.schema import newest_revision

    return newest_revision()


def _revision(args: argparse.Namespace) -> str | None:
    """The revision that a person asked for, by its number or by the version that has it."""
    from importlib.metadata import version

    if args.to_revision and args.to_version:
        raise InvalidInput("Name a revision or a version, not both.")
    if args.to_version:
        here = version("venturi")
        if args.to_version != here:
            raise InvalidInput(
                f"The revision of version {args.to_version} is not known here; this is version "
                f"{here}. Name it by its number: --to-revision."
            )
        return _newest()
    return _newest() if args.to_revision == "head" else args.to_revision


def _show_sql(store: Store, args: argparse.Namespace, wanted: str) -> None:
    from venturi.store.migrate import current_revision, sql_between

    before = args.from_revision or current_revision(store)
    print(sql_between(store, before, wanted), end="")


def reset(args: argparse.Namespace) -> None:
    """Drop all tables and make them anew."""
    from venturi.store.migrate import drop_tables
    from venturi.store.migrate import reset as reset_store

    with _answering() as store:
        shown = store.url.render_as_string(hide_password=True)
        confirm(f"This deletes everything in {shown}. Go on?", yes=args.yes)
        if args.skip_init:
            drop_tables(store)
            print(f"Removed all tables from {shown}")
            return
        reset_store(store)
        print(f"Emptied {shown}")


def check(args: argparse.Namespace) -> None:
    """See whether the database answers."""
    problem: str | None = None
    with closing(opened(ready=False)) as store:
        for left in range(args.retry, -1, -1):
            problem = _problem(store)
            if problem is None:
                print("The database answers")
                return
            if left:
                print(f"{problem} Trying again in {args.retry_delay:g} s.", file=sys.stderr)
                Event().wait(args.retry_delay)
    raise VenturiError(problem)


def _problem(store: Store) -> str | None:
    from venturi.store.queries.schema import answers

    return answers(store)


def check_migrations(args: argparse.Namespace) -> None:
    """Wait until the tables are current."""
    from datetime import timedelta

    from venturi.store.engine import DatabaseUnavailable
    from venturi.store.queries.schema import NotReady, require_ready

    until = now() + timedelta(seconds=args.migration_wait_timeout)
    with closing(opened(ready=False)) as store:
        while True:
            try:
                require_ready(store)
            except (NotReady, DatabaseUnavailable) as error:
                if now() >= until:
                    raise NotMigrated(str(error)) from error
                Event().wait(0.5)
            else:
                print("The tables are up to date")
                return


def downgrade(args: argparse.Namespace) -> None:
    """Bring the tables back to an older schema. What only the newer ones hold is lost."""
    from venturi.store.migrate import change_revision

    wanted = _revision(args)
    if wanted is None:
        raise InvalidInput("Name the revision to go back to: --to-revision 0001")
    with _answering() as store:
        if args.show_sql_only:
            _show_sql(store, args, wanted)
            return
        shown = store.url.render_as_string(hide_password=True)
        confirm(f"This takes tables and columns out of {shown}. Go on?", yes=args.yes)
        before, after = change_revision(store, wanted)
        print(f"The tables in {shown} went from revision {before or 'none'} to {after}")


def shell(_args: argparse.Namespace) -> None:
    """Become the database's own shell."""
    url = configured().database_url()
    environment = dict(os.environ)
    parameters = dict(parse_qsl(url.url.partition("?")[2]))
    names: tuple[str, ...]
    given: dict[str, str | int | None]
    match url.dialect:
        case "sqlite":
            names, given = ("sqlite3",), {}
        case "mysql":
            names = ("mariadb", "mysql")
            given = {"user": url.user, "host": url.host, "port": url.port}
            given["socket"] = parameters.get("unix_socket")
            environment["MYSQL_PWD"] = url.password or ""
        case "postgresql":
            names = ("psql",)
            given = {"username": url.user, "port": url.port}
            given["host"] = url.host or parameters.get("host")
            environment["PGPASSWORD"] = url.password or ""
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        raise VenturiError(
            f"The program {' or '.join(names)} is not installed; install it and try again."
        )
    options = [f"--{name}={value}" for name, value in given.items() if value]
    sys.stdout.flush()
    os.execve(program, [program, *options, url.database], environment)
