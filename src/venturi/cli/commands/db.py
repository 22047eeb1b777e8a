"""The metadata database: create, upgrade, check, reset, look into."""

import argparse
import os
import shutil
import sys
from threading import Event

from venturi.cli.session import configured, confirm, now, opened
from venturi.core.errors import InvalidInput, VenturiError
from venturi.store.engine import Store


class NotMigrated(VenturiError):
    """The tables did not become current in time."""


def migrate(args: argparse.Namespace) -> None:
    """Create the tables, or bring them to the newest schema."""
    from venturi.store.migrate import SchemaState
    from venturi.store.migrate import migrate as migrate_store

    if args.show_sql_only:
        raise InvalidInput("--show-sql-only comes with a later version of Venturi.")
    _only_newest(args)
    store = _answering()
    shown = store.url.render_as_string(hide_password=True)
    match migrate_store(store):
        case SchemaState.EMPTY:
            print(f"Created the tables in {shown}")
        case SchemaState.CURRENT:
            print(f"The tables in {shown} are up to date")
        case _:
            print(f"Upgraded the tables in {shown}")


def _answering() -> Store:
    """The configured database. Raises one sentence when it does not answer."""
    store = opened(ready=False)
    problem = _problem(store)
    if problem is not None:
        raise VenturiError(problem)
    return store


def _only_newest(args: argparse.Namespace) -> None:
    from venturi.store.queries.schema import newest_revision

    wanted = args.to_revision
    if args.to_version or (wanted and wanted not in {"head", newest_revision()}):
        raise InvalidInput(
            f"There is one revision of the tables so far, {newest_revision()}: "
            "leave --to-revision and --to-version out."
        )


def reset(args: argparse.Namespace) -> None:
    """Drop all tables and make them anew."""
    from venturi.store.migrate import reset as reset_store

    store = _answering()
    shown = store.url.render_as_string(hide_password=True)
    confirm(f"This deletes everything in {shown}. Go on?", yes=args.yes)
    if args.skip_init:
        from venturi.store.commands.schema import drop_tables

        drop_tables(store)
        print(f"Removed all tables from {shown}")
        return
    reset_store(store)
    print(f"Emptied {shown}")


def check(args: argparse.Namespace) -> None:
    """See whether the database answers."""
    store = opened(ready=False)
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

    store = opened(ready=False)
    until = now() + timedelta(seconds=args.migration_wait_timeout)
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
    """Bring the tables back to an older schema: there is none yet."""
    _only_newest(args)
    opened()
    print("There is no older schema to go to; nothing was done")


def shell(_args: argparse.Namespace) -> None:
    """Become the database's own shell."""
    url = configured().database_url()
    environment = dict(os.environ)
    match url.dialect:
        case "sqlite":
            words = ["sqlite3", url.database]
        case "mysql":
            words = ["mysql", f"--user={url.user}", f"--host={url.host}", url.database]
            words += [f"--port={url.port}"] if url.port else []
            environment["MYSQL_PWD"] = url.password or ""
        case "postgresql":
            words = ["psql", f"--username={url.user}", f"--host={url.host}", url.database]
            words += [f"--port={url.port}"] if url.port else []
            environment["PGPASSWORD"] = url.password or ""
    program = shutil.which(words[0])
    if program is None:
        raise VenturiError(f"The program {words[0]} is not installed; install it and try again.")
    sys.stdout.flush()
    os.execve(program, words, environment)
