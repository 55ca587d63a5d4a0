"""Keep which difference between headcount and check-ins was explained.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("headcounts", sa.Column("explained_difference", sa.Integer()))


def downgrade() -> None:
    explained = op.get_bind().scalar(
        sa.text(
            "SELECT count(*) FROM headcounts WHERE explained_difference IS NOT NULL"
        )
    )
    if explained:
        raise RuntimeError(f"{explained} explained differences would be lost")
    op.drop_column("headcounts", "explained_difference")
