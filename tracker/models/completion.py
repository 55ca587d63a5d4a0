"""The evidence that somebody finished a prerequisite course."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, Sealed, SealedBytes, choice, intpk, public_id
from tracker.models.course import Course
from tracker.models.person import Person


class CompletionSource(StrEnum):
    """What a completion rests on."""

    IMPORT = "import"
    CERTIFICATE = "certificate"
    WAIVER = "waiver"


class Completion(Base):
    """Somebody finished a course, or need not have.

    A row of the learning platform's report is kept also where nobody here has its
    address: `person_id` is empty, and it counts for whoever has, or comes to have, the
    address of `email_digest`, unless a coordinator matches it by hand (`user_id`).
    `reference`, a keyed digest of who it is in the report, makes a repeated import
    change nothing. `reason` is a waiver's. What is dismissed counts for nobody.
    """

    __tablename__ = "completions"
    __table_args__ = (sa.UniqueConstraint("course_id", "reference"),)

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id"), index=True
    )
    reference: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    email_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32), index=True)
    email: Mapped[str] = mapped_column(Sealed("completions.email"), default="")
    name: Mapped[str] = mapped_column(Sealed("completions.name"), default="")
    source: Mapped[CompletionSource] = mapped_column(
        choice(CompletionSource, "completion_source")
    )
    completed_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Sealed("completions.reason"), default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]

    course: Mapped[Course] = relationship()
    person: Mapped[Person | None] = relationship()


class CompletionCertificate(Base):
    """A certificate of a prerequisite that its person uploaded, for a coordinator.

    Only reviewers see it. `completion_id` is set once one confirms it; a declined
    one keeps `decided_at` and the `answer` that its person reads.
    """

    __tablename__ = "completion_certificates"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[bytes] = mapped_column(
        SealedBytes("completion_certificates.content"), deferred=True
    )
    uploaded_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    completion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("completions.id"))
    answer: Mapped[str] = mapped_column(
        Sealed("completion_certificates.answer"), default=""
    )

    course: Mapped[Course] = relationship()
    person: Mapped[Person] = relationship()
