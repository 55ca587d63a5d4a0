"""What holds for one enrollment at one segment, and staff's corrections to it."""

from datetime import datetime
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
    MISTAKE = "mistake"
    OTHER = "other"


class Correction(Base):
    """A staff member's change to attendance, with a reason; a fact beside the scans.

    `check_in` adds a check-in at `at` (and settles the held scan `scan_uid`, if
    it names one); `void` takes one scan (`scan_uid`) or one earlier correction
    (`voids_correction`) out of account; the other kinds set a mark. `public_id` is
    made by the client, so that a double tap stores one.
    """

    __tablename__ = "corrections"
    __table_args__ = (
        sa.Index(
            "ix_corrections_enrollment_id_segment_id", "enrollment_id", "segment_id"
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
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    made_at: Mapped[datetime]
