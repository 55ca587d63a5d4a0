"""Deleting what has run out: sessions, codes, invitations, limits, mail, files."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker.db import db
from tracker.models import Invitation, PendingFile, SignInCode, SignInSession
from tracker.services import limits, outbox

# Long enough to answer "when did I last sign in", and to look into a fault.
KEPT = timedelta(days=2)
PENDING = timedelta(hours=2)


def delete_expired(*, now: datetime) -> None:
    """Delete the rows that nobody can use any more; the worker does so hourly."""
    for model in (SignInSession, SignInCode, Invitation):
        db.session.execute(sa.delete(model).where(model.expires_at < now - KEPT))
    db.session.execute(
        sa.delete(PendingFile).where(PendingFile.uploaded_at < now - PENDING)
    )
    limits.delete_full(now=now)
    outbox.delete_old(now=now)
