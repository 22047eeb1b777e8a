"""What kind of timetable a DAG has

Revision ID: 0009
Revises: 0008
"""

import msgspec
import sqlalchemy as sa
from alembic import op

from venturi.spec.timetable import type_name
from venturi.spec.timetable.model import Null, Timetable

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


class _Scheduled(msgspec.Struct):
    """A description of a DAG, of which nothing else is read."""

    timetable: Timetable = Null()


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("dag", schema=None) as batch_op:
        batch_op.add_column(sa.Column("timetable_type", sa.String(length=1000), nullable=True))
    if not op.get_context().as_sql:  # written as SQL, it knows no rows: reading the files fills it
        _fill(op.get_bind())


def _fill(tx: sa.Connection) -> None:
    """The kinds of the DAGs that are there: their files need not be read for it."""
    query = sa.text("SELECT d.dag_id, v.spec FROM dag d JOIN dag_version v ON v.id = d.version_id")
    change = sa.text("UPDATE dag SET timetable_type = :name WHERE dag_id = :dag_id")
    rows = [{"dag_id": dag_id, "name": _name_in(spec)} for dag_id, spec in tx.execute(query).all()]
    if rows:
        tx.execute(change, rows)


def _name_in(spec: bytes) -> str | None:
    try:
        return type_name(msgspec.json.decode(spec, type=_Scheduled).timetable)[:1000]
    except msgspec.DecodeError:  # people change rows: reading the file mends it
        return None


def downgrade() -> None:
    """Go back from this revision."""
    with op.batch_alter_table("dag", schema=None) as batch_op:
        batch_op.drop_column("timetable_type")
