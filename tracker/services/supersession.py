"""Issuing a certificate anew: the new one replaces the old, which is superseded.

Superseded says "completed; ask for the newer one". The new certificate rests on the
same facts as the old: what has changed is a name, a logo or a text.
"""

from datetime import datetime

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.certificates import new_serial
from tracker.domain.names import clean_text, text_problem
from tracker.errors import ConflictError, InvalidError
from tracker.models import Certificate, Enrollment
from tracker.services import (
    audit,
    certificate_document,
    certificates,
    issued,
    messages,
    schedules,
)
from tracker.services.audit import Actor
from tracker.services.certificates import Draft

LONGEST_REASON = 500


def draft_anew(certificate: Certificate, *, now: datetime) -> Draft:
    """Typeset the successor of a certificate, before any lock is taken.

    Raises:
        ConflictError: the name holds a character that no font here can print.
    """
    enrollment, serial = certificate.enrollment, new_serial()
    basis = certificate.basis
    facts, pdf = certificate_document.typeset(
        enrollment,
        schedules.schedule_of(enrollment.offering),
        basis,
        serial=serial,
        now=now,
        replaces=certificate.serial,
    )
    name = enrollment.printed_name
    return Draft(serial, name, basis, facts, pdf, certificate.serial)


def reissue(
    certificate: Certificate,
    reason: str,
    *,
    actor: Actor,
    now: datetime,
    drafted: Draft | None = None,
) -> Certificate:
    """Issue a certificate anew, as name and template are now; supersede this one.

    Asked for twice, it is done once: the successor that it has is returned. A
    draft made earlier is used where it bears the name that holds under the lock.

    Raises:
        InvalidError: no reason, or one that is too long or cannot be shown.
        ConflictError: it was revoked, or superseded by one that is revoked.
    """
    reason = _checked(reason)
    enrollment = certificate.enrollment
    db.session.execute(
        sa.select(Enrollment.id).where(Enrollment.id == enrollment.id).with_for_update()
    )
    db.session.refresh(certificate)
    db.session.refresh(enrollment)
    if certificate.superseded_at is not None:
        return _successor(certificate, enrollment)
    if certificate.revoked_at is not None or issued.voided_basis(certificate):
        raise ConflictError("This certificate was revoked; it cannot be issued anew.")
    if drafted is None or drafted.name != enrollment.printed_name:
        drafted = draft_anew(certificate, now=now)
    certificate.superseded_at, certificate.superseded_reason = now, reason
    db.session.flush()  # one is valid at a time
    zone_day = schedules.schedule_of(enrollment.offering).local_day(now)
    made = certificates.insert(enrollment, drafted, zone_day, now)
    audit.record(
        actor,
        "certificate.reissue",
        {"serial": made.serial, "replaces": certificate.serial},
        enrollment.offering,
        now=now,
    )
    messages.queue_certificate_ready(enrollment, now=now)
    schedules.raise_version(enrollment.offering_id)
    return made


def _successor(certificate: Certificate, enrollment: Enrollment) -> Certificate:
    live = certificates.find_live(enrollment)
    if live is None or live.replaces != certificate.serial:
        raise ConflictError("This certificate was superseded; load the list anew.")
    return live


def _checked(reason: str) -> str:
    reason = clean_text(reason)
    problem = text_problem(reason, LONGEST_REASON) if reason else "is missing"
    if problem:
        raise InvalidError(f"The reason {problem}.", {"reason": f"This {problem}."})
    return reason
