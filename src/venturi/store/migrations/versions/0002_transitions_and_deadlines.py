"""Every change of state of a task instance, and deadlines of runs

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

from venturi.store.schema.base import Id, Name, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "task_instance_transition",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("ti_id", Id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=True),
        sa.Column("try_number", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(length=500), nullable=True),
        sa.Column("cause", sa.String(length=500), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_instance_transition")),
    )
    op.create_index("tit_instance", "task_instance_transition", ["ti_id"])
    op.create_table(
        "deadline",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("dagrun_id", Id, nullable=False),
        sa.Column("dag_id", Name, nullable=False),
        sa.Column("alert", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=True),
        sa.Column("deadline_time", UtcDateTime(), nullable=False),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index("idx_deadline_run", "deadline", ["dagrun_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("deadline")
    op.drop_table("task_instance_transition")
