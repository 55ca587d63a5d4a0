"""Say why a certificate was superseded.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("certificates", sa.Column("superseded_reason", sa.LargeBinary()))


def downgrade() -> None:
    said = op.get_bind().scalar(
        sa.text("SELECT count(superseded_reason) FROM certificates")
    )
    if said:
        raise RuntimeError(f"{said} reasons of superseded certificates would be lost")
    op.drop_column("certificates", "superseded_reason")
