"""Alembic's entry point: run the revisions on the engine that `store.migrate` hands over."""

from alembic import context
from sqlalchemy import Engine

from venturi.store.schema.all import metadata

engine: Engine = context.config.attributes["engine"]
with engine.connect().execution_options(venturi_write=True) as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
