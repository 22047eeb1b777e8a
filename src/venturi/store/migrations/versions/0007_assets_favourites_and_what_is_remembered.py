"""Assets as tasks read them, favourites, and what tasks and assets remember

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

import venturi.store.schema.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.String(length=250).with_variant(
    mysql.VARCHAR(length=250, charset="utf8mb4", collation="utf8mb4_bin"), "mysql"
)
TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, venturi.store.schema.base.UtcDateTime(), nullable=nullable)


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "task_inlet_asset_reference",
        sa.Column("asset_id", ID, autoincrement=False, nullable=False),
        sa.Column("dag_id", NAME, nullable=False),
        sa.Column("task_id", NAME, nullable=False),
        _instant("created_at"),
        sa.PrimaryKeyConstraint(
            "asset_id", "dag_id", "task_id", name=op.f("pk_task_inlet_asset_reference")
        ),
    )
    op.create_table(
        "asset_alias",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column(
            "name",
            sa.String(length=1500).with_variant(sa.String(length=700), "mysql"),
            nullable=False,
        ),
        sa.Column("group", sa.String(length=1500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset_alias")),
    )
    with op.batch_alter_table("asset_alias", schema=None) as batch_op:
        batch_op.create_index("idx_asset_alias_name", ["name"], unique=False)
    op.create_table(
        "asset_state_store",
        sa.Column("asset_id", ID, autoincrement=False, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("value", TEXT),
        _instant("updated_at"),
        sa.PrimaryKeyConstraint("asset_id", "key", name=op.f("pk_asset_state_store")),
    )
    op.create_table(
        "task_state_store",
        sa.Column("task_instance_id", ID, autoincrement=False, nullable=False),
        sa.Column("key", NAME, nullable=False),
        sa.Column("dag_id", NAME, nullable=False),
        sa.Column("value", TEXT),
        _instant("updated_at"),
        _instant("expires_at", nullable=True),
        sa.PrimaryKeyConstraint("task_instance_id", "key", name=op.f("pk_task_state_store")),
    )
    op.create_table(
        "dag_favorite",
        sa.Column("username", NAME, nullable=False),
        sa.Column("dag_id", NAME, nullable=False),
        sa.PrimaryKeyConstraint("username", "dag_id", name=op.f("pk_dag_favorite")),
    )
    with op.batch_alter_table("dag_run", schema=None) as batch_op:
        batch_op.create_index("idx_dag_run_by_time", ["run_after"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("dag_run", schema=None) as batch_op:
        batch_op.drop_index("idx_dag_run_by_time")
    for name in (
        *("dag_favorite", "task_state_store", "asset_state_store", "asset_alias"),
        "task_inlet_asset_reference",
    ):
        op.drop_table(name)
