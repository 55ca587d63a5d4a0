"""Verification: what anyone who holds a certificate may be told about it."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from tracker import links
from tracker.db import db
from tracker.domain.certificates import normalise_serial, normalise_statement_serial
from tracker.models import Certificate, CreditStatement
from tracker.services import limits
from tracker.services.certificates import name_digest, status_of
from tracker.signatures import Signature, read_signature


@dataclass(frozen=True)
class Verdict:
    """What verification may say; `facts` only where serial and name both fit.

    It is about a certificate, or about a credit statement.
    """

    status: str
    facts: Mapping[str, Any] | None = None
    is_statement: bool = False


Issued = Certificate | CreditStatement
NO_MATCH = Verdict("no_match")


def spend_verification(serial: str, address: str | None, *, now: datetime) -> None:
    """Take one try from the limits of verification: per serial, and per network.

    The caller commits before it goes on. A network's limit is generous: a
    licensing office checks many certificates from behind one address.

    Raises:
        TooManyRequestsError: tried too often; says when to come again.
    """
    known = normalise_serial(serial) or normalise_statement_serial(serial)
    limits.spend(["verify", known or serial], 60, 10, now=now)
    limits.spend(["verify network", limits.network(address)], 1, 120, now=now)


def verify(serial: str, name: str) -> Verdict:
    """Say what a serial and the printed name together are.

    A wrong serial and a wrong name answer alike, and take the same steps, so
    that nobody learns whether a serial exists (product.md "Certifying").
    """
    found = _find(serial)
    kept = found.name_digest if found else bytes(32)
    fits = hmac.compare_digest(kept, name_digest(name))
    if found is None or not fits:
        return NO_MATCH
    return Verdict(status_of(found), found.facts, _is_statement(found))


def _find(serial: str) -> Issued | None:
    """Find what was issued under a serial; each kind by its own alone, in two steps."""
    certificate = db.session.scalar(
        sa.select(Certificate).where(Certificate.serial == normalise_serial(serial))
    )
    statement = db.session.scalar(
        sa.select(CreditStatement).where(
            CreditStatement.serial == normalise_statement_serial(serial)
        )
    )
    return certificate or statement


def _is_statement(found: Issued) -> bool:
    return isinstance(found, CreditStatement)


def verify_bytes(data: bytes) -> Verdict:
    """Say what a PDF file is: valid only if its very bytes were issued and stand."""
    digest = hashlib.sha256(data).digest()
    found: Issued | None = db.session.scalar(
        sa.select(Certificate).where(Certificate.pdf_digest == digest)
    ) or db.session.scalar(
        sa.select(CreditStatement).where(CreditStatement.pdf_digest == digest)
    )
    if found is None:
        return NO_MATCH
    facts = found.facts | {"serial": found.serial}
    return Verdict(status_of(found), facts, _is_statement(found))


def signature_of(data: bytes) -> Signature:
    """Say what the signature of a PDF is, and whether it is by our certificate."""
    return read_signature(data, links.settings().signing)
