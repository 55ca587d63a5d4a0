"""What participants are asked, the receipts, and the answers, sealed and released.

Receipts and responses carry no time and no common id: together in one database
they must not say whose answer is whose (trust.md).
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.db import Base, SealedJSON, choice, intpk, json_type, public_id
from tracker.models.offering import Offering


class Occasion(StrEnum):
    """What participants are asked for, each at its own time; only the first gates.

    BEFORE and AFTER ask the same knowledge check.
    """

    EVALUATION = "evaluation"
    BEFORE = "before"
    AFTER = "after"
    FOLLOW_UP = "follow_up"


class FormKind(StrEnum):
    """Which of an offering's forms it is."""

    EVALUATION = "evaluation"
    KNOWLEDGE = "knowledge"
    FOLLOW_UP = "follow_up"


class EvaluationForm(Base):
    """One version of an offering's questions; frozen once somebody has answered.

    `definition` is domain/evaluation.py's form as JSON.
    """

    __tablename__ = "evaluation_forms"
    __table_args__ = (sa.UniqueConstraint("offering_id", "kind", "version"),)

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    kind: Mapped[FormKind] = mapped_column(
        choice(FormKind, "evaluation_form_kind"), default=FormKind.EVALUATION
    )
    version: Mapped[int] = mapped_column(default=1)
    definition: Mapped[dict[str, Any]] = mapped_column(json_type)


class EvaluationReceipt(Base):
    """The fact that an enrollment has answered; its uniqueness stops a second."""

    __tablename__ = "evaluation_receipts"

    enrollment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrollments.id"), primary_key=True, autoincrement=False
    )
    occasion: Mapped[Occasion] = mapped_column(
        choice(Occasion, "evaluation_receipt_occasion"),
        primary_key=True,
        default=Occasion.EVALUATION,
    )


HAS_EVALUATED = EvaluationReceipt.occasion == Occasion.EVALUATION
"""Of all receipts, those that the certificate asks for."""


class ResponseBatch(Base):
    """Answers that are sealed to one key and mixed together.

    Number 1 takes what is sent while the occasion is open; later ones take what
    comes after, each under a key of its own. `opened_at` and `closed_at` are set
    by hand or by the clock; at closing the private key is destroyed,
    `response_count` says how many answers there were, and `is_released` whether
    they can be read: fewer than five are withheld for good. `reminded_at` is when
    those without a receipt were last written to.
    """

    __tablename__ = "response_batches"
    __table_args__ = (sa.UniqueConstraint("offering_id", "occasion", "number"),)

    id: Mapped[intpk]
    offering_id: Mapped[int] = mapped_column(sa.ForeignKey("offerings.id"))
    occasion: Mapped[Occasion] = mapped_column(
        choice(Occasion, "response_batch_occasion"), default=Occasion.EVALUATION
    )
    number: Mapped[int] = mapped_column(default=1)
    public_key: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    opened_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    response_count: Mapped[int | None]
    is_released: Mapped[bool] = mapped_column(default=False)

    offering: Mapped[Offering] = relationship()


class SealedResponse(Base):
    """One set of answers, sealed to the batch's public key, padded, in no order."""

    __tablename__ = "sealed_responses"

    random_id: Mapped[bytes] = mapped_column(sa.LargeBinary(16), primary_key=True)
    batch_id: Mapped[int] = mapped_column(
        sa.ForeignKey("response_batches.id"), index=True
    )
    sealed: Mapped[bytes]


class Response(Base):
    """One set of answers after the mixing; nothing leads from it to a person.

    `answers` maps the fields of version `form_version` to what was answered.
    """

    __tablename__ = "responses"

    random_id: Mapped[bytes] = mapped_column(sa.LargeBinary(16), primary_key=True)
    batch_id: Mapped[int] = mapped_column(
        sa.ForeignKey("response_batches.id"), index=True
    )
    form_version: Mapped[int]
    answers: Mapped[dict[str, Any]] = mapped_column(SealedJSON("responses.answers"))


class PaperReceipt(Base):
    """Somebody has handed in a paper evaluation of a stack that is being typed in."""

    __tablename__ = "paper_receipts"

    enrollment_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enrollments.id"), primary_key=True, autoincrement=False
    )


class PaperResponse(Base):
    """A paper of the shuffled stack, typed in and sealed; it counts once all agree.

    `public_id` is made by the client, so that a double tap stores one.
    """

    __tablename__ = "paper_responses"

    id: Mapped[intpk]
    public_id: Mapped[public_id]
    batch_id: Mapped[int] = mapped_column(
        sa.ForeignKey("response_batches.id"), index=True
    )
    sealed: Mapped[bytes]
