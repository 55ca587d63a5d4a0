"""Requests to attend an offering, and everything that happened to each."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, Sealed, SealedJSON, choice, intpk, public_id
from tracker.domain.admissions import Status, Step
from tracker.models.enrollment import Enrollment
from tracker.models.offering import Offering
from tracker.models.person import Person


class Application(Base):
    """A person's request to attend an offering.

    `details` is {name, agency, title, phone, supervisor_name, supervisor_contact,
    answers: {question key: text}} as the person said it; what the coordinator
    needs to judge by stands clear beside it. `team` in it is whom its person has named,
    [{name, email, application: public id or None}], `tab` which page keeps a draft.
    `lead_id` is the application of
    whoever applied for this person too. The seat of an accepted one is held until
    `confirm_by`; where that is empty, the policy asks for no confirmation.
    One live application per person and offering: live means `ended_at` is empty.
    """

    __tablename__ = "applications"
    __table_args__ = (
        sa.Index(
            "uq_applications_live",
            "offering_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_applications_offering_id_status", "offering_id", "status"),
    )

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("applications.id"), index=True
    )
    enrollment_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("enrollments.id"), index=True
    )
    status: Mapped[Status] = mapped_column(choice(Status, "application_status"))
    details: Mapped[dict[str, Any]] = mapped_column(SealedJSON("applications.details"))
    discipline: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[str] = mapped_column(sa.String(80), default="")
    county: Mapped[str] = mapped_column(sa.String(80), default="")
    started_at: Mapped[datetime]
    email_verified_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    waitlisted_at: Mapped[datetime | None]
    confirm_by: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    offering: Mapped[Offering] = relationship()
    person: Mapped[Person] = relationship()
    enrollment: Mapped[Enrollment | None] = relationship()
    events: Mapped[list["ApplicationEvent"]] = relationship(
        back_populates="application", order_by="ApplicationEvent.id"
    )


class ApplicationEvent(Base):
    """One thing that happened to an application; never changed, never deleted.

    `facts` are the findings as they stood at that moment, so that a decision can
    be defended later. `user_id` empty: the person did it, or time. `public_id` is
    made by the client, so that a double tap stores one.
    """

    __tablename__ = "application_events"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    application_id: Mapped[int] = mapped_column(
        sa.ForeignKey("applications.id"), index=True
    )
    step: Mapped[Step] = mapped_column(choice(Step, "application_step"))
    note: Mapped[str] = mapped_column(Sealed("application_events.note"), default="")
    facts: Mapped[list[Any]] = mapped_column(
        SealedJSON("application_events.facts"), default=list
    )
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    made_at: Mapped[datetime]

    application: Mapped[Application] = relationship(back_populates="events")
