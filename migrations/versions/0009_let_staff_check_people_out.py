"""Let staff check people out by hand, as they check them in.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

RULE = "ck_corrections_correction_kind"
BEFORE = ("check_in", "void", "excuse", "make_up", "taught")


def upgrade() -> None:
    exchange_rule(("check_in", "check_out", *BEFORE[1:]))


def downgrade() -> None:
    made = op.get_bind().scalar(
        sa.text("SELECT count(*) FROM corrections WHERE kind = 'check_out'")
    )
    if made:
        raise RuntimeError(f"{made} check-outs by hand would be lost")
    exchange_rule(BEFORE)


def exchange_rule(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("corrections") as batch:
        batch.drop_constraint(op.f(RULE), type_="check")
        batch.create_check_constraint(
            op.f(RULE), sa.text(f"kind IN ({', '.join(map(repr, kinds))})")
        )
