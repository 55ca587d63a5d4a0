"""Evaluation: the form, the receipts, and the answers nobody can open yet.

Receipts and sealed responses carry no time and no common id: together in one
database they must not say whose answer is whose (trust.md).
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base, intpk, json_type


class EvaluationForm(Base):
    """One version of an offering's questions; frozen once somebody has answered.

    `definition` is domain/evaluation.py's form as JSON.
    """

    __tablename__ = "evaluation_forms"
    __table_args__ = (sa.UniqueConstraint("offering_id", "version"),)

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    version: Mapped[int] = mapped_column(default=1)
    definition: Mapped[dict[str, Any]] = mapped_column(json_type)


class EvaluationReceipt(Base):
    """The fact that an enrollment has answered; its uniqueness stops a second."""

    __tablename__ = "evaluation_receipts"

    enrollment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrollments.id"), primary_key=True, autoincrement=False
    )


class SealedResponse(Base):
    """One set of answers, sealed to the offering's public key, padded, in no order."""

    __tablename__ = "sealed_responses"

    random_id: Mapped[bytes] = mapped_column(sa.LargeBinary(16), primary_key=True)
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"), index=True)
    sealed: Mapped[bytes]
