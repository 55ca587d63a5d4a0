"""A binder's audit proof: the offering's chain of entries, and that it is whole.

The seals are HMACs under a key that is not in the binder. Its holder can check every
line; anybody can see that a later binder begins with the same ones.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain.binders import names_only
from tracker.models import (
    AuditEntry,
    AuditHead,
    Certificate,
    Contest,
    Correction,
    CreditStatement,
    NameChange,
    Offering,
)
from tracker.services import audit
from tracker.services.binder_parts import Entry, Subject

ABOUT = {
    "whole": "Every entry of the offering's audit log, in order, with its seal.",
    "nameless": "Every entry of the offering's audit log: when, what and its seal, "
    "but neither who nor whom.",
    "part": "The audit log's entries about whom this binder is about; of all others "
    "only number and seal.",
}


def audit_entries(subject: Subject) -> tuple[list[Entry], str | None]:
    """Return the chain and its proof, and where it is broken (None: whole)."""
    offering = subject.offering
    report = audit.verify_chain(offering.code)
    known = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.chain == offering.code, AuditEntry.sequence <= report.checked)
        .order_by(AuditEntry.sequence)
    ).all()
    own = frozenset() if subject.wish.is_of_all else frozenset(_ids(subject))
    lines = [json.dumps(_line(subject, each, own), sort_keys=True) for each in known]
    scope = subject.wish.scope.value
    about = ABOUT.get(scope, ABOUT["part"])
    proof = _proof(subject, report, known[-1] if known else None)
    text = "\n".join([*lines, ""])
    return [
        Entry("audit/entries.jsonl", about, text.encode()),
        Entry(
            "audit/proof.json",
            "What the check of the whole chain found, and the chain's end.",
            (json.dumps(proof, indent=2, sort_keys=True) + "\n").encode(),
        ),
    ], report.broken


def _line(subject: Subject, entry: AuditEntry, own: frozenset[str]) -> dict[str, Any]:
    line: dict[str, Any] = {"sequence": entry.sequence, "seal": entry.seal.hex()}
    kind, _, who = entry.actor.partition(":")
    if subject.names.is_nameless:
        return line | {"at": entry.at.isoformat(), "action": entry.action, "by": kind}
    is_own = names_only([entry.details, who], own, subject.everybody)
    if not subject.wish.is_of_all and not is_own:
        return line
    said = {"at": entry.at.isoformat(), "actor": entry.actor, "action": entry.action}
    return line | said | {"details": entry.details, "chain": entry.chain}


def _ids(subject: Subject) -> Iterator[str]:
    """Give the ids by which the log names those whom the binder is about."""
    for row in subject.rows:
        yield row.public_id
        yield row.person.public_id
    for column in (
        Certificate.serial,
        CreditStatement.serial,
        Correction.public_id,
        Contest.public_id,
        NameChange.public_id,
    ):
        owner = column.class_.enrollment_id
        yield from db.session.scalars(sa.select(column).where(owner.in_(subject.by_id)))


def _proof(
    subject: Subject, report: audit.ChainReport, last: AuditEntry | None
) -> dict[str, Any]:
    head = _head(subject.offering)
    return {
        "chain": report.chain,
        "entries": report.checked,
        "is_whole": report.broken is None,
        "broken": report.broken,
        "verified_at": subject.now.isoformat(),
        "last_seal": last.seal.hex() if last else None,
        "head_seal": head.head_seal.hex() if head else None,
        "key": keys.ring().fingerprint,
        "method": "HMAC-SHA-256 over the seal before and the entry as canonical JSON "
        "[chain, sequence, at, actor, action, details]; the first follows 32 zero "
        "bytes. The key stays with the host, who checks it by: tracker audit verify",
    }


def _head(offering: Offering) -> AuditHead | None:
    return db.session.scalar(
        sa.select(AuditHead).where(AuditHead.chain == offering.code)
    )
