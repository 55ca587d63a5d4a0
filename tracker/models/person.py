"""People who take part; their names are sealed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, Sealed, intpk, public_id


class Person(Base):
    """Somebody who takes part in offerings, known by a work e-mail address.

    The address itself is sealed; `email_digest`, keyed and of the case-folded
    address, is what finds a person and keeps an address unique. The name is empty as
    long as somebody has proved an address, or was named by a lead, and sent nothing.
    """

    __tablename__ = "people"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    email_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    email: Mapped[str] = mapped_column(Sealed("people.email"))
    name: Mapped[str] = mapped_column(Sealed("people.name"))
    agency: Mapped[str] = mapped_column(Sealed("people.agency"), default="")
    title: Mapped[str] = mapped_column(Sealed("people.title"), default="")
    discipline: Mapped[str] = mapped_column(sa.String(80), default="")
    state: Mapped[str] = mapped_column(sa.String(80), default="")
    county: Mapped[str] = mapped_column(sa.String(80), default="")
    created_at: Mapped[datetime]


class Licence(Base):
    """A licence number that a person claims in one jurisdiction, for its credit.

    `jurisdiction` and `unit` are as an offering's accreditation names them, such as
    "Nebraska" and "CLE credits". `public_id` is made by the client.
    """

    __tablename__ = "licences"
    __table_args__ = (sa.UniqueConstraint("person_id", "jurisdiction", "unit"),)

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    jurisdiction: Mapped[str] = mapped_column(sa.String(200))
    unit: Mapped[str] = mapped_column(sa.String(200), default="")
    number: Mapped[str] = mapped_column(Sealed("licences.number"))
    claimed_at: Mapped[datetime]

    person: Mapped[Person] = relationship()
