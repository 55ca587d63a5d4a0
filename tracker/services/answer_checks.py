"""What the doctor asks of receipts and answers (trust.md, I9 to I11)."""

import sqlalchemy as sa

from tracker import links
from tracker.db import db, pairs_of
from tracker.models import (
    Enrollment,
    EvaluationReceipt,
    Response,
    ResponseBatch,
    SealedResponse,
)
from tracker.models.evaluation import Occasion
from tracker.services import batches, sealing
from tracker.services.mixing import LEAST
from tracker.services.sealing import SEALED_BYTES

Asked = tuple[int, Occasion]


def receipts_equal_answers() -> tuple[int, int]:
    """I9: receipts = sealed + released + withheld, per offering and occasion.

    A batch that has closed says how many answers it had: released ones are all
    there, withheld ones are gone.
    """
    receipts = _count_receipts()
    sealed, released = _count_answers(SealedResponse), _count_answers(Response)
    answers = dict.fromkeys(receipts, 0)
    wrong: set[Asked] = set()
    for batch in db.session.scalars(sa.select(ResponseBatch)):
        asked = batch.offering_id, batch.occasion
        there = sealed.get(batch.id, 0), released.get(batch.id, 0)
        if batch.closed_at is not None and there != _left_of(batch):
            wrong.add(asked)
        answers[asked] = answers.get(asked, 0) + (batch.response_count or there[0])
    wrong |= {each for each in answers if answers[each] != receipts.get(each, 0)}
    return sum(receipts.values()), len(wrong)


def _left_of(batch: ResponseBatch) -> tuple[int, int]:
    """Return how many sealed and released answers a closed batch must have."""
    return 0, (batch.response_count or 0) if batch.is_released else 0


def _count_receipts() -> dict[Asked, int]:
    rows = db.session.execute(
        sa.select(Enrollment.offering_id, EvaluationReceipt.occasion, sa.func.count())
        .join(EvaluationReceipt, EvaluationReceipt.enrollment_id == Enrollment.id)
        .group_by(Enrollment.offering_id, EvaluationReceipt.occasion)
    )
    return {(offering, occasion): count for offering, occasion, count in rows}


def _count_answers(model: type[SealedResponse | Response]) -> dict[int, int]:
    return pairs_of(sa.select(model.batch_id, sa.func.count()).group_by(model.batch_id))


def answers_padded() -> tuple[int, int]:
    """I10: no sealed answer can be told from another by its length."""
    wrong = sa.func.length(SealedResponse.sealed) != SEALED_BYTES
    checked, broken = (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(SealedResponse).where(condition)
        )
        for condition in (sa.true(), wrong)
    )
    return checked or 0, broken or 0


def keys_in_place() -> tuple[int, int]:
    """I10: every open batch has its key, and of a closed one none is left.

    Without the key, nobody can ever read what was sealed to it; with it, and an
    old backup, somebody could read what was mixed or withheld.
    """
    folder = links.settings().evaluation_keys
    names = sealing.key_names(folder)
    rows = db.session.scalars(sa.select(ResponseBatch)).all()
    wrong = 0
    for batch in rows:
        name = batches.key_name(batch.offering, batch.occasion, batch.number)
        if batch.closed_at is None:
            wrong += not sealing.holds_key(folder, name, batch.public_key)
        else:
            wrong += name in names
    return len(rows), wrong


def releases_large_enough() -> tuple[int, int]:
    """I11: nothing is released of fewer than five, nor from a batch that is open."""
    counts = _count_answers(Response)
    rows = db.session.scalars(sa.select(ResponseBatch)).all()
    wrong = [
        batch
        for batch in rows
        if (batch.is_released and counts.get(batch.id, 0) < LEAST)
        or (batch.closed_at is None and (batch.is_released or batch.id in counts))
    ]
    return len(rows), len(wrong)
