"""Keep who has been reminded of what, so that nobody is reminded twice.

Going back drops it: the release before sends no reminders, and what a later upgrade
finds still due is sent once more.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", KEY, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("enrollment_id", KEY, nullable=True),
        sa.Column("application_id", KEY, nullable=True),
        sa.CheckConstraint(
            "(enrollment_id IS NULL) <> (application_id IS NULL)",
            name=op.f("ck_reminders_of_one"),
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_reminders_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_reminders_enrollment_id_enrollments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint(
            "application_id", "kind", name=op.f("uq_reminders_application_id_kind")
        ),
        sa.UniqueConstraint(
            "enrollment_id", "kind", name=op.f("uq_reminders_enrollment_id_kind")
        ),
    )


def downgrade() -> None:
    op.drop_table("reminders")
