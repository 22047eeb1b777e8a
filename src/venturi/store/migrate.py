"""Creating, upgrading, checking and resetting the schema.

`migrations/versions` holds the revisions, from the first one on. An empty database gets all tables
at once and is stamped with the newest revision; an older one is upgraded step by step.

SQLite and PostgreSQL make tables in transactions. MySQL does not: there a database is marked before
its tables are made, so that one that was left half-made is known and made anew, and an upgrade that
was interrupted goes on where it stopped (see `migrations/env.py`).
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    create_mock_engine,
    delete,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from venturi.core.errors import VenturiError
from venturi.store.alone import alone
from venturi.store.connect import in_utf8mb4
from venturi.store.engine import Store, Tx
from venturi.store.faults import sentence
from venturi.store.schema.all import metadata
from venturi.store.schema.engine import id_block, installation
from venturi.store.schema.people import slot_pool

#: What stands in place of a revision while the tables of a database are made.
MAKING = "making"

_DEFAULT_POOL = {
    "pool": "default_pool",
    "slots": 128,
    "description": "Default pool",
    "include_deferred": False,
}

#: Alembic's table, as Alembic makes it.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


class SchemaState(StrEnum):
    """How a database stands to this version of Venturi."""

    EMPTY = "empty"
    HALF_MADE = "half-made"
    CURRENT = "current"
    OLD = "old"
    FOREIGN = "foreign"  # tables of something else, or of a newer version


class SchemaError(VenturiError):
    """The database's tables are not what this version can work with."""


def alembic_config(store: Store) -> AlembicConfig:
    """Alembic's configuration, made in memory: nobody needs an alembic.ini."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = store.engine
    return config


def head_revision(store: Store) -> str:
    """The newest revision that this version of Venturi knows."""
    head = scripts(store).get_current_head()
    assert head is not None
    return head


def current_revision(store: Store) -> str | None:
    """The revision a database is at; None when it never had one."""
    with store.read() as tx:
        return MigrationContext.configure(tx).get_current_revision()


def schema_state(store: Store) -> SchemaState:
    """How the database stands; does not change it."""
    with store.read() as tx:
        tables = set(inspect(tx).get_table_names())
    revision = current_revision(store)
    if revision is None:
        return SchemaState.FOREIGN if tables & set(metadata.tables) else SchemaState.EMPTY
    if revision == MAKING:
        return SchemaState.HALF_MADE
    if revision == head_revision(store):
        return SchemaState.CURRENT
    known = {script.revision for script in scripts(store).walk_revisions()}
    return SchemaState.OLD if revision in known else SchemaState.FOREIGN


def scripts(store: Store) -> ScriptDirectory:
    """The revisions there are."""
    return ScriptDirectory.from_config(alembic_config(store))


def migrate(store: Store) -> SchemaState:
    """Bring the database to the newest schema; the state it was in.

    Only one process does so at a time; the others find it done. Raises `SchemaError` when its
    tables belong to something else, or when the account may not make tables.
    """
    with _explained(store), alone(store):
        state = schema_state(store)
        match state:
            case SchemaState.EMPTY | SchemaState.HALF_MADE:
                _make(store)
            case SchemaState.OLD:
                command.upgrade(alembic_config(store), "head")
            case SchemaState.FOREIGN:
                raise SchemaError(
                    f"The database {store.url.render_as_string(hide_password=True)} holds tables "
                    "that this version of Venturi did not make. Point [database] sql_alchemy_conn "
                    "at an empty database, or empty this one with: airflow db reset -y"
                )
            case SchemaState.CURRENT:
                pass
    return state


def _sql_of_all(store: Store) -> str:
    written: list[str] = []

    def write(clause: Any, *_: Any, **__: Any) -> None:
        in_utf8mb4(clause)
        compiled = clause.compile(dialect=store.engine.dialect)
        written.append(str(compiled).strip())

    metadata.create_all(create_mock_engine(store.url, write), checkfirst=False)
    _VERSION.create(create_mock_engine(store.url, write), checkfirst=False)
    rows = [
        insert(installation).values(key="id", value=secrets.token_hex(16)),
        insert(slot_pool).values(**_DEFAULT_POOL),
        insert(_VERSION).values(version_num=head_revision(store)),
    ]
    for row in rows:
        literal = {"literal_binds": True}
        written.append(str(row.compile(dialect=store.engine.dialect, compile_kwargs=literal)))
    return "".join(f"{statement};\n\n" for statement in written)


@contextmanager
def _explained(store: Store) -> Iterator[None]:
    """Say in a sentence what a server has against it."""
    try:
        yield
    except DBAPIError as error:
        raise SchemaError(sentence(error, store.url)) from error


def change_revision(store: Store, revision: str) -> tuple[str | None, str]:
    """Go to a revision, up or down; from which one to which one.

    Raises `SchemaError` for a revision that this version does not know, or a database that is not
    at any.
    """
    known = [script.revision for script in scripts(store).walk_revisions()]
    wanted = known[0] if revision == "head" else revision
    if wanted not in known:
        raise SchemaError(
            f"There is no revision {revision!r} of the tables. There are: "
            f"{', '.join(reversed(known))}."
        )
    with _explained(store), alone(store):
        state, before = schema_state(store), current_revision(store)
        if state in {SchemaState.FOREIGN, SchemaState.HALF_MADE}:
            raise SchemaError(f"The database is {_WORDS[state]}. Run first: airflow db migrate")
        config = alembic_config(store)
        if before is not None and known.index(wanted) > known.index(before):
            command.downgrade(config, wanted)
        else:
            command.upgrade(config, wanted)
    return before, wanted


def sql_between(store: Store, before: str | None, after: str) -> str:
    """The statements that lead from one revision to another, and change nothing now.

    From None to the newest: those that make all tables at once.
    """
    if before is None and after in {"head", head_revision(store)}:
        return _sql_of_all(store)
    written = StringIO()
    config = alembic_config(store)
    config.output_buffer = written
    order = [script.revision for script in scripts(store).walk_revisions()]
    target = order[0] if after == "head" else after
    try:
        if before is not None and order.index(target) > order.index(before):
            command.downgrade(config, f"{before}:{target}", sql=True)
        else:
            command.upgrade(config, f"{before or 'base'}:{target}", sql=True)
    except CommandError as error:  # SQLite changes a column by copying its table
        raise SchemaError(f"That cannot be written as SQL: {error}") from error
    return written.getvalue()


def _make(store: Store) -> None:
    """Make all tables, and what is left of an attempt to make them, anew."""
    if not makes_tables_in_transactions(store):
        with store.write() as tx:
            _VERSION.create(tx, checkfirst=True)
            _stamp(tx, MAKING)
        with store.write() as tx:
            metadata.drop_all(tx)
    # In one transaction, where the database can: tables without a revision are nobody's.
    with store.write() as tx:
        metadata.create_all(tx)
        fill_defaults(tx)
        _VERSION.create(tx, checkfirst=True)
        _stamp(tx, head_revision(store))


def makes_tables_in_transactions(store: Store) -> bool:
    """Whether CREATE TABLE can be taken back. MySQL commits before and after each."""
    return store.url.get_backend_name() != "mysql"


def _stamp(tx: Tx, revision: str) -> None:
    tx.execute(delete(_VERSION))
    tx.execute(insert(_VERSION).values(version_num=revision))


def fill_defaults(tx: Tx) -> None:
    """Rows that every installation has: its identity and the default pool."""
    if tx.execute(select(installation.c.key)).first() is None:
        tx.execute(insert(installation).values(key="id", value=secrets.token_hex(16)))
    known = tx.execute(select(slot_pool.c.id).where(slot_pool.c.pool == "default_pool")).first()
    if known is None:
        tx.execute(insert(slot_pool).values(**_DEFAULT_POOL))


def reset(store: Store) -> None:
    """Drop all tables, also of a half-made or older schema, and make them anew, empty.

    Row ids go on where they were: a runner that still works for the old rows is never mistaken for
    one that works for the new.
    """
    ids = drop_tables(store)
    migrate(store)
    if ids:
        with store.write() as tx:
            tx.execute(insert(id_block), ids)


def drop_tables(store: Store) -> list[dict[str, object]]:
    """Drop all tables of ours; the blocks of ids that were handed out. Strange tables stay."""
    with _explained(store), alone(store), store.write() as tx:
        there = set(inspect(tx).get_table_names())
        ids: list[dict[str, object]] = []
        if id_block.name in there:
            ids = [
                dict(row._mapping) for row in tx.execute(select(id_block.c.name, id_block.c.next))
            ]
        # Alembic's table goes last: without it, tables that are left would be nobody's.
        for name in [*sorted(there & set(metadata.tables)), _VERSION.name]:
            if name in there:
                quoted = tx.dialect.identifier_preparer.quote(name)
                tx.execute(text(f"DROP TABLE {quoted}"))
    return ids


def require_current(store: Store) -> None:
    """Raise `SchemaError` with the way out unless the schema is the newest."""
    try:
        state = schema_state(store)
    except DBAPIError as error:
        raise SchemaError(sentence(error, store.url)) from error
    if state is not SchemaState.CURRENT:
        raise SchemaError(
            f"The database is {_WORDS[state]}. Run: airflow db migrate"
            if state is not SchemaState.FOREIGN
            else f"The database is {_WORDS[state]}."
        )


_WORDS = {
    SchemaState.FOREIGN: "that of another program, or of a newer Venturi",
    SchemaState.EMPTY: "empty",
    SchemaState.HALF_MADE: "half-made: making its tables was interrupted",
    SchemaState.OLD: "of an older version",
}
