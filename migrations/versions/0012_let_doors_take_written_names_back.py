"""Let a door take a written name back: a dismissal by a device.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RULE = "ck_dismissals_one_author"
REFERENCE = "fk_dismissals_device_id_devices"


def upgrade() -> None:
    with op.batch_alter_table("dismissals") as batch:
        batch.add_column(sa.Column("device_id", KEY))
        batch.alter_column("user_id", existing_type=KEY, nullable=True)
        batch.create_foreign_key(op.f(REFERENCE), "devices", ["device_id"], ["id"])
        batch.create_check_constraint(
            op.f(RULE), sa.text("(user_id IS NULL) <> (device_id IS NULL)")
        )


def downgrade() -> None:
    made = op.get_bind().scalar(sa.text("SELECT count(device_id) FROM dismissals"))
    if made:
        raise RuntimeError(f"{made} names taken back at a door would wait again")
    with op.batch_alter_table("dismissals") as batch:
        batch.drop_constraint(op.f(RULE), type_="check")
        batch.drop_constraint(op.f(REFERENCE), type_="foreignkey")
        batch.alter_column("user_id", existing_type=KEY, nullable=False)
        batch.drop_column("device_id")
