"""Sign-in sheets as they were printed: in which order people stand on them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, intpk, json_type


class SignInList(Base):
    """One order of an offering's people on paper, named by the code printed on it.

    `enrollments` are public ids, in the order of their rows: a signed sheet is typed
    in by row number, whoever has come, gone or been renamed since.
    """

    __tablename__ = "sign_in_lists"
    __table_args__ = (sa.UniqueConstraint("offering_id", "code"),)

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    code: Mapped[str] = mapped_column(sa.String(8))
    enrollments: Mapped[list[str]] = mapped_column(json_type)
    printed_at: Mapped[datetime]
