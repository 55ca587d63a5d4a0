"""Prepare templates, licences, names, credit statements and long work.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NEW_TABLES = ("tasks", "credit_statements", "name_changes", "licences", "course_images")
NEW_COLUMNS = {
    "courses": ["certificate"],
    "enrollments": ["certificate_name", "name_confirmed_at"],
    "segments": ["credit_category"],
}


def upgrade() -> None:
    op.add_column(
        "courses",
        sa.Column("certificate", sa.JSON(), nullable=False, server_default="{}"),
    )
    op.add_column("enrollments", sa.Column("certificate_name", sa.LargeBinary()))
    op.add_column("enrollments", sa.Column("name_confirmed_at", MOMENT))
    op.add_column(
        "segments",
        sa.Column(
            "credit_category", sa.String(length=40), nullable=False, server_default=""
        ),
    )
    make_tables()


def downgrade() -> None:
    refuse_to_lose_anything()
    for table in NEW_TABLES:
        op.drop_table(table)
    for table, columns in NEW_COLUMNS.items():
        for column in columns:
            op.drop_column(table, column)


def refuse_to_lose_anything() -> None:
    """Raise where a table or column that goes away is in use."""
    used = dict.fromkeys(NEW_TABLES, "true") | {
        "courses": "CAST(certificate AS TEXT) <> '{}'",
        "enrollments": "certificate_name IS NOT NULL OR name_confirmed_at IS NOT NULL",
        "segments": "credit_category <> ''",
    }
    rows = sum(
        op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {condition}"))  # noqa: S608 - our own names
        for table, condition in used.items()
    )
    if rows:
        raise RuntimeError(
            f"{rows} rows of what certificates and records keep would be lost"
        )


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(
        *values, name=name, native_enum=False, create_constraint=True, length=32
    )


def make_tables() -> None:
    op.create_table(
        "course_images",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("course_id", KEY, nullable=False),
        sa.Column(
            "purpose",
            closed("course_image_purpose", "logo", "signature"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["courses.id"],
            name=op.f("fk_course_images_course_id_courses"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_images")),
        sa.UniqueConstraint(
            "course_id",
            "purpose",
            "position",
            name=op.f("uq_course_images_course_id_purpose_position"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_course_images_public_id")),
    )
    op.create_table(
        "licences",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("jurisdiction", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("claimed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_licences_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licences")),
        sa.UniqueConstraint(
            "person_id",
            "jurisdiction",
            "unit",
            name=op.f("uq_licences_person_id_jurisdiction_unit"),
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_licences_public_id")),
    )
    op.create_table(
        "name_changes",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("enrollment_id", KEY, nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("is_approved", sa.Boolean(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_name_changes_enrollment_id_enrollments"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_name_changes_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_changes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_name_changes_public_id")),
    )
    op.create_index(
        op.f("ix_name_changes_enrollment_id"), "name_changes", ["enrollment_id"]
    )
    op.create_table(
        "credit_statements",
        sa.Column("id", KEY, nullable=False),
        sa.Column("serial", sa.String(length=32), nullable=False),
        sa.Column("enrollment_id", KEY, nullable=False),
        sa.Column("jurisdiction", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=200), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("licence", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column(
            "revoked_cause",
            closed("credit_statement_revocation_cause", "basis", "decision"),
            nullable=True,
        ),
        sa.Column("revoked_reason", sa.LargeBinary(), nullable=True),
        sa.Column("superseded_at", MOMENT, nullable=True),
        sa.Column("replaces", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_credit_statements_enrollment_id_enrollments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_statements")),
        sa.UniqueConstraint("serial", name=op.f("uq_credit_statements_serial")),
    )
    op.create_index(
        op.f("ix_credit_statements_enrollment_id"),
        "credit_statements",
        ["enrollment_id"],
    )
    op.create_index(
        op.f("ix_credit_statements_pdf_digest"), "credit_statements", ["pdf_digest"]
    )
    op.create_index(
        "uq_credit_statements_live",
        "credit_statements",
        ["enrollment_id", "jurisdiction", "unit"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL AND superseded_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL AND superseded_at IS NULL"),
    )
    op.create_table(
        "tasks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("kind", closed("task_kind", "issue", "binder"), nullable=False),
        sa.Column("offering_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("parameters", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=True),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("failed_at", MOMENT, nullable=True),
        sa.Column("error", sa.LargeBinary(), nullable=True),
        sa.Column("file_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("link_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("downloaded_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_tasks_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_tasks_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_tasks_link_hash")),
        sa.UniqueConstraint("public_id", name=op.f("uq_tasks_public_id")),
    )
    op.create_index(op.f("ix_tasks_offering_id"), "tasks", ["offering_id"])
