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
from tracker.domain.certificates import normalise_serial
from tracker.models import Certificate
from tracker.services import limits
from tracker.services.certificates import name_digest, status_of
from tracker.signatures import Signature, read_signature


@dataclass(frozen=True)
class Verdict:
    """What verification may say; `facts` only where serial and name both fit."""

    status: str
    facts: Mapping[str, Any] | None = None


NO_MATCH = Verdict("no_match")


def spend_verification(serial: str, address: str | None, *, now: datetime) -> None:
    """Take one try from the limits of verification: per serial, and per network.

    The caller commits before it goes on. A network's limit is generous: a
    licensing office checks many certificates from behind one address.

    Raises:
        TooManyRequestsError: tried too often; says when to come again.
    """
    limits.spend(["verify", normalise_serial(serial) or serial], 60, 10, now=now)
    limits.spend(["verify network", limits.network(address)], 1, 120, now=now)


def verify(serial: str, name: str) -> Verdict:
    """Say what a serial and the printed name together are.

    A wrong serial and a wrong name answer alike, and take the same steps, so
    that nobody learns whether a serial exists (product.md "Certifying").
    """
    wanted = normalise_serial(serial)
    found = db.session.scalar(
        sa.select(Certificate).where(Certificate.serial == wanted)
    )
    kept = found.name_digest if found else bytes(32)
    fits = hmac.compare_digest(kept, name_digest(name))
    if found is None or not fits:
        return NO_MATCH
    return Verdict(status_of(found), found.facts)


def verify_bytes(data: bytes) -> Verdict:
    """Say what a PDF file is: valid only if its very bytes were issued and stand."""
    digest = hashlib.sha256(data).digest()
    found = db.session.scalar(
        sa.select(Certificate).where(Certificate.pdf_digest == digest)
    )
    return (
        Verdict(status_of(found), found.facts | {"serial": found.serial})
        if found
        else NO_MATCH
    )


def signature_of(data: bytes) -> Signature:
    """Say what the signature of a PDF is, and whether it is by our certificate."""
    return read_signature(data, links.settings().signing)
