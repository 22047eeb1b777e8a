"""Creating, upgrading, checking and resetting the schema.

`migrations/versions` holds the revisions, from the first one on. An empty database gets all tables
at once and is stamped with the newest revision; an older one is upgraded step by step.
"""

import secrets
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import DBAPIError

from venturi.core.errors import VenturiError
from venturi.store.engine import Store, Tx
from venturi.store.schema.all import metadata
from venturi.store.schema.engine import id_block, installation
from venturi.store.schema.people import slot_pool


class SchemaState(StrEnum):
    """How a database stands to this version of Venturi."""

    EMPTY = "empty"
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
    head = ScriptDirectory.from_config(alembic_config(store)).get_current_head()
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
    if revision == head_revision(store):
        return SchemaState.CURRENT
    known = {script.revision for script in _scripts(store).walk_revisions()}
    return SchemaState.OLD if revision in known else SchemaState.FOREIGN


def _scripts(store: Store) -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config(store))


def migrate(store: Store) -> SchemaState:
    """Bring the database to the newest schema; the state it was in.

    Raises `SchemaError` when its tables belong to something else.
    """
    state = schema_state(store)
    match state:
        case SchemaState.EMPTY:
            # In one transaction, where the database can: tables without a revision are nobody's.
            with store.write() as tx:
                metadata.create_all(tx)
                fill_defaults(tx)
                MigrationContext.configure(tx).stamp(_scripts(store), "head")
        case SchemaState.OLD:
            command.upgrade(alembic_config(store), "head")
        case SchemaState.FOREIGN:
            raise SchemaError(
                f"The database {store.url.render_as_string(hide_password=True)} holds tables that "
                "this version of Venturi did not make. Point [database] sql_alchemy_conn at an "
                "empty database, or empty this one with: airflow db reset -y"
            )
        case SchemaState.CURRENT:
            pass
    return state


def fill_defaults(tx: Tx) -> None:
    """Rows that every installation has: its identity and the default pool."""
    if tx.execute(select(installation.c.key)).first() is None:
        tx.execute(insert(installation).values(key="id", value=secrets.token_hex(16)))
    known = tx.execute(select(slot_pool.c.id).where(slot_pool.c.pool == "default_pool")).first()
    if known is None:
        tx.execute(
            insert(slot_pool).values(
                pool="default_pool", slots=128, description="Default pool", include_deferred=False
            )
        )


def reset(store: Store) -> None:
    """Drop all tables, also of a half-made or older schema, and make them anew, empty.

    Row ids go on where they were: a runner that still works for the old rows is never mistaken for
    one that works for the new.
    """
    with store.write() as tx:
        inspector = inspect(tx)
        there = set(inspector.get_table_names())
        ids = []
        if id_block.name in there:
            ids = [
                dict(row._mapping) for row in tx.execute(select(id_block.c.name, id_block.c.next))
            ]
        for name in there & (set(metadata.tables) | {"alembic_version"}):
            quoted = tx.dialect.identifier_preparer.quote(name)
            tx.exec_driver_sql(f"DROP TABLE {quoted}")
    migrate(store)
    if ids:
        with store.write() as tx:
            tx.execute(insert(id_block), ids)


def require_current(store: Store) -> None:
    """Raise `SchemaError` with the way out unless the schema is the newest."""
    try:
        state = schema_state(store)
    except DBAPIError as error:
        raise SchemaError(
            f"The database {store.url.render_as_string(hide_password=True)} does not answer: "
            f"{str(error.orig).strip()}"
        ) from error
    if state is not SchemaState.CURRENT:
        raise SchemaError(
            f"The database is {_WORDS[state]}. Run: airflow db migrate"
            if state is not SchemaState.FOREIGN
            else "The database holds tables of another program or of a newer Venturi."
        )


_WORDS = {SchemaState.EMPTY: "empty", SchemaState.OLD: "of an older version"}
