"""The gate, and what it lets through: issued once, kept as issued, revoked for good."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.factories import (
    NINE_AM,
    make_completion,
    make_course,
    make_day,
    make_enrollment,
    make_offering,
    make_user,
    save,
)
from tests.printed import text_of
from tests.signing import make_signing
from tracker.db import db
from tracker.domain.attendance import CorrectionKind
from tracker.domain.certificates import Gap
from tracker.errors import ConflictError, NotFoundError
from tracker.models import EvaluationReceipt
from tracker.models.attendance import Evidence, ReasonChip
from tracker.models.completion import CompletionSource
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    catalogue,
    certificates,
    corrections,
    doctor,
    evaluations,
    gates,
    jobs,
    revocation,
    verification,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI
from tracker.services.make_ups import Proof

LATER = NINE_AM + timedelta(hours=10)
WHY = Why(ReasonChip.SEEN_IN_ROOM)


@pytest.fixture
def offering(app):
    offering = make_offering()
    evaluations.set_form(offering, evaluations.default_form())
    return offering


@pytest.fixture
def segments(offering):
    return make_day(offering)


@pytest.fixture
def user(offering):
    return make_user(Role.COORDINATOR, offering)


def complete(offering, segments, user, *, receipt=True, skip=()):
    enrollment = make_enrollment(offering=offering, name="Šárka Ülo")
    for segment in segments:
        if segment.number not in skip:
            check_in(enrollment, segment, user)
    if receipt:
        save(EvaluationReceipt(enrollment_id=enrollment.id))
    return enrollment


def check_in(enrollment, segment, user):
    corrections.check_in_by_hand(
        enrollment,
        segment,
        at=segment.starts_at,
        act=Act(why=WHY, uid=uuid4().hex, user=user, now=LATER),
    )


def void(enrollment, segment, user):
    return voids.void_attendance(
        enrollment, segment, act=Act(why=WHY, uid=uuid4().hex, user=user, now=LATER)
    )


def gaps(enrollment, now=LATER):
    return gates.gate(enrollment, now=now).gaps


def test_full_attendance_and_a_receipt_open_the_gate(offering, segments, user):
    assert gaps(complete(offering, segments, user)) == ()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"skip": (2,)}, (Gap.ATTENDANCE,)), ({"receipt": False}, (Gap.EVALUATION,))],
)
def test_twelve_of_thirteen_or_no_evaluation_keep_it_shut(
    offering, segments, user, changes, expected
):
    enrollment = complete(offering, segments, user, **changes)

    assert gaps(enrollment) == expected
    with pytest.raises(ConflictError):
        certificates.issue(enrollment, actor=CLI, now=LATER)


def test_the_gate_waits_for_the_end_of_the_last_segment(offering, segments, user):
    enrollment = complete(offering, segments, user)

    assert gaps(enrollment, segments[-1].ends_at - timedelta(seconds=1)) == (
        Gap.NOT_ENDED,
    )
    assert gaps(enrollment, segments[-1].ends_at) == ()


def test_a_guest_gets_none(offering, segments, user):
    enrollment = complete(offering, segments, user)
    enrollment.kind = "guest"

    assert gaps(enrollment) == (Gap.NOT_A_PARTICIPANT,)


def test_issuing_twice_gives_the_same_certificate(offering, segments, user):
    enrollment = complete(offering, segments, user)

    first = certificates.issue(enrollment, actor=CLI, now=LATER)

    assert certificates.issue(enrollment, actor=CLI, now=LATER) is first
    assert first.pdf.startswith(b"%PDF-")


def test_serial_and_name_together_verify_and_neither_alone(offering, segments, user):
    serial = certificates.issue(
        complete(offering, segments, user), actor=CLI, now=LATER
    ).serial

    assert verification.verify(serial.lower(), "sarka  ULO").facts == {
        "course": offering.course.title,
        "starts_on": "2026-11-03",
        "ends_on": "2026-11-06",
        "hours": [],
    }
    assert verification.verify(serial, "Somebody Else") == verification.NO_MATCH
    assert (
        verification.verify("MC1-0000-0000-0000-0000", "Šárka Ülo")
        == verification.NO_MATCH
    )


def test_voiding_what_it_rests_on_revokes_it_in_the_same_act(offering, segments, user):
    enrollment = complete(offering, segments, user)
    issued = certificates.issue(enrollment, actor=CLI, now=LATER)

    assert void(enrollment, segments[1], user) is issued
    assert verification.verify(issued.serial, "Šárka Ülo").status == "revoked"
    assert gaps(enrollment) == (Gap.ATTENDANCE,)


def test_a_new_one_may_be_issued_after_the_basis_is_mended(offering, segments, user):
    enrollment = complete(offering, segments, user)
    first = certificates.issue(enrollment, actor=CLI, now=LATER)
    void(enrollment, segments[1], user)
    check_in(enrollment, segments[1], user)

    second = certificates.issue(enrollment, actor=CLI, now=LATER)

    assert second.serial != first.serial
    assert verification.verify(first.serial, "Šárka Ülo").status == "revoked"


def test_a_decision_to_revoke_is_final_and_no_job_undoes_it(offering, segments, user):
    enrollment = complete(offering, segments, user)
    issued = certificates.issue(enrollment, actor=CLI, now=LATER)

    revocation.revoke(issued.serial, "Issued in error", actor=CLI, now=LATER)

    assert certificates.find_due(offering, now=LATER).due == ()
    with pytest.raises(ConflictError, match="already"):
        revocation.revoke(issued.serial, "Again", actor=CLI, now=LATER)


def test_only_a_coordinator_issues_again_after_a_decision(offering, segments, user):
    enrollment = complete(offering, segments, user)
    first = certificates.issue(enrollment, actor=CLI, now=LATER)
    revocation.revoke(first.serial, "Issued in error", actor=CLI, now=LATER)

    with pytest.raises(ConflictError, match="ask the coordinator"):
        certificates.issue(enrollment, actor=CLI, now=LATER)
    again = certificates.issue(enrollment, actor=CLI, now=LATER, is_decision=True)

    assert again.serial != first.serial


def test_a_changed_schedule_revokes_nothing(offering, segments, user):
    issued = certificates.issue(
        complete(offering, segments, user), actor=CLI, now=LATER
    )

    catalogue.move_segment(
        segments[0],
        starts_at=segments[0].starts_at - timedelta(hours=4),
        ends_at=segments[0].ends_at - timedelta(hours=4),
        room="Annex",
        actor=CLI,
        now=LATER,
    )

    assert verification.verify(issued.serial, "Šárka Ülo").status == "valid"
    assert attendance.verify(offering) == []


def test_a_make_up_completes(offering, segments, user):
    enrollment = complete(offering, segments, user, skip=(3,))

    corrections.mark(
        enrollment,
        segments[2],
        CorrectionKind.MAKE_UP,
        act=Act(why=WHY, uid=uuid4().hex, user=user, now=LATER),
        proof=Proof(Evidence.SESSION, "An hour with the instructor."),
    )

    assert gaps(enrollment) == ()


def test_another_offerings_certificate_does_not_exist_here(offering, segments, user):
    issued = certificates.issue(
        complete(offering, segments, user), actor=CLI, now=LATER
    )

    with pytest.raises(NotFoundError):
        revocation.revoke(
            issued.serial, "Not mine", actor=CLI, now=LATER, offering=make_offering()
        )


def test_the_file_itself_can_be_checked(offering, segments, user):
    issued = certificates.issue(
        complete(offering, segments, user), actor=CLI, now=LATER
    )

    assert verification.verify_bytes(issued.pdf).status == "valid"
    assert verification.verify_bytes(issued.pdf + b" ") == verification.NO_MATCH


def test_where_the_host_signs_what_is_issued_is_signed_and_a_changed_byte_is_seen(
    app, offering, segments, user, tmp_path, monkeypatch
):
    settings = replace(app.extensions["settings"], signing=make_signing(tmp_path))
    monkeypatch.setitem(app.extensions, "settings", settings)

    pdf = certificates.issue(
        complete(offering, segments, user), actor=CLI, now=LATER
    ).pdf

    changed = pdf[:5000] + bytes([pdf[5000] ^ 1]) + pdf[5001:]
    assert verification.verify_bytes(pdf).status == "valid"
    assert verification.signature_of(pdf).is_own
    assert verification.verify_bytes(changed) == verification.NO_MATCH
    assert verification.signature_of(changed).state == "changed"


@pytest.fixture
def prerequisite(offering):
    prerequisite = make_course(title="Sample course online")
    offering.course.prerequisite_id = prerequisite.id
    return prerequisite


def below_the_segments(pdf):
    """Return what a certificate says between its live hours and its foot."""
    return text_of(pdf).partition("Segment 3 90 min")[2].partition("Verify at")[0]


LABEL = " P R E R E Q U I S I T E "


@pytest.mark.parametrize(
    ("day", "line"),
    [
        (date(2026, 10, 1), "Sample course online, finished on 1 October 2026"),
        (None, "Sample course online, finished"),
    ],
)
def test_the_prerequisite_that_was_finished_stands_apart_from_the_live_hours(
    offering, segments, user, prerequisite, day, line
):
    enrollment = complete(offering, segments, user)
    make_completion(
        course=prerequisite, email=enrollment.person.email, completed_on=day
    )

    pdf = certificates.issue(enrollment, actor=CLI, now=LATER).pdf

    assert below_the_segments(pdf) == f"{LABEL}{line} "
    assert "4 hours 30 minutes of instruction" in text_of(pdf)


def test_a_waived_prerequisite_is_on_no_certificate(
    offering, segments, user, prerequisite
):
    enrollment = complete(offering, segments, user)
    make_completion(
        course=prerequisite,
        person=enrollment.person,
        source=CompletionSource.WAIVER,
        completed_on=None,
    )

    pdf = certificates.issue(enrollment, actor=CLI, now=LATER).pdf

    assert below_the_segments(pdf) == " "


def test_what_is_finished_later_changes_no_byte_of_what_was_issued(
    offering, segments, user, prerequisite
):
    enrollment = complete(offering, segments, user)
    kept = certificates.issue(enrollment, actor=CLI, now=LATER).pdf
    make_completion(course=prerequisite, email=enrollment.person.email)

    assert certificates.issue(enrollment, actor=CLI, now=LATER).pdf == kept
    assert below_the_segments(kept) == " "


def test_the_doctor_finds_nothing_after_all_this(offering, segments, user, session):
    enrollment = complete(offering, segments, user, receipt=False)
    with pytest.raises(ConflictError):
        certificates.issue(enrollment, actor=CLI, now=LATER)

    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_the_worker_issues_what_has_become_due_and_nothing_else(
    app, offering, segments, user, clock
):
    due = complete(offering, segments, user)
    complete(offering, segments, user, skip=(1,))
    clock.moment = LATER
    db.session.commit()

    for _ in range(2):
        jobs.issue_certificates(threading.Event())

    assert [each.enrollment for each in certificates.list_of(offering)] == [
        due.public_id
    ]


def test_one_name_that_cannot_be_printed_does_not_stop_the_others(
    app, offering, segments, user, clock
):
    unprintable = complete(offering, segments, user)
    unprintable.person.name = "\U0001d173\U00013000"
    due = complete(offering, segments, user)
    clock.moment = LATER
    db.session.commit()

    jobs.issue_certificates(threading.Event())

    assert [each.enrollment for each in certificates.list_of(offering)] == [
        due.public_id
    ]
