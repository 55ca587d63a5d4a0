"""A seat in an offering, and the pass that checks it in."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, Sealed, choice, intpk, public_id
from tracker.models.offering import Offering
from tracker.models.person import Person


class EnrollmentKind(StrEnum):
    """What a seat is; only participants are evaluated, certified and counted."""

    PARTICIPANT = "participant"
    OBSERVER = "observer"
    GUEST = "guest"


class Enrollment(Base):
    """An accepted person's seat in one offering.

    `certificate_name` is the name to print, as the participant confirmed it at
    `name_confirmed_at`; None: the person's name as it is known. `walked_in_at`: a
    coordinator enrolled this person at the door; the prerequisite has to be on
    record before their certificate.
    """

    __tablename__ = "enrollments"
    __table_args__ = (sa.UniqueConstraint("offering_id", "person_id"),)

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    kind: Mapped[EnrollmentKind] = mapped_column(
        choice(EnrollmentKind, "enrollment_kind"), default=EnrollmentKind.PARTICIPANT
    )
    badge_name: Mapped[str] = mapped_column(
        Sealed("enrollments.badge_name"), default=""
    )
    certificate_name: Mapped[str | None] = mapped_column(
        Sealed("enrollments.certificate_name")
    )
    name_confirmed_at: Mapped[datetime | None]
    walked_in_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    offering: Mapped[Offering] = relationship()
    person: Mapped[Person] = relationship()
    passes: Mapped[list["Pass"]] = relationship(
        back_populates="enrollment", order_by="Pass.id"
    )

    @property
    def printed_name(self) -> str:
        """The name to print: as its participant confirmed it, else as it is known."""
        return self.certificate_name or self.person.name


class NameChange(Base):
    """Another name that a participant asks for; it waits for a coordinator's word.

    `public_id` is made by the client, so that a double tap stores one.
    """

    __tablename__ = "name_changes"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    enrollment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrollments.id"), index=True
    )
    name: Mapped[str] = mapped_column(Sealed("name_changes.name"))
    reason: Mapped[str] = mapped_column(Sealed("name_changes.reason"), default="")
    made_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    is_approved: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Sealed("name_changes.answer"), default="")

    enrollment: Mapped[Enrollment] = relationship()


class Pass(Base):
    """The QR code that checks an enrollment in, and opens nothing else.

    The pass itself is never stored: it is derived from the offering's key and
    `secret_id`, and found again by `fingerprint`, its keyed digest. A spare badge
    belongs to no enrollment until it is bound; `spare_number` is printed on it.
    """

    __tablename__ = "passes"
    __table_args__ = (
        sa.Index("uq_passes_spare_number", "offering_id", "spare_number", unique=True),
    )

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    enrollment_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("enrollments.id"), index=True
    )
    secret_id: Mapped[bytes] = mapped_column(sa.LargeBinary(16), unique=True)
    fingerprint: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    spare_number: Mapped[int | None]
    revoked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    enrollment: Mapped[Enrollment | None] = relationship(back_populates="passes")
