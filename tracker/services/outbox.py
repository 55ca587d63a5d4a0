"""Mail on its way: written with the change that causes it, sent by the worker.

A row becomes visible to the worker only when its transaction commits, so nothing
is sent on rollback. A worker claims a row under a lease; if it dies, the lease
runs out and another one sends. The Message-ID is fixed in the row: a mail sent
twice after a crash is one mail to whoever receives it.
"""

import ipaddress
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import sqlalchemy as sa

from tracker import links
from tracker.db import db
from tracker.domain.mail_texts import Letter
from tracker.domain.mails import Kind
from tracker.models import OutboxMessage

LEASE = timedelta(minutes=3)
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(minutes=15)
KEPT = timedelta(days=30)
# A mail server may be down over a weekend; a sign-in code is dead long before.
PATIENCE = timedelta(days=3)
PATIENCE_OF: dict[str, timedelta] = {Kind.SIGN_IN_CODE: timedelta(minutes=30)}
NOBODY = ""

_OPEN = (OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None))


@dataclass(frozen=True)
class Message:
    """A message as the worker and the local mail page read it."""

    id: int
    message_id: str
    kind: str
    recipient: str
    subject: str
    text: str
    created_at: datetime
    html: str = ""


def queue_mail(
    kind: str,
    recipient: str | None,
    letter: Letter,
    *,
    offering_id: int | None = None,
    now: datetime,
) -> None:
    """Add a message to the caller's transaction.

    The coordinators of `offering_id` see it if it cannot be delivered.

    With recipient None the same work is done and nothing will be sent: whoever
    watches the clock cannot tell a known address from an unknown one.
    """
    message = OutboxMessage(
        message_id=f"<{uuid.uuid4()}@{_mail_domain()}>",
        kind=kind,
        recipient=recipient or NOBODY,
        offering_id=offering_id,
        payload={
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
        },
        created_at=now,
        run_at=now,
        done_at=None if recipient else now,
    )
    db.session.add(message)


def _mail_domain() -> str:
    """Return the right side of our Message-IDs: the public address's host."""
    host = urlsplit(links.absolute("")).hostname or "localhost"
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host
    return "localhost"


def has_due(*, now: datetime) -> bool:
    """Say whether a message waits to be sent; reads only."""
    return bool(db.session.scalar(sa.select(_due(now).exists())))


def _due(now: datetime) -> sa.Select[int]:
    is_free = sa.or_(
        OutboxMessage.lease_until.is_(None), OutboxMessage.lease_until < now
    )
    return sa.select(OutboxMessage.id).where(
        *_OPEN, OutboxMessage.run_at <= now, is_free
    )


def claim(*, now: datetime) -> Message | None:
    """Lease the message that has waited longest to the caller, or return None.

    Two workers never get the same one: PostgreSQL skips a row that another
    transaction has locked, SQLite has one writer at a time.
    """
    in_order = _due(now).order_by(OutboxMessage.run_at, OutboxMessage.id)
    oldest = in_order.limit(1).with_for_update(skip_locked=True).correlate(None)
    claimed = db.session.scalar(
        sa.update(OutboxMessage)
        .where(OutboxMessage.id == oldest.scalar_subquery())
        .values(lease_until=now + LEASE, attempt_count=OutboxMessage.attempt_count + 1)
        .returning(OutboxMessage)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return _read(claimed) if claimed else None


def _read(row: OutboxMessage) -> Message:
    return Message(
        id=row.id,
        message_id=row.message_id,
        kind=row.kind,
        recipient=row.recipient,
        subject=row.payload["subject"],
        text=row.payload["text"],
        created_at=row.created_at,
        html=row.payload.get("html", ""),  # a mail of the release before has none
    )


def settle_sent(message: Message, *, now: datetime) -> None:
    """Write down that a claimed message has been taken over by the mail server."""
    row = db.session.get_one(OutboxMessage, message.id)
    row.done_at, row.lease_until, row.last_error = now, None, None


def settle_failed(
    message: Message, reason: str, *, is_final: bool, now: datetime
) -> None:
    """Put a claimed message back for a later try, or give it up.

    The pauses double from 15 seconds to 15 minutes. A message is given up when
    its receiver is refused for good, and when it is too old to be of use.
    `reason` holds a kind of error and a number, never an address.
    """
    row = db.session.get_one(OutboxMessage, message.id)
    row.lease_until, row.last_error = None, reason
    row.run_at = now + _pause_after(row.attempt_count)
    if is_final or row.run_at > row.created_at + PATIENCE_OF.get(row.kind, PATIENCE):
        row.failed_at = now


def _pause_after(attempt_count: int) -> timedelta:
    doublings = min(attempt_count - 1, 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def list_recent(count: int) -> list[Message]:
    """Return the newest messages that are for somebody, for the local mail page."""
    is_for_somebody = sa.or_(
        OutboxMessage.done_at.is_(None), OutboxMessage.attempt_count > 0
    )
    rows = db.session.scalars(
        sa.select(OutboxMessage)
        .where(is_for_somebody)
        .order_by(OutboxMessage.created_at.desc(), OutboxMessage.id.desc())
        .limit(count)
    )
    return [_read(row) for row in rows]


def delete_old(*, now: datetime) -> None:
    """Delete what was sent or given up 30 days ago."""
    settled_at = sa.func.coalesce(OutboxMessage.done_at, OutboxMessage.failed_at)
    db.session.execute(sa.delete(OutboxMessage).where(settled_at < now - KEPT))
