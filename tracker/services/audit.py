"""The audit log: append-only, gapless, chained by HMAC, one chain per offering.

Written in the transaction of the change it tells of (trust.md, I17). Details
hold ids and counts only: never a name, never an answer.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from tracker import keys
from tracker.db import db
from tracker.models import (
    AuditEntry,
    AuditHead,
    Certificate,
    Correction,
    Enrollment,
    Offering,
    User,
)

NO_OFFERING = "-"
START = bytes(32)


@dataclass(frozen=True)
class Actor:
    """Who did it: "user:<public id>", "cli", "worker" or "person:<public id>"."""

    name: str


CLI = Actor("cli")
WORKER = Actor("worker")


def actor_of(user: User) -> Actor:
    """Name a member of staff in the log."""
    return Actor(f"user:{user.public_id}")


def record(
    actor: Actor,
    action: str,
    details: Mapping[str, Any],
    offering: Offering | None = None,
    *,
    now: datetime,
) -> None:
    """Append an entry to the chain of `offering` (None: the chain of no offering)."""
    chain = offering.code if offering else NO_OFFERING
    head = _lock_head(chain)
    entry = AuditEntry(
        chain=chain,
        sequence=head.sequence + 1,
        at=now,
        actor=actor.name,
        action=action,
        details=dict(details),
        seal=b"",
    )
    entry.seal = _seal(entry, head.seal)
    db.session.add(entry)
    head.sequence, head.seal = entry.sequence, entry.seal
    head.head_seal = _head_seal(head)
    db.session.flush()


def _lock_head(chain: str) -> AuditHead:
    """Return the chain's end, locked, so that two writers cannot fork it."""
    wanted = sa.select(AuditHead).where(AuditHead.chain == chain).with_for_update()
    head = db.session.scalar(wanted.execution_options(populate_existing=True))
    if head is None:
        _insert_head(chain)
        head = db.session.scalars(wanted).one()
    return head


def _insert_head(chain: str) -> None:
    values = {"chain": chain, "sequence": 0, "seal": START, "head_seal": START}
    is_sqlite = db.session.connection().dialect.name == "sqlite"
    insert = sqlite.insert if is_sqlite else postgresql.insert
    db.session.execute(insert(AuditHead).values(values).on_conflict_do_nothing())


def _seal(entry: AuditEntry, before: bytes) -> bytes:
    """Chain an entry to the one before; the text is canonical JSON."""
    text = json.dumps(
        [
            entry.chain,
            entry.sequence,
            entry.at.isoformat(),
            entry.actor,
            entry.action,
            entry.details,
        ],
        sort_keys=True,
        separators=(",", ":"),
    )
    return keys.ring().digest("audit entry", before + text.encode())


def _head_seal(head: AuditHead) -> bytes:
    return keys.ring().digest(
        "audit head", f"{head.chain}\0{head.sequence}\0".encode() + head.seal
    )


@dataclass(frozen=True)
class ChainReport:
    """How many entries were checked, and where it first breaks (None: whole)."""

    chain: str
    checked: int
    broken: str | None


def verify_chains() -> list[ChainReport]:
    """Verify every chain; editing, deleting, reordering and cutting all show.

    A chain that is gone whole, its end too, shows by what it told of.
    """
    heads = {head.chain: head for head in db.session.scalars(sa.select(AuditHead))}
    written = set(db.session.scalars(sa.select(AuditEntry.chain).distinct()))
    chains = written | heads.keys() | _expected_chains()
    return [_verify(chain, heads.get(chain)) for chain in sorted(chains)]


def verify_chain(chain: str) -> ChainReport:
    """Verify one chain."""
    return _verify(
        chain, db.session.scalar(sa.select(AuditHead).filter_by(chain=chain))
    )


def _expected_chains() -> set[str]:
    """Return the offerings that hold what cannot come without an entry."""
    corrected = sa.exists().where(Correction.offering_id == Offering.id)
    certified = sa.exists().where(
        Certificate.enrollment_id == Enrollment.id,
        Enrollment.offering_id == Offering.id,
    )
    wanted = sa.select(Offering.code).where(sa.or_(corrected, certified))
    return set(db.session.scalars(wanted))


def _verify(chain: str, head: AuditHead | None) -> ChainReport:
    before, sequence = START, 0
    entries = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.chain == chain)
        .order_by(AuditEntry.sequence)
    )
    for entry in entries:
        if entry.sequence != sequence + 1:
            return ChainReport(chain, sequence, f"entry {sequence + 1} is missing")
        if not hmac.compare_digest(entry.seal, _seal(entry, before)):
            return ChainReport(chain, sequence, f"entry {entry.sequence} was changed")
        before, sequence = entry.seal, entry.sequence
    return ChainReport(chain, sequence, _head_problem(head, sequence, before))


def _head_problem(head: AuditHead | None, sequence: int, seal: bytes) -> str | None:
    if head is None:
        return "the end of the chain is missing"
    if (head.sequence, head.seal) != (sequence, seal):
        return f"the chain was cut after entry {sequence}"
    if not hmac.compare_digest(head.head_seal, _head_seal(head)):
        return "the end of the chain was changed"
    return None
