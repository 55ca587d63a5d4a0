"""Decide held scans of nobody known; find the held ones of an offering at once.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHIPS = (
    "badge_forgotten",
    "phone_dead",
    "scanner_down",
    "seen_in_room",
    "sign_in_sheet",
    "mistake",
    "other",
)


def upgrade() -> None:
    op.create_table(
        "dismissals",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("offering_id", KEY, nullable=False),
        sa.Column("scan_uid", sa.String(length=64), nullable=False),
        sa.Column("chip", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            f"chip IN ({', '.join(map(repr, CHIPS))})",
            name=op.f("ck_dismissals_dismissal_chip"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_dismissals_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_dismissals_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dismissals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_dismissals_public_id")),
        sa.UniqueConstraint(
            "offering_id", "scan_uid", name=op.f("uq_dismissals_offering_id_scan_uid")
        ),
    )
    op.create_index(
        "ix_scans_held",
        "scans",
        ["offering_id"],
        sqlite_where=sa.text("outcome = 'held'"),
        postgresql_where=sa.text("outcome = 'held'"),
    )


def downgrade() -> None:
    decided = op.get_bind().scalar(sa.text("SELECT count(*) FROM dismissals"))
    if decided:
        # Scans that somebody has decided would wait for a decision again.
        raise RuntimeError(f"{decided} decisions on held scans would be lost")
    op.drop_index("ix_scans_held", "scans")
    op.drop_table("dismissals")
