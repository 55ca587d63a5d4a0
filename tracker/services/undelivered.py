"""Mail that does not arrive: how long it waits, and whom it never reached."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from tracker.db import db, pairs_of
from tracker.domain.mails import KINDS
from tracker.domain.wording import failure_words
from tracker.models import Offering, OutboxMessage, Person
from tracker.services import audit, people
from tracker.services.audit import Actor

_WAITS = sa.and_(OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None))

MOST_SHOWN = 200
OTHER_KIND = "Another mail"
KIND_NAMES = {kind.value: about.name for kind, about in KINDS.items()} | {
    "test": "Sample to staff"
}


@dataclass(frozen=True)
class Undelivered:
    """A mail that was given up: to whom, of which kind, when, and why."""

    uid: str
    name: str
    address: str
    kind: str
    written_at: datetime
    failed_at: datetime
    why: str


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


def list_undelivered(offering: Offering) -> list[Undelivered]:
    """Return the newest of an offering's mails that were given up: two queries."""
    rows = db.session.scalars(
        _given_up(offering)
        .order_by(OutboxMessage.failed_at.desc(), OutboxMessage.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    digests = {row.id: people.email_digest(row.recipient) for row in rows}
    names = pairs_of(
        sa.select(Person.email_digest, Person.name).where(
            Person.email_digest.in_(set(digests.values()))
        )
    )
    return [_undelivered(row, names.get(digests[row.id], "")) for row in rows]


def _given_up(offering: Offering) -> sa.Select[OutboxMessage]:
    return sa.select(OutboxMessage).where(
        OutboxMessage.offering_id == offering.id, OutboxMessage.failed_at.is_not(None)
    )


def _undelivered(row: OutboxMessage, name: str) -> Undelivered:
    assert row.failed_at is not None  # noqa: S101 - only such rows are read
    return Undelivered(
        uid=row.message_id.removeprefix("<").partition("@")[0],
        name=name,
        address=row.recipient,
        kind=KIND_NAMES.get(row.kind, OTHER_KIND),
        written_at=row.created_at,
        failed_at=row.failed_at,
        why=failure_words(row.last_error or ""),
    )


def count_undelivered(offering: Offering) -> int:
    """Count the mails of an offering that were given up."""
    counted = sa.select(sa.func.count()).select_from(_given_up(offering).subquery())
    return db.session.scalar(counted) or 0


def count_waiting(offering: Offering) -> int:
    """Count the mails of an offering that are tried again by themselves."""
    return (
        db.session.scalar(
            sa.select(sa.func.count(OutboxMessage.id)).where(
                _WAITS,
                OutboxMessage.offering_id == offering.id,
                OutboxMessage.attempt_count > 0,
            )
        )
        or 0
    )


def send_again(
    offering: Offering, uid: str | None, *, actor: Actor, now: datetime
) -> int:
    """Queue one mail that was given up, or all of them; return how many.

    The row itself goes back into the queue, with its patience begun anew. So a
    second tap finds nothing given up, and the mail keeps its Message-ID: a server
    that had it after all shows it once.
    """
    chosen = [
        OutboxMessage.offering_id == offering.id,
        OutboxMessage.failed_at.is_not(None),
    ]
    if uid is not None:
        chosen.append(OutboxMessage.message_id.startswith(f"<{uid}@", autoescape=True))
    again = sa.update(OutboxMessage).where(*chosen)
    moved = db.session.scalars(
        again.values(
            failed_at=None,
            last_error=None,
            lease_until=None,
            attempt_count=0,
            created_at=now,
            run_at=now,
        ).returning(OutboxMessage.id)
    ).all()
    if moved:
        audit.record(actor, "mail.again", {"count": len(moved)}, offering, now=now)
    return len(moved)
