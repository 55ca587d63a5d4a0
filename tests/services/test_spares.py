"""Spare badges: made, found, bound to a person, and what their scans then count."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES
from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_user,
)
from tests.printed import codes_on, pictures_of
from tracker.db import db, writing
from tracker.documents import render_badges
from tracker.domain.attendance import Status
from tracker.domain.certificates import Gap
from tracker.domain.passes import in_groups
from tracker.domain.scan_input import read_scan
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.models import Attendance, AuditEntry, Correction, Device, Pass, Scan
from tracker.services import (
    attendance,
    binding,
    doctor,
    enrollments,
    gates,
    held_scans,
    histories,
    scanning,
    schedules,
    spares,
    tokens,
)
from tracker.services.audit import CLI
from tracker.services.binding import Bound

LATER = NINE_AM + timedelta(hours=6)


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def user(offering):
    return make_user()


@pytest.fixture
def ada(offering):
    return make_enrollment(offering=offering, name="Sample Ada")


@pytest.fixture
def token(offering):
    return make_device(offering)


def make(offering, count=1, after=0):
    made = spares.make_spares(offering, count, after=after, actor=CLI, now=NINE_AM)
    db.session.commit()
    return made


@pytest.fixture
def spare(offering):
    make(offering)
    return spares.get_spare(offering, 1)


def scan(token, text, minutes=0, **fields):
    """Let the device scan, `minutes` from nine o'clock."""
    at = NINE_AM + timedelta(minutes=minutes)
    caller = tokens.find_caller(token)
    assert caller
    sent = {"id": str(uuid4()), "pass": text, "scanned_at": at.isoformat(), **fields}
    (answer,) = scanning.record_scans(
        [read_scan(sent)], caller, sent_at=None, received_at=at
    )
    return answer


def text_of(spare):
    return enrollments.pass_text(spare)


def bind(spare, enrollment, user):
    bound = binding.bind(spare, enrollment, user=user, now=LATER)
    db.session.commit()
    return bound


def first_ins(enrollment):
    records = attendance.records_of([enrollment.id]).get(enrollment.id, {})
    return sorted(record.first_in for record in records.values())


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


# Making.


def test_spares_are_numbered_on_and_are_nobodys(offering, ada):
    make_pass(ada)

    assert (make(offering, 2), make(offering, 1, after=2)) == (2, 1)

    lines = spares.list_spares(offering)
    assert [(line.number, line.enrollment, line.waiting) for line in lines] == [
        (1, None, 0),
        (2, None, 0),
        (3, None, 0),
    ]


def test_the_same_wish_twice_makes_them_once(offering):
    assert (make(offering, 5), make(offering, 5)) == (5, 0)

    assert spares.last_number(offering) == 5


@pytest.mark.parametrize("number", [0, -1, 101])
def test_too_few_or_too_many_at_once_are_refused(offering, number):
    with pytest.raises(InvalidError, match="1 to 100"):
        make(offering, number)

    assert spares.list_spares(offering) == []


def test_an_offering_has_500_at_most(offering):
    for after in range(0, 500, 100):
        make(offering, 100, after=after)

    with pytest.raises(InvalidError, match="500"):
        make(offering, 1, after=500)


def test_making_them_is_logged_and_raises_the_version(offering):
    before = schedules.read_version(offering.id)

    make(offering, 3)

    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.details) == ("spares.make", {"first": 1, "count": 3})
    assert schedules.read_version(offering.id) > before


# Finding.


def test_a_spare_is_found_by_its_number_and_its_code_however_typed(offering, spare):
    code = text_of(spare)

    for typed in ("1", " 1 ", code, in_groups(code).lower()):
        assert spares.find_spare(offering, typed) is spare


@pytest.mark.parametrize(
    "typed", ["", "2", "0", "x", "MP1-", "\uff11", "1" * 40, "\x00"]
)
def test_what_is_no_spare_is_not_found(offering, spare, typed):
    assert spares.find_spare(offering, typed) is None


def test_a_persons_pass_is_no_spare(offering, ada):
    assert spares.find_spare(offering, make_pass(ada)) is None


def test_another_offerings_spare_is_not_found(spare):
    other = make_offering()

    assert spares.find_spare(other, text_of(spare)) is None
    with pytest.raises(NotFoundError):
        spares.get_spare(other, 1)


def test_only_spares_that_are_nobodys_are_printed(offering, ada, user):
    make(offering, 3)
    bind(spares.get_spare(offering, 2), ada, user)

    badges = spares.list_badges(offering)

    assert [(badge.role, badge.name) for badge in badges] == [
        ("Spare 1", ""),
        ("Spare 3", ""),
    ]
    sheet = spares.read_sheet(offering, actor=CLI, now=LATER)
    (page,) = pictures_of(render_badges(sheet), dpi=70)
    assert sorted(codes_on(page)) == sorted(badge.code for badge in badges)


def test_without_spares_nothing_is_printed(offering):
    with pytest.raises(ConflictError, match="Make some first"):
        spares.read_sheet(offering, actor=CLI, now=LATER)


# Binding.


def test_an_earlier_scan_counts_from_its_own_time(offering, spare, token, ada, user):
    answer = scan(token, text_of(spare), 3)
    assert (answer.outcome, answer.reason) == ("held", "not_in_roster")

    bound = bind(spare, ada, user)

    assert bound == Bound(counted=1, left=0)
    assert first_ins(ada) == [NINE_AM + timedelta(minutes=3)]
    assert spares.list_spares(offering)[0].waiting == 0
    assert held_scans.count_held(offering) == 0
    held, fact = histories.list_facts(ada)
    assert not held.is_open
    assert fact.why == "Spare badge 1, scanned at Door 1"
    assert all(check.ok for check in doctor.run_checks())


def test_from_then_on_the_badge_is_the_persons(spare, token, ada, user):
    bind(spare, ada, user)

    answer = scan(token, text_of(spare), 5)

    assert answer.outcome == "accepted"
    assert answer.person
    assert answer.person["name"] == "Sample Ada"


def test_every_segment_is_judged_for_itself(spare, token, ada, user, offering):
    text = text_of(spare)
    for minutes in (0, 4, 120, 5 * 60 + 30):  # twice the first, the second, too late
        scan(token, text, minutes)

    bound = bind(spare, ada, user)

    assert bound == Bound(counted=3, left=1)
    assert first_ins(ada) == [NINE_AM, NINE_AM + timedelta(minutes=120)]
    lines = binding.list_scans(spare)
    assert [(line.segment, line.why) for line in lines] == [
        (1, ""),
        (1, ""),
        (2, ""),
        (None, "check-in had closed"),
    ]
    assert spares.list_spares(offering)[0].waiting == 1


def test_order_of_arrival_does_not_matter(spare, token, ada, user):
    text = text_of(spare)
    for minutes in (120, 10, 0):
        scan(token, text, minutes)

    bind(spare, ada, user)

    assert first_ins(ada) == [NINE_AM, NINE_AM + timedelta(minutes=120)]


def test_scans_before_and_after_binding_make_one_attendance(spare, token, ada, user):
    text = text_of(spare)
    scan(token, text, 10)
    bind(spare, ada, user)

    answer = scan(token, text, 5)  # an offline device hands it in late

    assert answer.outcome == "duplicate"
    assert first_ins(ada) == [NINE_AM + timedelta(minutes=5)]
    assert all(check.ok for check in doctor.run_checks())


def test_a_cancelled_segment_leaves_the_scan_held(
    offering, spare, token, ada, user, session
):
    scan(token, text_of(spare), 0)
    segment = offering.segments[0]
    segment.cancelled_at = NINE_AM + timedelta(minutes=30)
    schedules.raise_schedule_version(offering.id)
    session.commit()

    assert bind(spare, ada, user) == Bound(counted=0, left=1)
    assert first_ins(ada) == []
    (line,) = binding.list_scans(spare)
    assert line.segment is None
    assert line.why


def test_a_revoked_devices_scan_is_left(spare, token, ada, user, session):
    session.scalars(sa.select(Device)).one().revoked_at = NINE_AM
    session.commit()
    scan(token, text_of(spare), 0)

    assert bind(spare, ada, user) == Bound(counted=0, left=1)
    (line,) = binding.list_scans(spare)
    assert line.why == "the scanner had been taken out of use"


def test_a_scan_by_an_unsure_clock_is_left(spare, token, ada, user):
    answer = scan(token, text_of(spare), 0, offset_ms=10 * 60_000)
    assert (answer.outcome, answer.reason) == ("held", "clock_unsure")

    assert bind(spare, ada, user) == Bound(counted=0, left=1)


def test_a_check_out_is_left_where_none_is_asked_for(spare, token, ada, user):
    scan(token, text_of(spare), 30, direction="out")

    assert bind(spare, ada, user) == Bound(counted=0, left=1)
    (line,) = binding.list_scans(spare)
    assert line.why == "no check-out is asked for there"


def test_a_check_out_counts_where_it_is_asked_for(offering, spare, token, ada, user):
    offering.segments[0].needs_check_out = True
    schedules.raise_schedule_version(offering.id)
    db.session.commit()
    scan(token, text_of(spare), 0)
    scan(token, text_of(spare), 89, direction="out")

    assert bind(spare, ada, user) == Bound(counted=2, left=0)

    standing = attendance.standing_of(ada, now=LATER)
    assert standing.statuses[1] is Status.PRESENT


def test_what_a_bound_badge_left_open_waits_as_its_bearers(spare, token, ada, user):
    scan(token, text_of(spare), 0, offset_ms=10 * 60_000)
    assert attendance.open_held_scans([ada.id]) == {}

    bind(spare, ada, user)

    assert attendance.open_held_scans([ada.id]) == {ada.id: 1}
    (fact,) = histories.list_facts(ada)
    assert fact.is_open
    assert Gap.HELD_SCAN in gates.gate(ada, now=LATER).gaps


def test_binding_twice_is_binding_once(spare, token, ada, user):
    scan(token, text_of(spare), 0)

    assert bind(spare, ada, user) == bind(spare, ada, user)

    assert count(Correction) == 1


def test_a_badge_goes_to_one_person_only(offering, spare, ada, user):
    bind(spare, ada, user)
    ben = make_enrollment(offering=offering)

    with pytest.raises(ConflictError, match="somebody else"):
        bind(spare, ben, user)

    assert spare.enrollment_id == ada.id


def test_two_badges_may_go_to_one_person(offering, ada, user, token):
    make(offering, 2)
    first, second = (spares.get_spare(offering, number) for number in (1, 2))
    scan(token, text_of(first), 10)
    scan(token, text_of(second), 5)

    bind(first, ada, user)
    bind(second, ada, user)

    assert first_ins(ada) == [NINE_AM + timedelta(minutes=5)]


def test_who_has_withdrawn_gets_no_badge(spare, ada, user, session):
    ada.withdrawn_at = NINE_AM
    session.commit()

    with pytest.raises(ConflictError, match="given the seat back"):
        bind(spare, ada, user)

    assert spare.enrollment_id is None


def test_nobody_gives_a_scanned_badge_to_themselves(spare, token, ada):
    scan(token, text_of(spare), 0)
    own = make_user(email=ada.person.email)

    with pytest.raises(ForbiddenError):
        bind(spare, ada, own)
    db.session.rollback()

    assert db.session.get_one(Pass, spare.id).enrollment_id is None


def test_replacing_the_persons_pass_ends_the_badge(spare, token, ada, user):
    bind(spare, ada, user)

    enrollments.replace_pass(ada, actor=CLI, now=LATER)
    db.session.commit()

    assert scan(token, text_of(spare), 5).reason == "revoked_pass"


def test_binding_is_logged_without_a_name(spare, token, ada, user, offering):
    scan(token, text_of(spare), 0)

    bind(spare, ada, user)

    entry = db.session.scalars(
        sa.select(AuditEntry).order_by(AuditEntry.sequence.desc())
    ).first()
    assert entry
    assert (entry.action, entry.actor) == ("spare.bind", f"user:{user.public_id}")
    assert entry.details == {
        "spare": 1,
        "enrollment": ada.public_id,
        "counted": 1,
        "left": 0,
    }


def test_the_correction_names_its_scan_and_who_bound_the_badge(spare, token, ada, user):
    scan(token, text_of(spare), 0)
    bind(spare, ada, user)
    row = db.session.scalars(sa.select(Correction)).one()

    assert row.scan_uid == db.session.scalars(sa.select(Scan.uid)).one()
    assert (row.enrollment_id, row.user_id) == (ada.id, user.id)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_scan_is_lost_between_the_look_up_and_the_binding(engine, tmp_path):
    """Each scan is seen by the binding, or finds the badge bound: none stays held."""
    url = make_url(engine, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context(), writing():
        offering = make_offering()
        make_day(offering)
        token = make_device(offering)
        ada, user = make_enrollment(offering=offering), make_user()
        make(offering, 1)
        spare = spares.get_spare(offering, 1)
        text = text_of(spare)
        db.session.commit()
        started = threading.Barrier(5)

        def send():
            with app.app_context():
                started.wait()
                for _ in range(25):
                    scan(token, text)

        clients = [threading.Thread(target=send) for _ in range(4)]
        for client in clients:
            client.start()
        started.wait()
        bind(spare, ada, user)
        for client in clients:
            client.join()

        db.session.expire_all()
        waiting = held_scans.count_held(offering)
        row = db.session.scalars(sa.select(Attendance)).one()
        assert waiting == 0
        assert (row.in_count, count(Scan)) == (100, 100)
        assert all(check.ok for check in doctor.run_checks())
