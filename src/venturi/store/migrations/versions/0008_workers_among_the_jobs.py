"""Workers among the jobs, and what keeps a process from its work

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql")


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name", sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column("queues", TEXT, nullable=True))
        batch_op.add_column(sa.Column("places", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("note", TEXT, nullable=True))


def downgrade() -> None:
    """Go back from this revision."""
    with op.batch_alter_table("job", schema=None) as batch_op:
        for name in ("note", "places", "queues", "name"):
            batch_op.drop_column(name)
