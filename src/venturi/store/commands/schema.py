"""Removing all tables."""

from venturi.store.engine import Store
from venturi.store.schema.all import metadata


def drop_tables(store: Store) -> None:
    """Remove all tables of ours and what Alembic notes about them; the rest stays."""
    with store.write() as tx:
        metadata.drop_all(tx)
        tx.exec_driver_sql("DROP TABLE IF EXISTS alembic_version")
