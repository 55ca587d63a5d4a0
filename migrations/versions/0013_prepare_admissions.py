"""Prepare admissions: applications, completions, and when an offering is public.

Every offering that exists was public from the first, and stays so. Columns are
added so that SQLite copies no table.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NEW_TABLES = (
    "application_events",
    "applications",
    "completion_certificates",
    "completions",
)
# table, column, what a row holds that has no more to say than before
JSON_COLUMNS = (
    ("courses", "questions", "[]"),
    ("courses", "mails", "{}"),
    ("courses", "completion_columns", "{}"),
    ("offerings", "admission", "{}"),
)
MOMENTS = (
    ("enrollments", "walked_in_at"),
    ("offerings", "published_at"),
    ("offerings", "applications_open_at"),
    ("offerings", "applications_close_at"),
    ("offerings", "applications_closed_at"),
    ("offerings", "cancelled_at"),
)
# table, column, target
REFERENCES = (
    ("courses", "prerequisite_id", "courses"),
    ("outbox_messages", "offering_id", "offerings"),
)


def upgrade() -> None:
    for table, column, empty in JSON_COLUMNS:
        op.add_column(
            table, sa.Column(column, sa.JSON(), nullable=False, server_default=empty)
        )
    for table, column in MOMENTS:
        op.add_column(table, sa.Column(column, MOMENT))
    for table, column, target in REFERENCES:
        add_reference(table, column, target)
    op.create_index(
        "ix_outbox_messages_offering_id", "outbox_messages", ["offering_id"]
    )
    op.execute("UPDATE offerings SET published_at = created_at")
    make_tables()


def downgrade() -> None:
    refuse_to_lose_anything()
    for table in NEW_TABLES:
        op.drop_table(table)
    op.drop_index("ix_outbox_messages_offering_id", "outbox_messages")
    for table, column, _ in (*REFERENCES, *JSON_COLUMNS):
        op.drop_column(table, column)
    for table, column in MOMENTS:
        op.drop_column(table, column)


def refuse_to_lose_anything() -> None:
    """Raise where a table or column that goes away says something.

    A public offering was public before there was a word for it; one that is not
    would become so.
    """
    used = [(table, "true") for table in NEW_TABLES]
    used += [
        (table, f"CAST({column} AS TEXT) <> '{empty}'")
        for table, column, empty in JSON_COLUMNS
    ]
    used += [(table, f"{column} IS NOT NULL") for table, column, _ in REFERENCES]
    used += [
        (table, f"{column} IS NOT NULL")
        for table, column in MOMENTS
        if column != "published_at"
    ]
    used += [("offerings", "published_at IS NULL")]
    rows = sum(
        op.get_bind().scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {condition}"))  # noqa: S608 - our own names
        for table, condition in used
    )
    if rows:
        raise RuntimeError(f"{rows} rows of what admissions keep would be lost")


def add_reference(table: str, column: str, target: str) -> None:
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {kind}"
        f" CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id)"
    )


def closed(name: str, *values: str) -> sa.Enum:
    return sa.Enum(
        *values, name=name, native_enum=False, create_constraint=True, length=32
    )


def make_tables() -> None:
    op.create_table(
        "completions",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("course_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("reference", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column(
            "source",
            closed("completion_source", "import", "certificate", "waiver"),
            nullable=False,
        ),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("dismissed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["courses.id"], name=op.f("fk_completions_course_id_courses")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_completions_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_completions_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completions")),
        sa.UniqueConstraint(
            "course_id", "reference", name=op.f("uq_completions_course_id_reference")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_completions_public_id")),
    )
    op.create_index(
        op.f("ix_completions_email_digest"), "completions", ["email_digest"]
    )
    op.create_index(op.f("ix_completions_person_id"), "completions", ["person_id"])

    op.create_table(
        "completion_certificates",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("course_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("completion_id", KEY, nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["completion_id"],
            ["completions.id"],
            name=op.f("fk_completion_certificates_completion_id_completions"),
        ),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["courses.id"],
            name=op.f("fk_completion_certificates_course_id_courses"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_completion_certificates_person_id_people"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_completion_certificates_user_id_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_certificates")),
        sa.UniqueConstraint(
            "public_id", name=op.f("uq_completion_certificates_public_id")
        ),
    )
    op.create_index(
        op.f("ix_completion_certificates_person_id"),
        "completion_certificates",
        ["person_id"],
    )

    op.create_table(
        "applications",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("offering_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("lead_id", KEY, nullable=True),
        sa.Column("enrollment_id", KEY, nullable=True),
        sa.Column(
            "status",
            closed(
                "application_status",
                "draft",
                "submitted",
                "asked",
                "waitlisted",
                "accepted",
                "enrolled",
                "declined",
                "withdrawn",
                "lapsed",
            ),
            nullable=False,
        ),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("discipline", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("county", sa.String(length=80), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("email_verified_at", MOMENT, nullable=True),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("waitlisted_at", MOMENT, nullable=True),
        sa.Column("confirm_by", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_applications_enrollment_id_enrollments"),
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"],
            ["applications.id"],
            name=op.f("fk_applications_lead_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_applications_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_applications_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("public_id", name=op.f("uq_applications_public_id")),
    )
    op.create_index(
        op.f("ix_applications_enrollment_id"), "applications", ["enrollment_id"]
    )
    op.create_index(op.f("ix_applications_lead_id"), "applications", ["lead_id"])
    op.create_index(
        "ix_applications_offering_id_status", "applications", ["offering_id", "status"]
    )
    op.create_index(op.f("ix_applications_person_id"), "applications", ["person_id"])
    op.create_index(
        "uq_applications_live",
        "applications",
        ["offering_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "application_events",
        sa.Column("id", KEY, nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("application_id", KEY, nullable=False),
        sa.Column(
            "step",
            closed(
                "application_step",
                "started",
                "submitted",
                "changed",
                "asked",
                "accepted",
                "waitlisted",
                "declined",
                "confirmed",
                "withdrawn",
                "lapsed",
            ),
            nullable=False,
        ),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", KEY, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_application_events_application_id_applications"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_application_events_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_events")),
        sa.UniqueConstraint("public_id", name=op.f("uq_application_events_public_id")),
    )
    op.create_index(
        op.f("ix_application_events_application_id"),
        "application_events",
        ["application_id"],
    )
