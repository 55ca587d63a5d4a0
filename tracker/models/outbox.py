"""Mail that is to be sent, written in the transaction that caused it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, Sealed, SealedJSON, intpk


class OutboxMessage(Base):
    """One message; nothing is sent on rollback, nothing is lost on a crash.

    `payload` is {subject, text, html}. `message_id` is fixed here, so that a mail
    sent twice is recognised as one by the receiving side. `offering_id` is whose
    coordinators see what became of it; empty: nobody's.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (sa.Index("ix_outbox_messages_due", "done_at", "run_at"),)

    id: Mapped[intpk]
    message_id: Mapped[str] = mapped_column(sa.String(120), unique=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    offering_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("offerings.id"), index=True
    )
    recipient: Mapped[str] = mapped_column(Sealed("outbox_messages.recipient"))
    payload: Mapped[dict[str, Any]] = mapped_column(
        SealedJSON("outbox_messages.payload")
    )
    created_at: Mapped[datetime]
    run_at: Mapped[datetime]
    attempt_count: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Sealed("outbox_messages.last_error"))


class Reminder(Base):
    """Somebody's occasion for a reminder that has been dealt with, mail or not.

    Written in the transaction of the mail; its uniqueness is what keeps two workers
    from sending it twice. It has no time: of the evaluation's it would say when
    somebody had not answered yet.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        sa.UniqueConstraint("enrollment_id", "kind"),
        sa.UniqueConstraint("application_id", "kind"),
        sa.CheckConstraint(
            "(enrollment_id IS NULL) <> (application_id IS NULL)", name="of_one"
        ),
    )

    id: Mapped[intpk]
    kind: Mapped[str] = mapped_column(sa.String(40))
    enrollment_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enrollments.id"))
    application_id: Mapped[int | None] = mapped_column(sa.ForeignKey("applications.id"))
