"""Who may see what

Revision ID: 0006
Revises: 0002
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from venturi.store.access import grants
from venturi.store.schema.base import UtcDateTime

revision = "0006"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = sa.String(length=250).with_variant(
    mysql.VARCHAR(length=250, charset="utf8mb4", collation="utf8mb4_bin"), "mysql"
)

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


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
    if not op.get_context().as_sql:  # written as SQL, it knows no rows: reading the files fills it
        _fill(op.get_bind(), owners, access)
    _people()


def _people() -> None:
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.add_column(sa.Column("first_name", sa.String(length=250), nullable=True))
        batch_op.add_column(sa.Column("last_name", sa.String(length=250), nullable=True))
        batch_op.add_column(sa.Column("is_active", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("generation", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("created_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("last_login", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("login_count", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("identity", sa.String(length=500), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_users_identity"), ["identity"])
    op.create_table(
        "role",
        sa.Column("name", NAME, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_role")),
    )
    op.create_table(
        "role_permission",
        sa.Column("role", NAME, nullable=False),
        sa.Column("permission", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("role", "permission", name=op.f("pk_role_permission")),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("role", NAME, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "role", name=op.f("pk_user_role")),
    )
    with op.batch_alter_table("user_role", schema=None) as batch_op:
        batch_op.create_index("idx_user_role_role", ["role"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_session")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index("idx_user_session_user_id", ["user_id"], unique=False)
        batch_op.create_index("idx_user_session_expires_at", ["expires_at"], unique=False)
    op.create_table(
        "user_token",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_token_token_hash")),
    )
    with op.batch_alter_table("user_token", schema=None) as batch_op:
        batch_op.create_index("idx_user_token_user_id", ["user_id"], unique=False)
    op.create_table(
        "sign_in_failure",
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index("idx_sign_in_failure_last_at", ["last_at"], unique=False)


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
    for table in (
        "sign_in_failure",
        "user_token",
        "user_session",
        "user_role",
        "role_permission",
        "role",
    ):
        op.drop_table(table)
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_users_identity"), type_="unique")
        for column in (
            "identity",
            "login_count",
            "last_login",
            "created_at",
            "generation",
            "is_active",
            "last_name",
            "first_name",
        ):
            batch_op.drop_column(column)
    op.drop_table("dag_access")
    op.drop_table("dag_owner")
