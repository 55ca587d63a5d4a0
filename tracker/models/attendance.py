"""What holds for one enrollment at one segment, and staff's corrections to it."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, Sealed, choice, intpk, public_id
from tracker.domain.attendance import CorrectionKind, Mark


class Attendance(Base):
    """The projection of scans and corrections for one enrollment and segment.

    Rebuildable from them at any time; the unique constraint, not the service,
    is what makes a second scan harmless. `in_count` counts the valid check-ins:
    1 after an upsert means that this one was the first. `first_source` names
    the fact that `first_in` rests on ("scan:<uid>" or "correction:<public id>").
    """

    __tablename__ = "attendance"
    __table_args__ = (sa.UniqueConstraint("enrollment_id", "segment_id"),)

    id: Mapped[intpk]
    enrollment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrollments.id"))
    segment_id: Mapped[int] = mapped_column(sa.ForeignKey("segments.id"), index=True)
    in_count: Mapped[int] = mapped_column(default=0)
    first_in: Mapped[datetime | None]
    first_source: Mapped[str | None] = mapped_column(sa.String(80))
    last_in: Mapped[datetime | None]
    last_out: Mapped[datetime | None]
    mark: Mapped[Mark | None] = mapped_column(choice(Mark, "attendance_mark"))
    mark_source: Mapped[str | None] = mapped_column(sa.String(80))


class ReasonChip(StrEnum):
    """Why staff corrected; the usual reasons, one tap each."""

    BADGE_FORGOTTEN = "badge_forgotten"
    PHONE_DEAD = "phone_dead"
    SCANNER_DOWN = "scanner_down"
    SEEN_IN_ROOM = "seen_in_room"
    SIGN_IN_SHEET = "sign_in_sheet"
    MISTAKE = "mistake"
    OTHER = "other"


class Evidence(StrEnum):
    """What a make-up rests on."""

    OTHER_OFFERING = "other_offering"
    SESSION = "session"
    ASSIGNMENT = "assignment"


class Correction(Base):
    """A change to attendance, with a reason; a fact beside the scans.

    Made by a member of staff, or by the device that takes its last scan back.

    `check_in` adds a check-in at `at`, `check_out` a check-out (and settles the held
    scan `scan_uid`, if it names one); `void` takes one scan (`scan_uid`) or one
    earlier correction (`voids_correction`) out of account; the other kinds set a
    mark. A make-up says what it rests on. `public_id` is made by the client, so that
    a double tap stores one.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        sa.Index(
            "ix_corrections_enrollment_id_segment_id", "enrollment_id", "segment_id"
        ),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (device_id IS NULL)", name="one_author"
        ),
    )

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    enrollment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrollments.id"))
    segment_id: Mapped[int] = mapped_column(sa.ForeignKey("segments.id"))
    kind: Mapped[CorrectionKind] = mapped_column(
        choice(CorrectionKind, "correction_kind")
    )
    at: Mapped[datetime | None]
    scan_uid: Mapped[str | None] = mapped_column(sa.String(64))
    voids_correction: Mapped[str | None] = mapped_column(sa.String(32))
    chip: Mapped[ReasonChip] = mapped_column(choice(ReasonChip, "correction_chip"))
    reason: Mapped[str] = mapped_column(Sealed("corrections.reason"), default="")
    evidence_kind: Mapped[Evidence | None] = mapped_column(
        choice(Evidence, "correction_evidence_kind")
    )
    evidence: Mapped[str | None] = mapped_column(Sealed("corrections.evidence"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    device_id: Mapped[int | None] = mapped_column(sa.ForeignKey("devices.id"))
    made_at: Mapped[datetime]


class Dismissal(Base):
    """A coordinator's or the door's own word that a held scan does not count.

    It is nobody's known: it holds a written name, or nothing, so that no enrollment's
    correction can name it. `public_id` is made by the client, or of what it names.
    """

    __tablename__ = "dismissals"
    __table_args__ = (
        sa.UniqueConstraint("offering_id", "scan_uid"),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (device_id IS NULL)", name="one_author"
        ),
    )

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    scan_uid: Mapped[str] = mapped_column(sa.String(64))
    chip: Mapped[ReasonChip] = mapped_column(choice(ReasonChip, "dismissal_chip"))
    reason: Mapped[str] = mapped_column(Sealed("dismissals.reason"), default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    device_id: Mapped[int | None] = mapped_column(sa.ForeignKey("devices.id"))
    made_at: Mapped[datetime]


class Contest(Base):
    """A participant's objection to what is recorded at one segment, and the answer.

    One may be open per enrollment and segment; a certificate waits for it.
    `public_id` is made by the client.
    """

    __tablename__ = "contests"
    __table_args__ = (
        sa.Index(
            "uq_contests_open",
            "enrollment_id",
            "segment_id",
            unique=True,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        ),
    )

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    enrollment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrollments.id"), index=True
    )
    segment_id: Mapped[int] = mapped_column(sa.ForeignKey("segments.id"))
    words: Mapped[str] = mapped_column(Sealed("contests.words"))
    made_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Sealed("contests.answer"), default="")
    is_granted: Mapped[bool | None]
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    answered_at: Mapped[datetime | None]


class Headcount(Base):
    """How many people somebody counted in the room of a segment.

    The newest of a segment holds. Where it differs from who was in at
    `counted_at`, staff explain the difference, which is kept: later facts may change
    it. `public_id` is made by the client.
    """

    __tablename__ = "headcounts"
    __table_args__ = (
        sa.CheckConstraint("counted >= 0", name="not_negative"),
        sa.CheckConstraint(
            "(user_id IS NULL) <> (device_id IS NULL)", name="one_author"
        ),
    )

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    segment_id: Mapped[int] = mapped_column(sa.ForeignKey("segments.id"), index=True)
    counted: Mapped[int]
    counted_at: Mapped[datetime]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    device_id: Mapped[int | None] = mapped_column(sa.ForeignKey("devices.id"))
    explanation: Mapped[str] = mapped_column(
        Sealed("headcounts.explanation"), default=""
    )
    explained_difference: Mapped[int | None]
    explained_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    explained_at: Mapped[datetime | None]


class DaySignOff(Base):
    """A coordinator's word that one day of an offering is recorded as it was."""

    __tablename__ = "day_sign_offs"
    __table_args__ = (sa.UniqueConstraint("offering_id", "day"),)

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    day: Mapped[date]
    notes: Mapped[str] = mapped_column(Sealed("day_sign_offs.notes"), default="")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    signed_at: Mapped[datetime]


class ClearedAnomaly(Base):
    """An oddity that staff have looked at; `key` names its kind and its facts."""

    __tablename__ = "cleared_anomalies"
    __table_args__ = (sa.UniqueConstraint("offering_id", "key"),)

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    key: Mapped[str] = mapped_column(sa.String(200))
    reason: Mapped[str] = mapped_column(Sealed("cleared_anomalies.reason"), default="")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    cleared_at: Mapped[datetime]
