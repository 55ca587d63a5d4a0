"""Paper evaluations: who handed one in, and the shuffled stack, typed in and sealed.

The two are kept apart until they agree in number; then receipts and answers come
into being together, in one transaction. A paper is sealed to the batch's key as
soon as it is typed in: from then on nobody can read it, also not who typed it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db, insert_into
from tracker.domain.answers import check_answers
from tracker.errors import ConflictError, InvalidError
from tracker.models import (
    Enrollment,
    EvaluationReceipt,
    Offering,
    PaperReceipt,
    PaperResponse,
    ResponseBatch,
    SealedResponse,
)
from tracker.models.evaluation import Occasion
from tracker.services import audit, batches, evaluations, schedules, sealing, waiting


@dataclass(frozen=True)
class HandedIn:
    """A participant, and whether a paper was handed in; `has_answered`: no more can."""

    enrollment: str
    name: str
    has_answered: bool
    is_ticked: bool


@dataclass(frozen=True)
class Stack:
    """Who handed a paper in, and the papers typed in so far, by their ids."""

    people: list[HandedIn]
    papers: list[str]

    @property
    def ticked(self) -> int:
        """How many people handed one in."""
        return sum(each.is_ticked for each in self.people)

    @property
    def agrees(self) -> bool:
        """Whether the papers can be stored: as many as people, and at least one."""
        return bool(self.papers) and self.ticked == len(self.papers)


def read_stack(offering: Offering) -> Stack:
    """Return the state of an offering's stack."""
    ticked = set(db.session.scalars(_ticked(offering)))
    people = [
        HandedIn(
            each.enrollment, each.name, each.has_answered, each.enrollment in ticked
        )
        for each in waiting.list_answered(offering)
    ]
    papers = db.session.scalars(
        sa.select(PaperResponse.public_id)
        .where(PaperResponse.batch_id.in_(_batches(offering)))
        .order_by(PaperResponse.id)
    )
    return Stack(people, list(papers))


def _ticked(offering: Offering) -> sa.Select[str]:
    return (
        sa.select(Enrollment.public_id)
        .join(PaperReceipt, PaperReceipt.enrollment_id == Enrollment.id)
        .where(Enrollment.offering_id == offering.id)
    )


def _batches(offering: Offering) -> sa.Select[int]:
    return sa.select(ResponseBatch.id).where(
        ResponseBatch.offering_id == offering.id,
        ResponseBatch.occasion == Occasion.EVALUATION,
    )


def tick(
    offering: Offering, handed_in: Sequence[str], *, actor: audit.Actor, now: datetime
) -> int:
    """Note exactly these people as having handed a paper in; return how many.

    Raises:
        ConflictError: somebody among them has answered, or takes no part.
    """
    wanted = set(handed_in)
    free = {
        each.enrollment
        for each in waiting.list_answered(offering)
        if not each.has_answered
    }
    if wanted - free:
        raise ConflictError(
            "Somebody who is ticked has answered already. Please load the page again."
        )
    own = sa.select(Enrollment.id).where(Enrollment.offering_id == offering.id)
    db.session.execute(
        sa.delete(PaperReceipt).where(PaperReceipt.enrollment_id.in_(own))
    )
    chosen = db.session.scalars(
        own.where(Enrollment.public_id.in_(wanted)).order_by(Enrollment.id)
    ).all()
    if chosen:
        rows = [{"enrollment_id": each} for each in chosen]
        db.session.execute(
            insert_into(PaperReceipt).values(rows).on_conflict_do_nothing()
        )
    audit.record(actor, "paper.tick", {"count": len(chosen)}, offering, now=now)
    return len(chosen)


def type_in(
    offering: Offering, sent: Mapping[str, Sequence[str]], *, uid: str, now: datetime
) -> bool:
    """Seal one paper's answers; False where this form was stored before.

    Raises:
        ConflictError: the evaluation has not opened yet.
        InvalidError: something must be mended; nothing is stored.
    """
    times = evaluations.times_of(offering, schedules.schedule_of(offering))
    if times is None or now < times.opens_at:
        raise ConflictError("The evaluation has not opened yet.")
    form, _ = evaluations.form_of(offering)
    answers, errors = check_answers(evaluations.laid_out(offering), sent)
    if errors:
        raise InvalidError("Some answers need another look.", errors)
    plain = evaluations.written(form.version, answers)
    batch = batches.receiving(offering)
    made = db.session.execute(
        insert_into(PaperResponse)
        .values(
            public_id=uid,
            batch_id=batch.id,
            sealed=sealing.seal(plain, batch.public_key, offering.code),
        )
        .on_conflict_do_nothing()
        .returning(PaperResponse.id)
    )
    return made.scalar() is not None


def discard(
    offering: Offering, paper: str | None, *, actor: audit.Actor, now: datetime
) -> int:
    """Forget one typed paper, or all (None); return how many there were."""
    gone = sa.delete(PaperResponse).where(
        PaperResponse.batch_id.in_(_batches(offering))
    )
    if paper is not None:
        gone = gone.where(PaperResponse.public_id == paper)
    found = db.session.scalars(gone.returning(PaperResponse.id)).all()
    audit.record(actor, "paper.discard", {"count": len(found)}, offering, now=now)
    return len(found)


def store(offering: Offering, *, actor: audit.Actor, now: datetime) -> int:
    """Turn the stack into receipts and answers, together; return how many.

    Neither keeps an order: receipts are written by enrollment, answers shuffled.

    Raises:
        ConflictError: the numbers do not agree, or somebody has answered meanwhile.
    """
    batches.receiving(offering)
    papers = db.session.execute(
        sa.delete(PaperResponse)
        .where(PaperResponse.batch_id.in_(_batches(offering)))
        .returning(PaperResponse.batch_id, PaperResponse.sealed)
    ).all()
    people = _take_ticks(offering)
    if not papers or len(papers) != len(people):
        raise ConflictError(
            f"{len(people)} people are ticked and {len(papers)} papers typed in. "
            "Both must be the same, and at least one."
        )
    _add_receipts(people)
    rows = [
        {"random_id": secrets.token_bytes(16), "batch_id": batch_id, "sealed": sealed}
        for batch_id, sealed in papers
    ]
    secrets.SystemRandom().shuffle(rows)
    db.session.execute(sa.insert(SealedResponse), rows)
    audit.record(actor, "paper.store", {"count": len(rows)}, offering, now=now)
    return len(rows)


def _take_ticks(offering: Offering) -> list[int]:
    own = sa.select(Enrollment.id).where(Enrollment.offering_id == offering.id)
    taken = db.session.scalars(
        sa.delete(PaperReceipt)
        .where(PaperReceipt.enrollment_id.in_(own))
        .returning(PaperReceipt.enrollment_id)
    )
    return sorted(taken)


def _add_receipts(people: list[int]) -> None:
    rows = [{"enrollment_id": each, "occasion": Occasion.EVALUATION} for each in people]
    made = db.session.scalars(
        insert_into(EvaluationReceipt)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(EvaluationReceipt.enrollment_id)
    ).all()
    if len(made) != len(people):
        raise ConflictError(
            "Somebody who is ticked has answered on a phone meanwhile. "
            "Please tick anew; their paper is one too many."
        )
