"""Count scans apart from an offering's other changes, in slots.

So that doors which scan at the same moment do not wait for each other's commit.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "scan_counters",
        sa.Column(
            "offering_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_scan_counters_offering_id_offerings"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("offering_id", "slot", name=op.f("pk_scan_counters")),
    )


def downgrade() -> None:
    slots = op.get_bind().scalar(sa.text("SELECT count(*) FROM scan_counters"))
    if slots:
        # The boards' versions would fall back, and pages would pass for current.
        raise RuntimeError(f"{slots} counters of scans would be lost")
    op.drop_table("scan_counters")
