"""The catalogue entry: what is taught, to whom, after which prerequisite."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, SealedBytes, choice, intpk, json_type, public_id


class Course(Base):
    """A course of the catalogue. All its texts are public.

    `prerequisite` says it for the public, `prerequisite_id` names the course of the
    catalogue whose completion is looked for. `questions` are what an application
    asks besides: domain/application_questions.py has their shape. `mails` are its own
    words for our mails by kind, `completion_columns` which column of the learning
    platform's report is what.
    `certificate` is how its certificates look and what they say, wherever an
    offering does not say otherwise: domain/templates.py has its shape.
    """

    __tablename__ = "courses"

    id: Mapped[intpk]
    code: Mapped[str] = mapped_column(sa.String(40), unique=True)
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")
    audience: Mapped[list[str]] = mapped_column(json_type, default=list)
    prerequisite: Mapped[str] = mapped_column(default="")
    obligation: Mapped[str] = mapped_column(default="")
    cost: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    topics: Mapped[list[str]] = mapped_column(json_type, default=list)
    certificate: Mapped[dict[str, Any]] = mapped_column(json_type, default=dict)
    prerequisite_id: Mapped[int | None] = mapped_column(sa.ForeignKey("courses.id"))
    questions: Mapped[list[Any]] = mapped_column(json_type, default=list)
    mails: Mapped[dict[str, Any]] = mapped_column(json_type, default=dict)
    completion_columns: Mapped[dict[str, Any]] = mapped_column(json_type, default=dict)


class ImagePurpose(StrEnum):
    """Where on a certificate an image stands."""

    LOGO = "logo"
    SIGNATURE = "signature"


class CourseImage(Base):
    """The host's logo, or the signature of a signatory, checked when it was given.

    `position` is the signatory's, from 0; the logo's is 0. Certificates that were
    issued keep the bytes they were issued with.
    """

    __tablename__ = "course_images"
    __table_args__ = (sa.UniqueConstraint("course_id", "purpose", "position"),)

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("courses.id"))
    purpose: Mapped[ImagePurpose] = mapped_column(
        choice(ImagePurpose, "course_image_purpose")
    )
    position: Mapped[int] = mapped_column(default=0)
    media_type: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[bytes] = mapped_column(
        SealedBytes("course_images.content"), deferred=True
    )
    added_at: Mapped[datetime]
