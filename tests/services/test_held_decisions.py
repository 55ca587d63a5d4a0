"""Held scans decided one by one and together: each a fact, the first one stands."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_scan,
    make_user,
    save,
)
from tracker.db import db
from tracker.domain.attendance import CorrectionKind, Status
from tracker.domain.scans import Direction, Outcome, Reason
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models import AuditEntry, Correction, Dismissal, Offering, Pass
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    doctor,
    held_decisions,
    held_scans,
    schedules,
)
from tracker.services.acts import Act, Why
from tracker.services.held_decisions import Choice

NOW = NINE_AM + timedelta(minutes=30)


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def user(offering):
    return make_user(Role.COORDINATOR, offering)


def hold(enrollment, segment=None, **fields):
    fields.setdefault("reason", Reason.CLOCK_UNSURE)
    segment = segment or enrollment.offering.segments[0]
    return make_scan(enrollment, segment, outcome=Outcome.HELD, **fields)


def write_name(offering, note, **fields):
    """A name written at the door, without a pass."""
    row = make_scan(
        make_enrollment(offering=offering, withdrawn_at=NINE_AM),
        None,
        outcome=Outcome.HELD,
        reason=Reason.NOT_IN_ROSTER,
        note=note,
        **fields,
    )
    row.enrollment_id = None
    db.session.flush()
    return row


def act_of(user, uid=None, why=Why(ReasonChip.SEEN_IN_ROOM)):  # noqa: B008 - it is frozen
    return Act(why=why, uid=uid or uuid4().hex, user=user, now=NOW)


def choose(*scans, enrollment=None):
    return [
        Choice(each.uid, _segment(each), enrollment if each.note else None)
        for each in scans
    ]


def _segment(scan):
    return db.session.get_one(Offering, scan.offering_id).segments[0]


def decide(offering, scans, user, *, counts=True, uid=None, **chosen):
    return held_decisions.decide_together(
        offering, choose(*scans, **chosen), counts=counts, act=act_of(user, uid)
    )


def status(enrollment):
    return attendance.standing_of(enrollment, now=NOW).statuses[1]


def listed(offering):
    return held_scans.list_held(offering, schedules.schedule_of(offering))


def test_several_count_together_each_by_a_fact_of_its_own(offering, user):
    people = [make_enrollment(offering=offering) for _ in range(3)]
    scans = [hold(each) for each in people]

    done = decide(offering, scans, user)

    assert (done.count, done.before, done.impossible) == (3, [], {})
    assert [status(each) for each in people] == [Status.PRESENT] * 3
    made = db.session.scalars(sa.select(Correction)).all()
    assert {each.scan_uid for each in made} == {each.uid for each in scans}
    assert {each.at for each in made} == {NINE_AM}
    assert listed(offering) == []
    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_several_are_dismissed_together(offering, user):
    people = [make_enrollment(offering=offering) for _ in range(2)]

    done = decide(offering, [hold(each) for each in people], user, counts=False)

    assert done.count == 2
    assert [status(each) for each in people] == [Status.EXPECTED] * 2
    assert held_scans.count_held(offering) == 0


def test_sending_the_same_again_is_the_same_decision(offering, user):
    scans, uid = [hold(make_enrollment(offering=offering))], uuid4().hex
    decide(offering, scans, user, uid=uid)

    again = decide(offering, scans, user, uid=uid)

    assert (again.count, again.before) == (1, [])
    assert db.session.scalar(sa.select(sa.func.count(Correction.id))) == 1


@pytest.mark.parametrize("counts", [True, False])
def test_what_somebody_else_has_decided_is_skipped_and_said(offering, user, counts):
    first, second = (hold(make_enrollment(offering=offering)) for _ in range(2))
    decide(offering, [first], make_user(), counts=True)

    done = decide(offering, [first, second], user, counts=counts)

    assert (done.count, done.before) == (1, [first.uid])


def test_the_same_form_with_another_decision_is_not_the_same_act(offering, user):
    scan, uid = hold(make_enrollment(offering=offering)), uuid4().hex
    decide(offering, [scan], user, uid=uid, counts=True)

    done = decide(offering, [scan], user, uid=uid, counts=False)

    assert (done.count, done.before) == (0, [scan.uid])


def test_what_cannot_count_is_told_and_the_others_are_decided(offering, user):
    fine = hold(make_enrollment(offering=offering))
    leaving = hold(make_enrollment(offering=offering), direction=Direction.OUT)
    late = hold(make_enrollment(offering=offering), at=NINE_AM - timedelta(days=1))
    own = hold(make_enrollment(offering=offering, email=user.email))
    unknown = write_name(offering, "Walter Written", at=NINE_AM)

    done = decide(offering, [fine, leaving, late, own, unknown], user)

    assert done.count == 1
    assert done.impossible == {
        leaving.uid: "No check-out is asked for at this segment.",
        late.uid: "The time must be on the segment's day and before its end.",
        own.uid: "Nobody corrects their own attendance. Ask a colleague.",
        unknown.uid: "Choose whose scan this is.",
    }
    assert held_scans.count_held(offering) == 4
    assert attendance.verify(offering) == []


def test_a_scan_without_a_segment_needs_one_to_count_and_none_to_be_dismissed(
    offering, user
):
    scan = make_scan(
        make_enrollment(offering=offering),
        None,
        outcome=Outcome.HELD,
        reason=Reason.SEGMENT_UNCLEAR,
    )
    nowhere = [Choice(scan.uid, None)]

    counted = held_decisions.decide_together(
        offering, nowhere, counts=True, act=act_of(user)
    )
    dismissed = held_decisions.decide_together(
        offering, nowhere, counts=False, act=act_of(user)
    )

    assert counted.impossible == {scan.uid: "No segment takes a check-in of that time."}
    assert dismissed.count == 1
    assert held_scans.count_held(offering) == 0


def test_a_scan_of_another_offering_or_one_that_is_not_held_is_not_there(
    offering, user
):
    other = make_offering()
    make_day(other)
    mine = make_scan(make_enrollment(offering=offering), offering.segments[0])

    for scan in (hold(make_enrollment(offering=other)), mine):
        with pytest.raises(NotFoundError):
            decide(offering, [scan], user)
    assert db.session.scalar(sa.select(sa.func.count(Correction.id))) == 0


def test_a_reason_is_needed(offering, user):
    scan = hold(make_enrollment(offering=offering))

    with pytest.raises(InvalidError, match="few words"):
        held_decisions.decide_together(
            offering,
            choose(scan),
            counts=True,
            act=act_of(user, why=Why(ReasonChip.OTHER)),
        )


# Written names.


def test_a_written_name_is_given_to_its_person_and_counts(offering, user):
    ada = make_enrollment(offering=offering)
    scan = write_name(offering, "Ada L.", at=NINE_AM)

    done = decide(offering, [scan], user, enrollment=ada)

    assert done.count == 1
    assert status(ada) is Status.PRESENT
    assert scan.enrollment_id is None  # a scan is never changed
    assert listed(offering) == []


def test_a_written_name_of_nobody_is_dismissed(offering, user):
    scan = write_name(offering, "Walter Written", at=NINE_AM)

    assert decide(offering, [scan], user, counts=False).count == 1

    (row,) = db.session.scalars(sa.select(Dismissal))
    assert (row.scan_uid, row.user_id, row.chip) == (
        scan.uid,
        user.id,
        ReasonChip.SEEN_IN_ROOM,
    )
    assert listed(offering) == []
    assert db.session.scalars(sa.select(AuditEntry.action)).all() == ["scan.dismiss"]


def test_the_first_decision_on_a_written_name_stands(offering, user):
    scan = write_name(offering, "Walter Written", at=NINE_AM)
    ada, segment = make_enrollment(offering=offering), offering.segments[0]
    held_decisions.dismiss_held_scan(scan, segment, act=act_of(user))

    with pytest.raises(ConflictError, match="decided already"):
        held_decisions.count_held_scan(scan, segment, act=act_of(user), enrollment=ada)


def test_the_likeliest_people_are_offered_for_a_written_name(offering):
    write_name(offering, "Ada Lovelace", at=NINE_AM)
    people = [("1", "Ben Ek"), ("2", "Lovelace, Adeline"), ("3", "Ada Lovelace")]

    (held,) = held_scans.list_held(offering, schedules.schedule_of(offering), people)

    assert held.people == (("3", "Ada Lovelace"), ("2", "Lovelace, Adeline"))


# Spare badges.


@pytest.fixture
def spare(offering):
    return save(
        Pass(
            offering_id=offering.id,
            secret_id=bytes(16),
            fingerprint=bytes(32),
            spare_number=7,
            created_at=NINE_AM,
        )
    )


def test_a_scan_of_a_spare_badge_is_its_persons_once_that_was_given(
    offering, user, spare
):
    scan = write_name(offering, None, at=NINE_AM, spare_pass_id=spare.id)
    (before,) = listed(offering)
    ada = make_enrollment(offering=offering, name="Sample Ada")
    spare.enrollment_id = ada.id
    db.session.flush()
    (after,) = listed(offering)

    assert (before.is_unbound, before.spare, before.enrollment) == (True, 7, None)
    assert (after.is_unbound, after.name) == (False, "Sample Ada")
    assert decide(offering, [scan], user).count == 1
    assert status(ada) is Status.PRESENT


def test_a_scan_of_nobodys_spare_badge_can_be_dismissed(offering, user, spare):
    scan = write_name(offering, None, at=NINE_AM, spare_pass_id=spare.id)

    assert decide(offering, [scan], user).impossible.keys() == {scan.uid}
    assert decide(offering, [scan], user, counts=False).count == 1
    assert held_scans.count_held(offering) == 0


# What the list says.


def test_a_held_scan_is_offered_the_segments_of_its_time(offering):
    ada = make_enrollment(offering=offering)
    hold(ada, at=NINE_AM + timedelta(minutes=85))
    hold(ada, offering.segments[1], at=NINE_AM + timedelta(minutes=100))
    hold(ada, at=NINE_AM - timedelta(days=2))

    early, first, second = listed(offering)

    assert (early.segments, early.segment) == ((), None)
    assert [number for number, _ in first.segments] == [1, 2, 3]
    assert [number for number, _ in second.segments] == [2, 3]


def test_dismissing_and_counting_name_their_kind(offering, user):
    scan = hold(make_enrollment(offering=offering))
    decide(offering, [scan], user, counts=False)

    (row,) = db.session.scalars(sa.select(Correction))
    assert (row.kind, row.scan_uid) == (CorrectionKind.VOID, scan.uid)
