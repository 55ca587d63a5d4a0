"""Batches of answers: which one takes what is sent now, and the key it is sealed to."""

from pathlib import Path

import sqlalchemy as sa

from tracker import links
from tracker.db import db, insert_into
from tracker.errors import InvalidError, NotFoundError
from tracker.models import Offering, ResponseBatch
from tracker.models.evaluation import Occasion
from tracker.services import sealing

NEVER_ASKED = "This offering does not ask that."


def receiving(
    offering: Offering, occasion: Occasion = Occasion.EVALUATION
) -> ResponseBatch:
    """Return the batch that takes what is sent now, held against its closing.

    It is the newest one while that is open. What is sent after its closing goes
    into a late batch under a key of its own, opened by the first who needs it;
    two at once get the same one. Until the transaction ends, the batch cannot be
    closed, so that no answer is sealed to a key that is gone. A late batch bears
    no moment of opening: that would be the time of somebody's answer.

    Raises:
        NotFoundError: the offering never asked this.
    """
    while (batch := _hold_newest(offering, occasion)).closed_at is not None:
        folder = links.settings().evaluation_keys
        _open(offering, folder, occasion, batch.number + 1)
    return batch


def _hold_newest(offering: Offering, occasion: Occasion) -> ResponseBatch:
    """Lock against closing only: others may send at the same time."""
    held = _newest(offering, occasion).with_for_update(read=True)
    found = db.session.scalar(held.execution_options(populate_existing=True))
    if found is None:
        raise NotFoundError(NEVER_ASKED)
    return found


def open_batch(
    offering: Offering, folder: Path, occasion: Occasion = Occasion.EVALUATION
) -> ResponseBatch:
    """Begin a batch with a key pair of its own; the private half goes to `folder`.

    Where somebody else opens the same one at this moment, theirs is returned:
    both have the key of the one file.

    Raises:
        InvalidError: the offering's code cannot name a file.
    """
    return _open(offering, folder, occasion, 1 + _count(offering, occasion))


def _open(
    offering: Offering, folder: Path, occasion: Occasion, number: int
) -> ResponseBatch:
    """Begin the batch of a number, unless somebody else has just begun it."""
    try:
        public_key = sealing.new_keypair(folder, key_name(offering, occasion, number))
    except ValueError as problem:
        raise InvalidError(str(problem), {"code": str(problem)}) from problem
    db.session.execute(
        insert_into(ResponseBatch)
        .values(
            offering_id=offering.id,
            occasion=occasion,
            number=number,
            public_key=public_key,
            is_released=False,
        )
        .on_conflict_do_nothing()
    )
    return get_batch(offering, occasion)


def key_name(offering: Offering, occasion: Occasion, number: int) -> str:
    """Name the file of a batch's private key; the evaluation's first is the code.

    A code has no dot, so that no two batches share a name.
    """
    if (occasion, number) == (Occasion.EVALUATION, 1):
        return offering.code
    return f"{offering.code}.{occasion}.{number}"


def _count(offering: Offering, occasion: Occasion) -> int:
    wanted = sa.select(sa.func.count(ResponseBatch.id)).where(
        ResponseBatch.offering_id == offering.id, ResponseBatch.occasion == occasion
    )
    return db.session.scalar(wanted) or 0


def find_batch(
    offering: Offering, occasion: Occasion = Occasion.EVALUATION
) -> ResponseBatch | None:
    """Return the newest batch of an occasion, open or closed."""
    return db.session.scalar(_newest(offering, occasion))


def _newest(offering: Offering, occasion: Occasion) -> sa.Select[ResponseBatch]:
    return (
        sa.select(ResponseBatch)
        .where(
            ResponseBatch.offering_id == offering.id, ResponseBatch.occasion == occasion
        )
        .order_by(ResponseBatch.number.desc())
        .limit(1)
    )


def get_batch(
    offering: Offering, occasion: Occasion = Occasion.EVALUATION
) -> ResponseBatch:
    """Return the newest batch of an occasion.

    Raises:
        NotFoundError: the offering never asked it.
    """
    found = find_batch(offering, occasion)
    if found is None:
        raise NotFoundError(NEVER_ASKED)
    return found


def holds_key(
    offering: Offering, folder: Path, occasion: Occasion = Occasion.EVALUATION
) -> bool:
    """Say whether the answers of the newest batch can be opened when it closes.

    What was sealed without the private key in its place, nobody can ever read.
    """
    batch = find_batch(offering, occasion)
    if batch is None:
        return False
    name = key_name(offering, occasion, batch.number)
    return sealing.holds_key(folder, name, batch.public_key)
