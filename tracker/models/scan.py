"""Scans: facts, append-only, every one of them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, Sealed, choice, intpk
from tracker.domain.scans import Direction, Outcome, Reason


class Scan(Base):
    """One reading of a pass, whatever came of it; never changed.

    `uid` is the client's id, unique in the offering; `content_digest` tells a
    repetition from another scan that claims the same id. `device_at` is the
    device's clock as sent, `scanned_at` the corrected moment that attendance
    uses. The answer is kept (`outcome`, `reason`, `is_late`, `first_in`,
    `attended_count`, `required_count`), so that the same id always gets the same one.
    Neither the pass nor what a foreign code said is stored. `spare_pass_id` is set
    where a spare badge was scanned before it was bound to anybody; `phone_digest`,
    keyed, where the room's code was scanned: it tells phones apart.
    """

    __tablename__ = "scans"
    __table_args__ = (
        sa.UniqueConstraint("offering_id", "uid"),
        sa.Index("ix_scans_enrollment_id_segment_id", "enrollment_id", "segment_id"),
        sa.Index(
            "ix_scans_held",
            "offering_id",
            sqlite_where=sa.text("outcome = 'held'"),
            postgresql_where=sa.text("outcome = 'held'"),
        ),
        sa.CheckConstraint(
            "(reason IS NULL) = (outcome IN ('accepted', 'duplicate'))",
            name="reason_given",
        ),
    )

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    uid: Mapped[str] = mapped_column(sa.String(64))
    content_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    enrollment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enrollments.id"))
    segment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("segments.id"))
    device_id: Mapped[int | None] = mapped_column(sa.ForeignKey("devices.id"))
    token_id: Mapped[int | None] = mapped_column(sa.ForeignKey("api_tokens.id"))
    direction: Mapped[Direction] = mapped_column(choice(Direction, "scan_direction"))
    device_at: Mapped[datetime | None]
    scanned_at: Mapped[datetime]
    received_at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "scan_outcome"))
    reason: Mapped[Reason | None] = mapped_column(choice(Reason, "scan_reason"))
    is_late: Mapped[bool] = mapped_column(default=False)
    first_in: Mapped[datetime | None]
    attended_count: Mapped[int | None]
    required_count: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Sealed("scans.note"))
    spare_pass_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("passes.id"), index=True
    )
    phone_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
