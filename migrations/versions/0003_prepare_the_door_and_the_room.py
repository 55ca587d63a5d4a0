"""Prepare the door and the room.

Devices that say how they are, spare badges, the room's code, contests, headcounts,
signed days, cleared anomalies; instructors who sign in; undoing at the door.

Columns are added by plain SQL that both engines understand, for SQLite would
otherwise copy whole tables, scans among them. Only `corrections` is copied.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

CHIPS = [
    "badge_forgotten",
    "phone_dead",
    "scanner_down",
    "seen_in_room",
    "mistake",
    "other",
]
KINDS = ["check_in", "void", "excuse", "make_up", "taught"]
EVIDENCE = ["other_offering", "session", "assignment"]
NEW_IN_CORRECTIONS = ("device_id", "evidence", "evidence_kind")
NEW_TABLES = (
    "spoken_codes",
    "room_phones",
    "headcounts",
    "contests",
    "day_sign_offs",
    "cleared_anomalies",
)
# table, column, target
REFERENCES = (
    ("instructors", "user_id", "users"),
    ("scans", "spare_pass_id", "passes"),
    ("sign_in_codes", "user_id", "users"),
)
# table, column, type
PLAIN = (
    ("devices", "last_contact_at", sa.DateTime(timezone=True)),
    ("devices", "battery_percent", sa.Integer()),
    ("devices", "unsent_count", sa.Integer()),
    ("devices", "oldest_unsent_at", sa.DateTime(timezone=True)),
    ("devices", "unlock_code", sa.LargeBinary()),
    ("passes", "spare_number", sa.Integer()),
    ("scans", "phone_digest", sa.LargeBinary(32)),
)
MODES = (("devices", "device_mode"), ("pairing_codes", "pairing_code_mode"))


def upgrade() -> None:
    make_tables()
    for table, column, kind in PLAIN:
        op.add_column(table, sa.Column(column, kind, nullable=True))
    for table, column, target in REFERENCES:
        add_reference(table, column, target)
        op.create_index(f"ix_{table}_{column}", table, [column])
    for table, name in MODES:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN mode VARCHAR(32) DEFAULT 'door' NOT NULL"
            f" CONSTRAINT ck_{table}_{name} CHECK (mode IN ('door', 'kiosk'))"
        )
    op.add_column(
        "sign_in_sessions",
        sa.Column(
            "is_by_code", sa.Boolean(), nullable=False, server_default=sa.false()
        ),
    )
    op.create_index(
        "uq_passes_spare_number", "passes", ["offering_id", "spare_number"], unique=True
    )
    widen_corrections()


def downgrade() -> None:
    refuse_to_lose_anything()
    constrain_corrections(is_wide=False)
    op.drop_index("uq_passes_spare_number", "passes")
    op.drop_column("sign_in_sessions", "is_by_code")
    for table, _ in MODES:
        op.drop_column(table, "mode")
    for table, column, _ in REFERENCES:
        op.drop_index(f"ix_{table}_{column}", table)
        op.drop_column(table, column)
    for table, column, _ in PLAIN:
        op.drop_column(table, column)
    for table in NEW_TABLES:
        op.drop_table(table)


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def add_reference(table: str, column: str, target: str) -> None:
    kind = "INTEGER" if is_sqlite() else "BIGINT"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {kind}"
        f" CONSTRAINT fk_{table}_{column}_{target} REFERENCES {target} (id)"
    )


def checks(*, is_wide: bool) -> dict[str, str]:
    """Return the CHECK constraints of `corrections` by name."""
    chips = [*CHIPS[:4], "sign_in_sheet", *CHIPS[4:]] if is_wide else CHIPS
    found = {
        "ck_corrections_correction_kind": one_of("kind", KINDS),
        "ck_corrections_correction_chip": one_of("chip", chips),
    }
    if is_wide:
        found |= {
            "ck_corrections_correction_evidence_kind": one_of(
                "evidence_kind", EVIDENCE
            ),
            "ck_corrections_one_author": "(user_id IS NULL) <> (device_id IS NULL)",
        }
    return found


def one_of(column: str, values: list[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def widen_corrections() -> None:
    op.add_column("corrections", sa.Column("evidence_kind", sa.String(32)))
    op.add_column("corrections", sa.Column("evidence", sa.LargeBinary()))
    add_reference("corrections", "device_id", "devices")
    constrain_corrections(is_wide=True)


def constrain_corrections(*, is_wide: bool) -> None:
    """Exchange the constraints of `corrections`, and who must be named in it."""
    with op.batch_alter_table("corrections") as batch:
        for name in checks(is_wide=not is_wide):
            batch.drop_constraint(op.f(name), type_="check")
        for name, rule in checks(is_wide=is_wide).items():
            batch.create_check_constraint(op.f(name), sa.text(rule))
        batch.alter_column("user_id", existing_type=sa.BigInteger(), nullable=is_wide)
        for column in () if is_wide else NEW_IN_CORRECTIONS:
            batch.drop_column(column)


def refuse_to_lose_anything() -> None:
    """Raise where a table, column or kind of row that goes away is in use."""
    used = [(table, "true") for table in NEW_TABLES]
    used += [(table, f"{name} IS NOT NULL") for table, name, _ in (*REFERENCES, *PLAIN)]
    used += [(table, "mode <> 'door'") for table, _ in MODES]
    used += [
        ("corrections", "device_id IS NOT NULL"),
        ("corrections", "evidence IS NOT NULL OR chip = 'sign_in_sheet'"),
    ]
    rows = sum(map(count_rows, used))
    if rows:
        raise RuntimeError(
            f"{rows} rows of what the door and the room keep would be lost"
        )


def count_rows(where: tuple[str, str]) -> int:
    table, condition = where
    statement = sa.select(sa.func.count()).select_from(sa.table(table))
    return op.get_bind().scalar(statement.where(sa.text(condition))) or 0


def make_tables() -> None:
    op.create_table(
        "cleared_anomalies",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "offering_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_cleared_anomalies_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_cleared_anomalies_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cleared_anomalies")),
        sa.UniqueConstraint(
            "offering_id", "key", name=op.f("uq_cleared_anomalies_offering_id_key")
        ),
    )
    op.create_table(
        "day_sign_offs",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "offering_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_day_sign_offs_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_day_sign_offs_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_day_sign_offs")),
        sa.UniqueConstraint(
            "offering_id", "day", name=op.f("uq_day_sign_offs_offering_id_day")
        ),
    )
    op.create_table(
        "contests",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column(
            "offering_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "enrollment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "segment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("is_granted", sa.Boolean(), nullable=True),
        sa.Column(
            "answered_by",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["users.id"], name=op.f("fk_contests_answered_by_users")
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_contests_enrollment_id_enrollments"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_contests_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_contests_segment_id_segments"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_contests_public_id")),
    )
    op.create_index(
        "ix_contests_enrollment_id", "contests", ["enrollment_id"], unique=False
    )
    op.create_index(
        "ix_contests_offering_id", "contests", ["offering_id"], unique=False
    )
    op.create_index(
        "uq_contests_open",
        "contests",
        ["enrollment_id", "segment_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )

    op.create_table(
        "headcounts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column(
            "offering_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "segment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column(
            "device_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("explanation", sa.LargeBinary(), nullable=False),
        sa.Column(
            "explained_by",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("explained_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (device_id IS NULL)",
            name=op.f("ck_headcounts_one_author"),
        ),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_headcounts_not_negative")),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_headcounts_device_id_devices")
        ),
        sa.ForeignKeyConstraint(
            ["explained_by"],
            ["users.id"],
            name=op.f("fk_headcounts_explained_by_users"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_headcounts_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_headcounts_segment_id_segments"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_headcounts_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_headcounts")),
        sa.UniqueConstraint("public_id", name=op.f("uq_headcounts_public_id")),
    )
    op.create_index(
        "ix_headcounts_offering_id", "headcounts", ["offering_id"], unique=False
    )
    op.create_index(
        "ix_headcounts_segment_id", "headcounts", ["segment_id"], unique=False
    )

    op.create_table(
        "room_phones",
        sa.Column(
            "segment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("phone_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "enrollment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_room_phones_enrollment_id_enrollments"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_room_phones_segment_id_segments"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "segment_id", "phone_digest", name=op.f("pk_room_phones")
        ),
    )
    op.create_table(
        "spoken_codes",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "offering_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "segment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "user_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "enrollment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["enrollment_id"],
            ["enrollments.id"],
            name=op.f("fk_spoken_codes_enrollment_id_enrollments"),
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["offerings.id"],
            name=op.f("fk_spoken_codes_offering_id_offerings"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_spoken_codes_segment_id_segments"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_spoken_codes_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spoken_codes")),
    )
    op.create_index(
        "ix_spoken_codes_code_hash", "spoken_codes", ["code_hash"], unique=False
    )
    op.create_index(
        "ix_spoken_codes_segment_id", "spoken_codes", ["segment_id"], unique=False
    )
