"""Keep why an offering was cancelled, sealed like every free text.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("offerings", sa.Column("cancellation_reason", sa.LargeBinary()))


def downgrade() -> None:
    said = op.get_bind().scalar(
        sa.text("SELECT count(cancellation_reason) FROM offerings")
    )
    if said:
        raise RuntimeError(f"why {said} offerings were cancelled would be lost")
    op.drop_column("offerings", "cancellation_reason")
