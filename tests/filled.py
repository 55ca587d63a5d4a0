"""An offering in which everything was said and done that a binder tells of."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_form,
    make_instructor,
    make_offering,
    make_released,
    make_scan,
    make_user,
    save,
)
from tests.released import answers_of
from tests.views.desk import make_certificate, scan
from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.domain.evaluation_default import DEFAULT_FORM
from tracker.domain.evaluation_definition import form_to_json
from tracker.domain.scans import Outcome, Reason
from tracker.models import (
    Contest,
    Correction,
    CreditStatement,
    DaySignOff,
    Delivery,
    Dismissal,
    Enrollment,
    EvaluationReceipt,
    Headcount,
    Licence,
    Offering,
    Segment,
    User,
)
from tracker.models.attendance import Evidence, ReasonChip
from tracker.models.staff import Role
from tracker.services import attendance, audit, credit_rules

EVENING = NINE_AM + timedelta(hours=10)
JURISDICTION, UNIT = "Sample CLE", "hours"


@dataclass
class Filled:
    """Ada is certified; Bo was corrected, contests and has a statement of credit.

    `tag` is in every name, and in everything that anybody wrote.
    """

    offering: Offering
    user: User
    ada: Enrollment
    bo: Enrollment
    tag: str
    key: str
    pdf: bytes
    statement: bytes


def fill_offering(tag: str) -> Filled:
    """Make one whose people and words can be looked for by their tag."""
    (example, *_) = credit_rules.list_examples()
    carried = {"jurisdiction": JURISDICTION, "unit": UNIT, "line": "Sample line"}
    offering = make_offering(
        venue=f"{tag} Street",
        signatories=[{"name": f"{tag} Signatory", "role": "Director"}],
        accreditations=[example.values | carried],
    )
    user = make_user(Role.COORDINATOR, offering, name=f"{tag} Staff")
    make_device(offering, name=f"{tag} Door")
    segments = make_day(offering)
    make_instructor(offering, segments, name=f"{tag} Instructor")
    ada, bo = (_enroll(offering, segments, tag, name) for name in ("Ada", "Bo"))
    pdf, statement = f"%PDF for {tag} Ada".encode(), f"%PDF for {tag} Bo".encode()
    make_certificate(
        ada,
        serial=f"MC1-{uuid4().hex[:16]}",
        pdf=pdf,
        pdf_digest=hashlib.sha256(pdf).digest(),
    )
    _earn_credit(bo, statement, tag)
    _correct(bo, segments[0], user, tag)
    _hold_day(offering, segments[0], user, tag)
    _answer(offering, tag)
    _log(offering, ada, bo, user)
    db.session.commit()
    key = credit_rules.key_of(JURISDICTION, UNIT)
    return Filled(offering, user, ada, bo, tag, key, pdf, statement)


def _enroll(
    offering: Offering, segments: list[Segment], tag: str, name: str
) -> Enrollment:
    row = make_enrollment(
        offering=offering, name=f"{tag} {name}", agency=f"{tag} Agency of {name}"
    )
    for segment in segments:
        scan(row, segment)
    save(EvaluationReceipt(enrollment_id=row.id))
    return row


def _earn_credit(row: Enrollment, pdf: bytes, tag: str) -> None:
    place = {"jurisdiction": JURISDICTION, "unit": UNIT}
    number = f"{tag}-0012"
    save(
        Licence(
            public_id=uuid4().hex,
            person_id=row.person_id,
            number=number,
            claimed_at=NINE_AM,
            **place,
        )
    )
    save(
        CreditStatement(
            serial=f"MS1-{uuid4().hex[:16]}",
            enrollment_id=row.id,
            name=row.person.name,
            name_digest=bytes(32),
            licence=number,
            basis=[],
            facts={"hours": [{"amount": "4.5"}]},
            pdf=pdf,
            pdf_digest=hashlib.sha256(pdf).digest(),
            issued_on=NINE_AM.date(),
            issued_at=EVENING,
            **place,
        )
    )


def _correct(row: Enrollment, segment: Segment, user: User, tag: str) -> None:
    mine = {"offering_id": row.offering_id, "enrollment_id": row.id}
    at = {"segment_id": segment.id, "made_at": EVENING}
    save(
        Correction(
            public_id=uuid4().hex,
            kind=CorrectionKind.CHECK_IN,
            at=segment.starts_at,
            chip=ReasonChip.OTHER,
            reason=f"{tag} saw it",
            evidence_kind=Evidence.SESSION,
            evidence=f"{tag} evidence",
            user_id=user.id,
            **mine,
            **at,
        )
    )
    attendance.project(row.id, segment.id)
    save(Contest(public_id=uuid4().hex, words=f"{tag} was there", **mine, **at))


def _hold_day(offering: Offering, segment: Segment, user: User, tag: str) -> None:
    mine = {"offering_id": offering.id, "user_id": user.id}
    held = make_scan(
        make_enrollment(offering=offering, name=f"{tag} Gone", withdrawn_at=NINE_AM),
        segment,
        outcome=Outcome.HELD,
        reason=Reason.NOT_IN_ROSTER,
        note=f"{tag} Written",
    )
    save(
        Dismissal(
            public_id=uuid4().hex,
            scan_uid=held.uid,
            chip=ReasonChip.OTHER,
            reason=f"{tag} is nobody",
            made_at=EVENING,
            **mine,
        )
    )
    save(
        Headcount(
            public_id=uuid4().hex,
            segment_id=segment.id,
            counted=3,
            counted_at=segment.starts_at,
            explanation=f"{tag} came too",
            explained_by=user.id,
            **mine,
        )
    )
    save(
        Delivery(
            public_id=uuid4().hex,
            segment_id=segment.id,
            ends_at=segment.ends_at + timedelta(minutes=10),
            reason=f"{tag} overran",
            made_at=EVENING,
            **mine,
        )
    )
    save(
        DaySignOff(day=NINE_AM.date(), notes=f"{tag} notes", signed_at=EVENING, **mine)
    )


def _answer(offering: Offering, tag: str) -> None:
    db.session.expire(offering, ["instructors"])
    make_form(offering, form_to_json(DEFAULT_FORM))
    answers: list[dict[str, Any]] = answers_of(offering, 6)
    answers[0]["overall.change"] = f"Less of {tag} Instructor."
    make_released(offering, answers)


def _log(offering: Offering, ada: Enrollment, bo: Enrollment, user: User) -> None:
    actor = audit.actor_of(user)
    for row in (ada, bo):
        details = {"enrollment": row.public_id}
        audit.record(actor, "pass.replace", details, offering, now=EVENING)
    audit.record(actor, "sheets.print", {"count": 2}, offering, now=EVENING)
