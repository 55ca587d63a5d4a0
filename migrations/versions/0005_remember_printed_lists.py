"""Remember in which order people stand on printed sign-in sheets.

A signed sheet is typed in by row number, so the order outlives names and seats.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sign_in_lists",
        sa.Column("id", key, nullable=False),
        sa.Column("offering_id", key, nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("enrollments", sa.JSON(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_sign_in_lists_offering_id_offerings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_lists")),
        sa.UniqueConstraint(
            "offering_id", "code", name=op.f("uq_sign_in_lists_offering_id_code")
        ),
    )


def downgrade() -> None:
    lists = op.get_bind().scalar(sa.text("SELECT count(*) FROM sign_in_lists"))
    if lists:
        # Sheets that were signed could no longer be typed in.
        raise RuntimeError(f"{lists} printed lists would be lost")
    op.drop_table("sign_in_lists")
