"""The numbered statement that an enrollment is complete."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, Sealed, SealedBytes, choice, intpk, json_type
from tracker.models.enrollment import Enrollment

LIVE = sa.text("revoked_at IS NULL AND superseded_at IS NULL")


class RevocationCause(StrEnum):
    """Why a certificate was revoked: its basis fell, or somebody decided it."""

    BASIS = "basis"
    DECISION = "decision"


class Certificate(Base):
    """A certificate as issued; its bytes never change.

    `basis` is [{segment, status, minutes, source}]: what it rests on, so that a
    later change of the schedule does not touch it. `name_digest` (keyed, of the
    folded name) is what verification compares. `facts` is what verification may
    say: {course, starts_on, ends_on, hours}.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        sa.Index(
            "uq_certificates_live_enrollment",
            "enrollment_id",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    id: Mapped[intpk]
    serial: Mapped[str] = mapped_column(sa.String(32), unique=True)
    enrollment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrollments.id"), index=True
    )
    name: Mapped[str] = mapped_column(Sealed("certificates.name"))
    name_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    basis: Mapped[list[Any]] = mapped_column(json_type)
    facts: Mapped[dict[str, Any]] = mapped_column(json_type)
    pdf: Mapped[bytes] = mapped_column(SealedBytes("certificates.pdf"), deferred=True)
    pdf_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), index=True)
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_cause: Mapped[RevocationCause | None] = mapped_column(
        choice(RevocationCause, "certificate_revocation_cause")
    )
    revoked_reason: Mapped[str | None] = mapped_column(
        Sealed("certificates.revoked_reason")
    )
    superseded_at: Mapped[datetime | None]
    superseded_reason: Mapped[str | None] = mapped_column(
        Sealed("certificates.superseded_reason")
    )
    replaces: Mapped[str | None] = mapped_column(sa.String(32))

    enrollment: Mapped[Enrollment] = relationship()


class CreditStatement(Base):
    """The numbered statement of hours earned in one jurisdiction, complete or not.

    As a certificate, it is never changed once issued; `basis` is as a
    certificate's, of the segments that earned minutes. `licence` is the number
    printed on it.
    """

    __tablename__ = "credit_statements"
    __table_args__ = (
        sa.Index(
            "uq_credit_statements_live",
            "enrollment_id",
            "jurisdiction",
            "unit",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
    )

    id: Mapped[intpk]
    serial: Mapped[str] = mapped_column(sa.String(32), unique=True)
    enrollment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrollments.id"), index=True
    )
    jurisdiction: Mapped[str] = mapped_column(sa.String(200))
    unit: Mapped[str] = mapped_column(sa.String(200))
    name: Mapped[str] = mapped_column(Sealed("credit_statements.name"))
    name_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    licence: Mapped[str] = mapped_column(
        Sealed("credit_statements.licence"), default=""
    )
    basis: Mapped[list[Any]] = mapped_column(json_type)
    facts: Mapped[dict[str, Any]] = mapped_column(json_type)
    pdf: Mapped[bytes] = mapped_column(
        SealedBytes("credit_statements.pdf"), deferred=True
    )
    pdf_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), index=True)
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_cause: Mapped[RevocationCause | None] = mapped_column(
        choice(RevocationCause, "credit_statement_revocation_cause")
    )
    revoked_reason: Mapped[str | None] = mapped_column(
        Sealed("credit_statements.revoked_reason")
    )
    superseded_at: Mapped[datetime | None]
    replaces: Mapped[str | None] = mapped_column(sa.String(32))

    enrollment: Mapped[Enrollment] = relationship()
