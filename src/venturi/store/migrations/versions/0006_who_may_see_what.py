"""Who may see what

Revision ID: 0006
Revises: 0001
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from venturi.store.access import grants

revision = "0006"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = sa.String(length=250).with_variant(
    mysql.VARCHAR(length=250, charset="utf8mb4", collation="utf8mb4_bin"), "mysql"
)


def upgrade() -> None:
    """Go to this revision."""
    owners = op.create_table(
        "dag_owner",
        sa.Column("owner", NAME, nullable=False),
        sa.Column("dag_id", NAME, nullable=False),
        sa.PrimaryKeyConstraint("owner", "dag_id", name=op.f("pk_dag_owner")),
    )
    with op.batch_alter_table("dag_owner", schema=None) as batch_op:
        batch_op.create_index("idx_dag_owner_dag_id", ["dag_id"], unique=False)
    access = op.create_table(
        "dag_access",
        sa.Column("role", NAME, nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("dag_id", NAME, nullable=False),
        sa.PrimaryKeyConstraint("role", "action", "dag_id", name=op.f("pk_dag_access")),
    )
    with op.batch_alter_table("dag_access", schema=None) as batch_op:
        batch_op.create_index("idx_dag_access_dag_id", ["dag_id"], unique=False)
    _fill(op.get_bind(), owners, access)


def _fill(tx: sa.Connection, owners: sa.Table, access: sa.Table) -> None:
    """Rows for the DAGs that are there: their files need not be read for it."""
    query = sa.text(
        "SELECT d.dag_id, d.owners, v.spec FROM dag d "
        "LEFT JOIN dag_version v ON v.id = d.version_id"
    )
    owned, granted = [], []
    for dag_id, names, spec in tx.execute(query).all():
        each = {name for name in (names or "").split(", ") if name}
        owned += [{"owner": name, "dag_id": dag_id} for name in sorted(each)]
        control = json.loads(spec).get("access_control", {}) if spec else {}
        granted += [
            {"role": role, "action": action, "dag_id": dag_id}
            for role, action in sorted(grants(control))
        ]
    if owned:
        tx.execute(sa.insert(owners), owned)
    if granted:
        tx.execute(sa.insert(access), granted)


def downgrade() -> None:
    """Go back."""
    op.drop_table("dag_access")
    op.drop_table("dag_owner")
