"""Files to import, kept sealed between their upload and the word that imports them."""

from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.errors import NotFoundError
from tracker.models import Offering, PendingFile, User


def keep(
    offering: Offering, content: bytes, *, user: User, now: datetime
) -> PendingFile:
    """Keep a file of an offering, in the place of any other of the same user."""
    db.session.execute(
        sa.delete(PendingFile).where(
            PendingFile.offering_id == offering.id, PendingFile.user_id == user.id
        )
    )
    row = PendingFile(
        offering_id=offering.id, user_id=user.id, content=content, uploaded_at=now
    )
    db.session.add(row)
    db.session.flush()
    return row


def get(offering: Offering, uid: str) -> PendingFile:
    """Return a file that waits.

    Raises:
        NotFoundError: it was imported or discarded, or is another offering's.
    """
    found = db.session.scalar(
        sa.select(PendingFile).where(
            PendingFile.public_id == uid, PendingFile.offering_id == offering.id
        )
    )
    if found is None:
        raise NotFoundError("This file is not kept any more. Upload it again.")
    return found


def drop(row: PendingFile) -> None:
    """Delete a file that was imported or discarded."""
    db.session.delete(row)
