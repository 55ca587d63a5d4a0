"""Mail that does not arrive: how long it waits, and whom it never reached."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.models import OutboxMessage

_WAITS = sa.and_(OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None))


@dataclass(frozen=True)
class Waiting:
    """How many mails wait to be sent, and since when the oldest does."""

    count: int
    oldest_at: datetime | None


def read_waiting() -> Waiting:
    """Return what waits to be sent, of the whole server: one query."""
    count, oldest = db.session.execute(
        sa.select(sa.func.count(), sa.func.min(OutboxMessage.created_at)).where(_WAITS)
    ).one()
    return Waiting(count, oldest)


def find_unreached(addresses: set[str]) -> set[str]:
    """Return those addresses whose mail was given up, and none has arrived since.

    Addresses are sealed, so they are compared in memory; two queries at most.
    """
    failed = _newest(OutboxMessage.failed_at.is_not(None)).items()
    given_up = {who: at for who, at in failed if who in addresses}
    if not given_up:
        return set()
    sent = _newest(
        sa.and_(
            OutboxMessage.done_at.is_not(None),
            OutboxMessage.attempt_count > 0,
            OutboxMessage.created_at > min(given_up.values()),
        )
    )
    return {who for who, at in given_up.items() if who not in sent or sent[who] <= at}


def _newest(condition: sa.ColumnElement[bool]) -> dict[str, datetime]:
    """Return when the newest such mail was written, by address."""
    return pairs_of(
        sa.select(OutboxMessage.recipient, OutboxMessage.created_at)
        .where(condition)
        .order_by(OutboxMessage.created_at)
    )
