"""Sessions, codes, invitations, tokens and limits; every secret as a hash only."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, choice, intpk, public_id
from tracker.models.person import Person
from tracker.models.staff import User


class SignInSession(Base):
    """A signed-in browser: a row here, ended here; no last-seen (trust.md, I15).

    `is_by_code`: an instructor signed in by a mailed code, who sees the own
    segments from an hour before to a day after, and nothing else.
    """

    __tablename__ = "sign_in_sessions"
    __table_args__ = (
        sa.CheckConstraint(
            "(user_id IS NULL) <> (person_id IS NULL)", name="one_owner"
        ),
    )

    id: Mapped[intpk]
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id"), index=True
    )
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    is_by_code: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User | None] = relationship()
    person: Mapped[Person | None] = relationship()


class SignInCode(Base):
    """A code sent by e-mail, to be typed in the browser that asked for it.

    `browser_hash` binds it to that browser. A row is also written for an unknown
    address (neither `person_id` nor `user_id`), so that both take the same time
    and space. `user_id`: the code signs an instructor in.
    """

    __tablename__ = "sign_in_codes"

    id: Mapped[intpk]
    browser_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    code_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("people.id"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"), index=True)
    expires_at: Mapped[datetime]
    try_count: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A one-time link with which a member of staff sets a passphrase."""

    __tablename__ = "invitations"

    id: Mapped[intpk]
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    user: Mapped[User] = relationship()


class TokenScope(StrEnum):
    """What an API token may do in its offering."""

    CHECK_IN = "check-in"
    READ = "read"


class ApiToken(Base):
    """A program's key to one offering; printed once, stored as a hash."""

    __tablename__ = "api_tokens"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    scope: Mapped[TokenScope] = mapped_column(choice(TokenScope, "api_token_scope"))
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RateLimit(Base):
    """The generic cell rate algorithm's one number per key.

    `key` is a digest of what is limited; `full_at` the theoretical arrival time
    in seconds since the epoch.
    """

    __tablename__ = "rate_limits"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    full_at: Mapped[float] = mapped_column(sa.Double)
