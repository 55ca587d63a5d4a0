"""One delivery of a course: its place, days, segments, instructors and settings."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import (
    Base,
    Sealed,
    SealedBytes,
    intpk,
    json_type,
    new_public_id,
    public_id,
)
from tracker.models.course import Course


class Offering(Base):
    """One delivery of a course.

    `key` is random and sealed; passes are derived from it, so rotating the
    master key only seals it anew. City and days are public, the venue
    and the segments' times are not. `host` is {name, address, sponsor_numbers};
    `signatories` [{name, role}]; `accreditations` [{jurisdiction, line, unit,
    unit_minutes, rounding, minimum, approval}]; `policy` is domain/schedule.py's.
    """

    __tablename__ = "offerings"

    id: Mapped[intpk]
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"), index=True)
    title: Mapped[str]
    city: Mapped[str]
    state: Mapped[str] = mapped_column(sa.String(80))
    timezone: Mapped[str] = mapped_column(sa.String(64))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    venue: Mapped[str] = mapped_column(Sealed("offerings.venue"), default="")
    contact: Mapped[str] = mapped_column(default="")
    capacity: Mapped[int] = mapped_column(default=0)
    catchment: Mapped[list[str]] = mapped_column(json_type, default=list)
    stock: Mapped[str] = mapped_column(sa.String(20), default="lemon")
    host: Mapped[dict[str, Any]] = mapped_column(json_type, default=dict)
    signatories: Mapped[list[Any]] = mapped_column(json_type, default=list)
    accreditations: Mapped[list[Any]] = mapped_column(json_type, default=list)
    policy: Mapped[dict[str, Any]] = mapped_column(json_type, default=dict)
    admission: Mapped[dict[str, Any]] = mapped_column(json_type, default=dict)
    published_at: Mapped[datetime | None]
    applications_open_at: Mapped[datetime | None]
    applications_close_at: Mapped[datetime | None]
    applications_closed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancellation_reason: Mapped[str | None] = mapped_column(
        Sealed("offerings.cancellation_reason")
    )
    key: Mapped[bytes] = mapped_column(SealedBytes("offerings.key"))
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    course: Mapped[Course] = relationship()
    segments: Mapped[list["Segment"]] = relationship(
        back_populates="offering", order_by="Segment.number"
    )
    instructors: Mapped[list["Instructor"]] = relationship(
        back_populates="offering", order_by="Instructor.position"
    )


class OfferingCounter(Base):
    """Two counters of an offering, apart from it because they are raised often.

    `version` is raised last in every transaction but a scan's that changes what
    the live board shows; the board's ETag is its sum with the `ScanCounter`s.
    `schedule_version` is raised by every change of segments or policy; it says
    when a process must read them again.
    """

    __tablename__ = "offering_counters"

    offering_id: Mapped[int] = mapped_column(
        sa.ForeignKey("offerings.id", ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(sa.BigInteger, default=1)
    schedule_version: Mapped[int] = mapped_column(sa.BigInteger, default=1)


class ScanCounter(Base):
    """How often scans have changed an offering, counted in several slots.

    Each connection raises a slot of its own: whoever raises a row holds it until
    the commit is durable, and eight doors that raised the same one would write one
    after the other (▸ 440 check-ins a second instead of 1,340).
    """

    __tablename__ = "scan_counters"

    offering_id: Mapped[int] = mapped_column(
        sa.ForeignKey("offerings.id", ondelete="CASCADE"), primary_key=True
    )
    slot: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True)
    version: Mapped[int] = mapped_column(sa.BigInteger)


class Segment(Base):
    """One scheduled block at which attendance is taken.

    `starts_at`/`ends_at` are the plan in force; earlier plans stay in
    `segment_versions`. The delivered times say how it was really held and win
    for everybody once set; `delivery_noted_at` is since when they are known.
    `number` is never changed or reused. `on_time_until` is the moment up to which a
    queue at the door still counts as on time. All four are what the newest of the
    segment's `deliveries` says. `credit_category` is the kind of credit it earns
    where a jurisdiction counts kinds apart, such as "ethics"; empty: general.
    """

    __tablename__ = "segments"
    __table_args__ = (
        sa.UniqueConstraint("offering_id", "number"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    number: Mapped[int]
    title: Mapped[str]
    room: Mapped[str] = mapped_column(default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    delivered_starts_at: Mapped[datetime | None]
    delivered_ends_at: Mapped[datetime | None]
    delivery_noted_at: Mapped[datetime | None]
    on_time_until: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    is_required: Mapped[bool] = mapped_column(default=True)
    needs_check_out: Mapped[bool] = mapped_column(default=False)
    credit_minutes: Mapped[int] = mapped_column(default=0)
    credit_category: Mapped[str] = mapped_column(sa.String(40), default="")

    offering: Mapped[Offering] = relationship(back_populates="segments")
    versions: Mapped[list["SegmentVersion"]] = relationship(
        order_by="SegmentVersion.valid_from", cascade="all, delete-orphan"
    )
    instructors: Mapped[list["Instructor"]] = relationship(
        secondary="segment_instructors", order_by="Instructor.position"
    )


class SegmentVersion(Base):
    """A segment's planned times and room, in force from `valid_from` on."""

    __tablename__ = "segment_versions"
    __table_args__ = (sa.UniqueConstraint("segment_id", "valid_from"),)

    id: Mapped[intpk]
    segment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("segments.id", ondelete="CASCADE")
    )
    valid_from: Mapped[datetime]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    room: Mapped[str] = mapped_column(default="")


class Delivery(Base):
    """A word of staff on how a segment was really held; its newest one holds.

    It says all three times anew: those that are empty are as planned. Taking one
    back is another one. `public_id` is made by the client, so that a double tap
    stores one.
    """

    __tablename__ = "deliveries"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    segment_id: Mapped[int] = mapped_column(sa.ForeignKey("segments.id"), index=True)
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    on_time_until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Sealed("deliveries.reason"), default="")
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    made_at: Mapped[datetime]


class Instructor(Base):
    """Somebody who teaches in an offering, signed in as staff or not.

    `key` names them in the offering's file, so that importing it again finds
    the same person under another name or in another order. `user_id` is who
    signs in as this instructor, by a code sent by e-mail.
    """

    __tablename__ = "instructors"
    __table_args__ = (
        sa.UniqueConstraint("offering_id", "position"),
        sa.UniqueConstraint("offering_id", "key"),
    )

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    key: Mapped[str] = mapped_column(sa.String(40), default=new_public_id)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(Sealed("instructors.name"))
    title: Mapped[str] = mapped_column(Sealed("instructors.title"), default="")
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)

    offering: Mapped[Offering] = relationship(back_populates="instructors")


class SegmentInstructor(Base):
    """An instructor teaches in a segment."""

    __tablename__ = "segment_instructors"

    segment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True
    )
    instructor_id: Mapped[int] = mapped_column(
        sa.ForeignKey("instructors.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    )
