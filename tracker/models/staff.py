"""Staff: who they are, and which offerings their roles name."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, Sealed, choice, intpk, public_id
from tracker.models.offering import Offering


class Role(StrEnum):
    """What somebody may do in a named offering."""

    COORDINATOR = "coordinator"
    INSTRUCTOR = "instructor"
    DOOR = "door"


class User(Base):
    """A member of staff. Without a passphrase hash the invitation is still open."""

    __tablename__ = "users"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    email_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    email: Mapped[str] = mapped_column(Sealed("users.email"))
    name: Mapped[str] = mapped_column(Sealed("users.name"), default="")
    passphrase_hash: Mapped[str | None]
    is_admin: Mapped[bool] = mapped_column(default=False)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user")


class Membership(Base):
    """A role of a user in one offering."""

    __tablename__ = "memberships"
    __table_args__ = (sa.UniqueConstraint("user_id", "offering_id", "role"),)

    id: Mapped[intpk]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role, "membership_role"))
    created_at: Mapped[datetime]

    user: Mapped[User] = relationship(back_populates="memberships")
    offering: Mapped[Offering] = relationship()
