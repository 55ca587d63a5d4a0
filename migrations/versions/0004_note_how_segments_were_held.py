"""Note how segments were held: who said so, when and why.

A segment keeps since when its delivered times are known, so that a scan made
before is judged by the window that was known then.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("segments", sa.Column("delivery_noted_at", MOMENT, nullable=True))
    op.execute(
        # The moment is not known; from the planned start on, everybody knew.
        "UPDATE segments SET delivery_noted_at = starts_at"
        " WHERE delivered_starts_at IS NOT NULL OR delivered_ends_at IS NOT NULL"
    )
    op.create_table(
        "deliveries",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("offering_id", KEY, nullable=False),
        sa.Column("segment_id", KEY, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("on_time_until", MOMENT, nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_deliveries_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_deliveries_segment_id_segments"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_deliveries_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("public_id", name=op.f("uq_deliveries_public_id")),
    )
    for column in ("offering_id", "segment_id"):
        op.create_index(op.f(f"ix_deliveries_{column}"), "deliveries", [column])


def downgrade() -> None:
    noted = op.get_bind().scalar(sa.text("SELECT count(*) FROM deliveries"))
    if noted:
        # Who said how a segment was held, and why, would be gone.
        raise RuntimeError(f"{noted} notes of how segments were held would be lost")
    op.drop_table("deliveries")
    op.drop_column("segments", "delivery_noted_at")
