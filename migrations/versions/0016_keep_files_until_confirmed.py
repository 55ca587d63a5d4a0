"""Keep a file to import between its upload and the word that imports it.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "pending_files",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("offering_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_pending_files_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_pending_files_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_pending_files_public_id")),
    )
    op.create_index(
        op.f("ix_pending_files_offering_id"), "pending_files", ["offering_id"]
    )


def downgrade() -> None:
    # Nothing is lost: a file that waits can be uploaded again.
    op.drop_table("pending_files")
