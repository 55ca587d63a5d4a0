"""Corrections: facts beside the scans, each with a reason."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_segment,
    make_user,
)
from tests.held import EVENING, hold_offering
from tracker.db import db
from tracker.domain.attendance import CorrectionKind, Status
from tracker.domain.scan_input import read_scan
from tracker.domain.scans import Direction
from tracker.errors import ConflictError, ForbiddenError, InvalidError
from tracker.models import Attendance, Scan
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    corrections,
    doctor,
    held_decisions,
    scanning,
    schedules,
    stakes,
    tokens,
    voids,
)
from tracker.services.acts import Act, Why

NOW = NINE_AM + timedelta(minutes=30)
WHY = Why(ReasonChip.BADGE_FORGOTTEN)


@pytest.fixture
def offering(app):
    return make_offering()


@pytest.fixture
def segment(offering):
    return make_day(offering)[0]


@pytest.fixture
def enrollment(offering):
    return make_enrollment(offering=offering)


@pytest.fixture
def user(offering):
    return make_user(Role.COORDINATOR, offering)


def status(enrollment):
    return attendance.standing_of(enrollment, now=NOW).statuses[1]


def check_in(enrollment, segment, user, *, at=NINE_AM, uid=None, why=WHY):
    return corrections.check_in_by_hand(
        enrollment,
        segment,
        at=at,
        act=Act(why=why, uid=uid or uuid4().hex, user=user, now=NOW),
    )


def test_a_check_in_by_hand_counts_at_its_time(enrollment, segment, user):
    check_in(enrollment, segment, user)

    assert status(enrollment) is Status.PRESENT


def test_a_double_tap_stores_one(enrollment, segment, user):
    uid = uuid4().hex

    assert check_in(enrollment, segment, user, uid=uid) is check_in(
        enrollment, segment, user, uid=uid
    )


def test_a_time_to_come_is_refused_and_changes_nothing(enrollment, segment, user):
    with pytest.raises(InvalidError, match="still to come"):
        check_in(enrollment, segment, user, at=NOW + timedelta(seconds=1))

    assert status(enrollment) is Status.EXPECTED


def test_other_needs_words(enrollment, segment, user):
    with pytest.raises(InvalidError, match="few words"):
        check_in(enrollment, segment, user, why=Why(ReasonChip.OTHER, "  "))


def test_nobody_corrects_their_own_record(offering, enrollment, segment):
    same = make_user(Role.COORDINATOR, offering, email=enrollment.person.email.upper())

    with pytest.raises(ForbiddenError):
        check_in(enrollment, segment, same)


def test_void_takes_every_check_in_out_and_keeps_the_facts(
    offering, enrollment, segment, user
):
    caller = tokens.find_caller(make_device(offering))
    assert caller
    text = make_pass(enrollment)
    batch = [read_scan({"id": f"s{n}", "pass": text}) for n in range(2)]
    scanning.record_scans(batch, caller, sent_at=None, received_at=NINE_AM)
    check_in(enrollment, segment, user)

    voids.void_attendance(
        enrollment, segment, act=Act(why=WHY, uid=uuid4().hex, user=user, now=NOW)
    )

    assert status(enrollment) is Status.EXPECTED
    assert attendance.verify(offering) == []


def test_there_must_be_something_to_void(enrollment, segment, user):
    with pytest.raises(ConflictError, match="no check-in"):
        voids.void_attendance(
            enrollment, segment, act=Act(why=WHY, uid=uuid4().hex, user=user, now=NOW)
        )


def test_taking_a_correction_back_restores_what_was(enrollment, segment, user):
    row = check_in(enrollment, segment, user)

    for _ in range(2):
        voids.void_correction(
            row, act=Act(why=WHY, uid=uuid4().hex, user=user, now=NOW)
        )

    assert status(enrollment) is Status.EXPECTED


def test_a_held_scan_counts_once_somebody_has_decided_so(
    offering, enrollment, segment, user
):
    caller = tokens.find_caller(make_device(offering))
    assert caller
    future = (NINE_AM + timedelta(minutes=5)).isoformat()
    sent = read_scan(
        {"id": "held", "pass": make_pass(enrollment), "scanned_at": future}
    )
    scanning.record_scans([sent], caller, sent_at=None, received_at=NINE_AM)
    assert attendance.open_held_scans([enrollment.id]) == {enrollment.id: 1}

    scan = db.session.query(Scan).filter_by(uid="held").one()
    held_decisions.count_held_scan(
        scan, segment, act=Act(why=WHY, uid=uuid4().hex, user=user, now=NOW)
    )

    assert attendance.open_held_scans([enrollment.id]) == {}
    assert status(enrollment) is Status.PRESENT


def hold(offering, enrollment, **fields):
    """Let a scan be held: its clock has jumped since it was last measured."""
    caller = tokens.find_caller(make_device(offering))
    assert caller
    sent = {"id": "held", "pass": make_pass(enrollment), "offset_ms": 900_000, **fields}
    scanning.record_scans(
        [read_scan(sent | {"scanned_at": NINE_AM.isoformat()})],
        caller,
        sent_at=NINE_AM,
        received_at=NINE_AM,
    )
    return db.session.query(Scan).filter_by(uid="held").one()


def decide(decision, scan, segment, user):
    act = Act(why=WHY, uid=uuid4().hex, user=user, now=NOW)
    return decision(scan, segment, act=act)


def test_a_held_check_out_counts_as_one_where_check_out_is_asked_for(
    offering, enrollment, segment, user
):
    scan = hold(offering, enrollment, direction="out")
    with pytest.raises(InvalidError, match="No check-out is asked for"):
        decide(held_decisions.count_held_scan, scan, segment, user)

    segment.needs_check_out = True
    decide(held_decisions.count_held_scan, scan, segment, user)

    record = attendance.records_of([enrollment.id])[enrollment.id][segment.id]
    assert (record.first_in, record.last_out) == (None, NINE_AM)
    assert attendance.verify(offering) == []


def test_who_was_checked_in_by_hand_can_be_checked_out_by_hand(
    offering, enrollment, segment, user
):
    segment.needs_check_out = True
    ends_at, evening = segment.ends_at, segment.ends_at + timedelta(hours=5)
    check_in(enrollment, segment, user)
    forgotten = attendance.standing_of(enrollment, now=evening).statuses[1]

    act = Act(why=WHY, uid=uuid4().hex, user=user, now=evening)
    corrections.check_in_by_hand(
        enrollment, segment, at=ends_at, act=act, direction=Direction.OUT
    )

    standing = attendance.standing_of(enrollment, now=evening)
    assert (forgotten, standing.statuses[1]) == (Status.PARTIAL, Status.PRESENT)
    assert attendance.verify(offering) == []


def test_a_check_out_is_taken_as_long_as_the_policy_says(enrollment, segment, user):
    segment.needs_check_out = True
    last = segment.ends_at + timedelta(minutes=30)
    act = Act(why=WHY, uid=uuid4().hex, user=user, now=last)

    with pytest.raises(InvalidError, match="before its end"):
        corrections.check_in_by_hand(
            enrollment, segment, at=last, act=act, direction=Direction.OUT
        )


def test_a_void_takes_check_outs_out_too(offering, enrollment, segment, user):
    segment.needs_check_out = True
    decide(
        held_decisions.count_held_scan,
        hold(offering, enrollment, direction="out"),
        segment,
        user,
    )

    voids.void_attendance(
        enrollment, segment, act=Act(why=WHY, uid=uuid4().hex, user=user, now=NOW)
    )

    assert attendance.records_of([enrollment.id]) == {}
    assert attendance.verify(offering) == []


def test_the_same_form_for_now_is_the_same_act_though_the_clock_goes_on(
    enrollment, segment, user
):
    uid = uuid4().hex
    earlier = check_in(enrollment, segment, user, at=NOW, uid=uid)

    later = NOW + timedelta(seconds=2)
    act = Act(why=WHY, uid=uid, user=user, now=later)
    again = corrections.check_in_by_hand(enrollment, segment, at=later, act=act)

    assert (again is earlier, again.at) == (True, NOW)


def test_a_held_scan_counts_only_for_a_segment_of_its_own_time(
    offering, enrollment, segment, user
):
    tomorrow = make_segment(
        offering=offering, number=9, starts_at=NINE_AM + timedelta(days=1)
    )

    with pytest.raises(InvalidError, match="segment's day"):
        decide(
            held_decisions.count_held_scan, hold(offering, enrollment), tomorrow, user
        )


@pytest.mark.parametrize(
    "first", [held_decisions.count_held_scan, held_decisions.dismiss_held_scan]
)
@pytest.mark.parametrize(
    "second", [held_decisions.count_held_scan, held_decisions.dismiss_held_scan]
)
def test_the_first_decision_on_a_held_scan_stands(
    offering, enrollment, segment, user, first, second
):
    scan = hold(offering, enrollment)
    decide(first, scan, segment, user)

    with pytest.raises(ConflictError, match="decided already"):
        decide(second, scan, segment, user)


def test_a_forms_id_used_for_somebody_else_is_refused(
    offering, enrollment, segment, user
):
    uid = uuid4().hex
    check_in(enrollment, segment, user, uid=uid)

    with pytest.raises(ConflictError, match="something else"):
        check_in(make_enrollment(offering=offering), segment, user, uid=uid)


def test_a_mark_shows_and_rebuilding_finds_nothing_to_change(
    offering, enrollment, segment, user
):
    corrections.mark(
        enrollment,
        segment,
        CorrectionKind.EXCUSE,
        act=Act(why=WHY, uid=uuid4().hex, user=user, now=NOW),
    )

    assert status(enrollment) is Status.EXCUSED
    assert attendance.rebuild(offering) == 0


def test_rebuilding_mends_a_row_changed_by_hand(
    offering, enrollment, segment, user, session
):
    check_in(enrollment, segment, user)
    session.query(Attendance).update({"first_in": NOW})
    session.expire_all()

    assert len(attendance.verify(offering)) == 1
    assert attendance.rebuild(offering) == 1
    assert attendance.verify(offering) == []


def test_a_certificate_falls_with_the_check_out_that_made_its_segment_complete(
    app, tmp_path
):
    held = hold_offering()
    first = held.segments[0]
    user = make_user(Role.COORDINATOR, held.offering)
    first.needs_check_out = True
    schedules.raise_schedule_version(held.offering.id)
    left = corrections.check_in_by_hand(
        held.ada,
        first,
        at=first.ends_at,
        act=Act(why=WHY, uid=uuid4().hex, user=user, now=EVENING),
        direction=Direction.OUT,
    )
    assert stakes.at_stake_by_removal(held.ada, left) is held.certificate

    revoked = voids.void_correction(
        left, act=Act(why=WHY, uid=uuid4().hex, user=user, now=EVENING)
    )

    assert revoked is held.certificate
    assert held.certificate.revoked_reason == ("The check-out at segment 1 was voided.")
    assert [check for check in doctor.run_checks() if not check.ok] == []
