"""The append-only log of what staff did, and saw of people in bulk."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, intpk, json_type


class AuditEntry(Base):
    """One act, chained to the one before by HMAC.

    `chain` is the offering's code, or "-" for acts that belong to none.
    `details` holds ids and counts, never names and never answers.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (sa.UniqueConstraint("chain", "sequence"),)

    id: Mapped[intpk]
    chain: Mapped[str] = mapped_column(sa.String(40))
    sequence: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(sa.String(80))
    action: Mapped[str] = mapped_column(sa.String(60))
    details: Mapped[dict[str, Any]] = mapped_column(json_type)
    seal: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class AuditHead(Base):
    """The end of a chain; a log cut short no longer meets it."""

    __tablename__ = "audit_heads"

    chain: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    sequence: Mapped[int]
    seal: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    head_seal: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
