"""Check-in by the room's code: which phone was whose, and codes that are spoken."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, intpk


class RoomPhone(Base):
    """The first person whom a phone checked in at a segment; others of it are held."""

    __tablename__ = "room_phones"

    segment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True
    )
    phone_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    enrollment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrollments.id"))


class SpokenCode(Base):
    """A short code that staff say to one person who cannot scan; used once."""

    __tablename__ = "spoken_codes"

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    segment_id: Mapped[int] = mapped_column(sa.ForeignKey("segments.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    enrollment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enrollments.id"))
