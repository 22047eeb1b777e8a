"""Alembic's entry point: run the revisions on the engine that `store.migrate` hands over.

MySQL takes no CREATE or ALTER back. An upgrade that broke off there left its first statements done
and its revision not noted; when it is run again, a statement whose effect is there already is
passed over. (What a revision does to rows must bear repeating for the same reason.)
"""

from typing import Any

from alembic import context
from alembic.ddl.mysql import MariaDBImpl, MySQLImpl
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from venturi.store.connect import in_utf8mb4
from venturi.store.faults import code_of
from venturi.store.schema.all import metadata

#: The table is there, the column is, the key is; the primary key is; the column or key is gone; the
#: table is gone.
_DONE_ALREADY = frozenset({1050, 1060, 1061, 1068, 1091, 1051})


class _RepeatableMySQL(MySQLImpl):
    __dialect__ = "mysql"

    def _exec(self, construct: Any, *args: Any, **named: Any) -> Any:
        in_utf8mb4(construct)
        try:
            return super()._exec(construct, *args, **named)
        except DBAPIError as error:
            if code_of(error) not in _DONE_ALREADY:
                raise
            return None


class _RepeatableMariaDB(_RepeatableMySQL, MariaDBImpl):
    __dialect__ = "mariadb"


OPTIONS: dict[str, Any] = {
    "target_metadata": metadata,
    "render_as_batch": True,
    "compare_type": True,
}

engine: Engine = context.config.attributes["engine"]
if context.is_offline_mode():
    context.configure(
        url=engine.url,
        literal_binds=True,
        output_buffer=context.config.output_buffer,
        **OPTIONS,
    )
    with context.begin_transaction():
        context.run_migrations()
else:
    with engine.connect().execution_options(venturi_write=True) as connection:
        context.configure(connection=connection, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
