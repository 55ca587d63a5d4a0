"""Ask more than the evaluation; keep answers in batches, sealed and released.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OCCASIONS = ("evaluation", "before", "after", "follow_up")
FORMS = ("evaluation", "knowledge", "follow_up")


def upgrade() -> None:
    make_tables()
    op.execute(
        "INSERT INTO response_batches"
        " (offering_id, occasion, number, public_key, is_released)"
        " SELECT id, 'evaluation', 1, evaluation_public_key, false"
        " FROM offerings ORDER BY id"
    )
    with op.batch_alter_table("evaluation_forms") as batch:
        batch.add_column(named("kind", FORMS, "evaluation_form_kind"))
        batch.drop_constraint(
            op.f("uq_evaluation_forms_offering_id_version"), type_="unique"
        )
        batch.create_unique_constraint(
            op.f("uq_evaluation_forms_offering_id_kind_version"),
            ["offering_id", "kind", "version"],
        )
    with op.batch_alter_table("evaluation_receipts") as batch:
        batch.add_column(named("occasion", OCCASIONS, "evaluation_receipt_occasion"))
        batch.drop_constraint(op.f("pk_evaluation_receipts"), type_="primary")
        batch.create_primary_key(
            op.f("pk_evaluation_receipts"), ["enrollment_id", "occasion"]
        )
    exchange("offering_id", "offerings", "batch_id", "response_batches")
    op.drop_column("offerings", "evaluation_public_key")


def downgrade() -> None:
    refuse_to_lose_anything()
    op.add_column(
        "offerings",
        sa.Column(
            "evaluation_public_key",
            sa.LargeBinary(length=32),
            nullable=False,
            server_default="",
        ),
    )
    op.execute(
        "UPDATE offerings SET evaluation_public_key = (SELECT public_key"
        " FROM response_batches WHERE offering_id = offerings.id)"
    )
    exchange("batch_id", "response_batches", "offering_id", "offerings")
    with op.batch_alter_table("evaluation_receipts") as batch:
        batch.drop_constraint(
            op.f("ck_evaluation_receipts_evaluation_receipt_occasion"), type_="check"
        )
        batch.drop_constraint(op.f("pk_evaluation_receipts"), type_="primary")
        batch.create_primary_key(op.f("pk_evaluation_receipts"), ["enrollment_id"])
        batch.drop_column("occasion")
    with op.batch_alter_table("evaluation_forms") as batch:
        batch.drop_constraint(
            op.f("ck_evaluation_forms_evaluation_form_kind"), type_="check"
        )
        batch.drop_constraint(
            op.f("uq_evaluation_forms_offering_id_kind_version"), type_="unique"
        )
        batch.create_unique_constraint(
            op.f("uq_evaluation_forms_offering_id_version"), ["offering_id", "version"]
        )
        batch.drop_column("kind")
    for table in ("paper_responses", "paper_receipts", "responses", "response_batches"):
        op.drop_table(table)


def exchange(old: str, old_table: str, new: str, new_table: str) -> None:
    """Let sealed responses refer to `new` instead of `old`."""
    op.add_column("sealed_responses", sa.Column(new, KEY))
    wanted, known = "offering_id", "id"
    if new == "batch_id":
        wanted, known = known, wanted
    found = (
        f"SELECT {wanted} FROM response_batches"  # noqa: S608 - our own names
        f" WHERE {known} = sealed_responses.{old}"
    )
    op.execute(f"UPDATE sealed_responses SET {new} = ({found})")  # noqa: S608 - our own names
    op.drop_index(op.f(f"ix_sealed_responses_{old}"), "sealed_responses")
    with op.batch_alter_table("sealed_responses") as batch:
        batch.alter_column(new, existing_type=KEY, nullable=False)
        batch.drop_constraint(
            op.f(f"fk_sealed_responses_{old}_{old_table}"), type_="foreignkey"
        )
        batch.create_foreign_key(
            op.f(f"fk_sealed_responses_{new}_{new_table}"), new_table, [new], ["id"]
        )
        batch.drop_column(old)
    op.create_index(op.f(f"ix_sealed_responses_{new}"), "sealed_responses", [new])


def refuse_to_lose_anything() -> None:
    """Raise where anything but an open evaluation has been asked or answered."""
    used = {
        "response_batches": "occasion <> 'evaluation' OR number > 1"
        " OR opened_at IS NOT NULL OR reminded_at IS NOT NULL OR closed_at IS NOT NULL",
        "responses": "true",
        "paper_receipts": "true",
        "paper_responses": "true",
        "evaluation_receipts": "occasion <> 'evaluation'",
        "evaluation_forms": "kind <> 'evaluation'",
    }
    rows = sum(
        op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {condition}"))  # noqa: S608 - our own names
        for table, condition in used.items()
    )
    if rows:
        raise RuntimeError(f"{rows} rows of answers and what was asked would be lost")


def named(name: str, values: tuple[str, ...], rule: str) -> sa.Column[str]:
    """Return a column for one of `values`; rows that are there get the first."""
    return sa.Column(
        name, closed(rule, *values), nullable=False, server_default=values[0]
    )


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(
        *values, name=name, native_enum=False, create_constraint=True, length=32
    )


def make_tables() -> None:
    op.create_table(
        "response_batches",
        sa.Column("id", KEY, nullable=False),
        sa.Column("offering_id", KEY, nullable=False),
        sa.Column(
            "occasion",
            closed(
                "response_batch_occasion", "evaluation", "before", "after", "follow_up"
            ),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("response_count", sa.Integer(), nullable=True),
        sa.Column("is_released", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_response_batches_offering_id_offerings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_batches")),
        sa.UniqueConstraint(
            "offering_id",
            "occasion",
            "number",
            name=op.f("uq_response_batches_offering_id_occasion_number"),
        ),
    )
    op.create_table(
        "responses",
        sa.Column("random_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["response_batches.id"],
            name=op.f("fk_responses_batch_id_response_batches"),
        ),
        sa.PrimaryKeyConstraint("random_id", name=op.f("pk_responses")),
    )
    op.create_index(op.f("ix_responses_batch_id"), "responses", ["batch_id"])
    op.create_table(
        "paper_receipts",
        sa.Column("enrollment_id", KEY, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_paper_receipts_enrollment_id_enrollments"),
        ),
        sa.PrimaryKeyConstraint("enrollment_id", name=op.f("pk_paper_receipts")),
    )
    op.create_table(
        "paper_responses",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("batch_id", KEY, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["response_batches.id"],
            name=op.f("fk_paper_responses_batch_id_response_batches"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_responses")),
        sa.UniqueConstraint("public_id", name=op.f("uq_paper_responses_public_id")),
    )
    op.create_index(
        op.f("ix_paper_responses_batch_id"), "paper_responses", ["batch_id"]
    )
