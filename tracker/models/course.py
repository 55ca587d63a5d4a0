"""The catalogue entry: what is taught, to whom, after which prerequisite."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, intpk, json_type


class Course(Base):
    """A course of the catalogue. All its texts are public."""

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
