"""POST …/undos: a device takes its own last scan back within a minute."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_segment,
    make_token,
    make_user,
)
from tests.held import EVENING, hold_offering
from tracker.db import db
from tracker.models import (
    Attendance,
    AuditEntry,
    Certificate,
    Correction,
    Device,
    Dismissal,
    Scan,
    Segment,
)
from tracker.models.attendance import ReasonChip
from tracker.services import (
    doctor,
    held_decisions,
    held_scans,
    histories,
    own_scans,
    schedules,
    voids,
)
from tracker.services.acts import Act, Why

DONE = [{"outcome": "undone"}]


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def enrollment(offering):
    return make_enrollment(offering=offering)


@pytest.fixture
def token(offering):
    return make_device(offering)


class Door:
    """A device with its token, as it talks to the server."""

    def __init__(self, client, offering, token, clock):
        self.client, self.offering = client, offering
        self.token, self.clock = token, clock

    def post(self, path, token=None, **body):
        return self.client.post(
            f"/api/v1/offerings/{self.offering.code}/{path}",
            json=body,
            headers={"Authorization": f"Bearer {token or self.token}"},
        )

    def scan(self, text, **fields):
        sent = {"id": str(uuid4()), "pass": text, **fields}
        sent.setdefault("scanned_at", self.clock.moment.isoformat())
        return self.post("scans", scans=[sent]).json["results"][0]

    def undo(self, *scans, seconds=10, token=None, **fields):
        made_at = (self.clock.moment + timedelta(seconds=seconds)).isoformat()
        undos = [
            {"id": str(uuid4()), "scan": scan, "made_at": made_at, **fields}
            for scan in scans
        ]
        return self.post("undos", token, undos=undos)


@pytest.fixture
def door(client, offering, token, clock):
    return Door(client, offering, token, clock)


def outcomes(answer):
    return [each["outcome"] for each in answer.json["results"]]


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_the_last_scan_is_taken_back_and_attendance_with_it(door, enrollment):
    scan = door.scan(make_pass(enrollment))
    assert count(Attendance) == 1
    undo = {"id": "undo-1", "scan": scan["id"], "made_at": NINE_AM.isoformat()}

    answer = door.post("undos", undos=[undo], sent_at=NINE_AM.isoformat())

    assert answer.status_code == 200
    assert answer.json == {"results": [{"id": "undo-1", "outcome": "undone"}]}
    assert count(Attendance) == 0
    correction = db.session.scalars(sa.select(Correction)).one()
    device = db.session.scalars(sa.select(Device)).one()
    assert (correction.user_id, correction.device_id) == (None, device.id)
    assert (correction.scan_uid, correction.chip) == (scan["id"], ReasonChip.MISTAKE)


def test_asked_again_it_is_the_same_answer_and_one_fact(door, enrollment):
    scan = door.scan(make_pass(enrollment))["id"]

    first, again = door.undo(scan, id="same"), door.undo(scan, id="same")
    other = door.undo(scan, id="another")

    assert [outcomes(each) for each in (first, again, other)] == [["undone"]] * 3
    assert first.json == again.json
    assert count(Correction) == 1


def test_twice_in_one_request_is_one_fact(door, enrollment):
    scan = door.scan(make_pass(enrollment))["id"]

    assert outcomes(door.undo(scan, scan)) == ["undone", "undone"]
    assert count(Correction) == 1


def test_answers_come_in_the_order_sent(door, offering):
    first, second = (
        door.scan(make_pass(make_enrollment(offering=offering)))["id"] for _ in range(2)
    )

    answer = door.undo(second, "nothing-here", first)

    assert outcomes(answer) == ["undone", "unknown_scan", "undone"]


def test_a_scan_that_is_not_here_yet_can_be_undone_once_it_is(door, enrollment):
    text, uid = make_pass(enrollment), str(uuid4())

    before = door.undo(uid)
    door.scan(text, id=uid)
    after = door.undo(uid)

    assert (outcomes(before), outcomes(after)) == (["unknown_scan"], ["undone"])


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [(60, "undone"), (61, "too_late"), (-60, "undone"), (-61, "too_late")],
)
def test_a_minute_by_the_devices_own_clock_is_the_limit(
    door, enrollment, seconds, outcome
):
    scan = door.scan(make_pass(enrollment))["id"]

    assert outcomes(door.undo(scan, seconds=seconds)) == [outcome]
    assert count(Correction) == (outcome == "undone")


def test_an_undo_may_arrive_hours_after_it_was_made(door, enrollment):
    text = make_pass(enrollment)
    scan = door.scan(text)["id"]
    made_at = (NINE_AM + timedelta(seconds=20)).isoformat()
    door.clock.moment += timedelta(hours=5)

    assert outcomes(door.undo(scan, made_at=made_at)) == ["undone"]


def test_a_scan_without_a_time_is_measured_by_the_servers(door, enrollment, clock):
    scan = door.scan(make_pass(enrollment), scanned_at=None)["id"]
    ahead = timedelta(hours=3)
    sent_at = (clock.moment + ahead).isoformat()

    def undo(seconds):
        made_at = (NINE_AM + ahead + timedelta(seconds=seconds)).isoformat()
        undos = [{"id": "undo", "scan": scan, "made_at": made_at}]
        return outcomes(door.post("undos", undos=undos, sent_at=sent_at))

    assert undo(61) == ["too_late"]
    assert undo(30) == ["undone"]


def test_another_devices_scan_is_not_yours(door, offering, enrollment):
    scan = door.scan(make_pass(enrollment))["id"]

    answers = [
        door.undo(scan, token=make_device(offering, name="Door 2")),
        door.undo(scan, token=make_token(offering)),
    ]

    assert [outcomes(each) for each in answers] == [["not_yours"]] * 2
    assert count(Correction) == 0


def test_another_offerings_scan_is_unknown(door, client, clock, enrollment):
    scan = door.scan(make_pass(enrollment))["id"]
    other = make_offering()
    elsewhere = Door(client, other, make_device(other), clock)

    assert outcomes(elsewhere.undo(scan)) == ["unknown_scan"]
    assert count(Correction) == 0


def test_a_revoked_device_takes_nothing_back(door, enrollment, session):
    scan = door.scan(make_pass(enrollment))["id"]
    session.scalars(sa.select(Device)).one().revoked_at = NINE_AM
    session.commit()

    assert door.undo(scan).status_code == 401
    assert count(Correction) == 0


def test_a_refused_scan_is_undone_as_it_stands(door):
    scan = door.scan("https://elsewhere.example")["id"]

    assert outcomes(door.undo(scan)) == ["undone"]
    assert count(Correction) == 0


def write_name(door):
    uid = str(uuid4())
    now = NINE_AM.isoformat()
    door.post("scans", scans=[{"id": uid, "note": "Sample Ada", "scanned_at": now}])
    return uid


def test_a_written_name_taken_back_waits_for_nobody(door, offering):
    uid = write_name(door)
    assert held_scans.count_held(offering) == 1

    assert [outcomes(door.undo(uid)) for _ in range(2)] == [["undone"], ["undone"]]
    assert held_scans.count_held(offering) == 0
    dismissal = db.session.scalars(sa.select(Dismissal)).one()
    device = db.session.scalars(sa.select(Device)).one()
    assert (dismissal.scan_uid, dismissal.user_id) == (uid, None)
    assert dismissal.device_id == device.id
    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.details) == ("scan.undo", {"scan": uid})
    assert all(check.ok for check in doctor.run_checks())


def test_a_written_name_that_staff_have_given_to_somebody_stays(
    door, offering, enrollment
):
    uid = write_name(door)
    scan = db.session.scalars(sa.select(Scan)).one()
    segment = db.session.scalars(sa.select(Segment).order_by(Segment.number)).all()[0]
    user, why = make_user(), Why(ReasonChip.SEEN_IN_ROOM)
    act = Act(why=why, uid=uuid4().hex, user=user, now=NINE_AM)
    held_decisions.count_held_scan(scan, segment, act=act, enrollment=enrollment)
    db.session.commit()

    assert outcomes(door.undo(uid)) == ["too_late"]
    assert (count(Attendance), count(Dismissal)) == (1, 0)


def test_a_scan_that_was_held_without_a_segment_can_be_taken_back(
    door, offering, enrollment
):
    make_segment(offering=offering, number=9)  # at the same time, in the same room
    scan = door.scan(make_pass(enrollment))
    assert scan["reason"] == "segment_unclear"

    assert outcomes(door.undo(scan["id"])) == ["undone"]
    assert held_scans.count_held(offering) == 0


def hold(door, enrollment):
    enrollment.withdrawn_at = NINE_AM
    db.session.commit()
    scan = door.scan(make_pass(enrollment))
    assert scan["outcome"] == "held"
    return scan["id"]


def test_a_held_scan_taken_back_waits_for_nobody(door, offering, enrollment):
    scan = hold(door, enrollment)
    assert held_scans.count_held(offering) == 1

    assert outcomes(door.undo(scan)) == ["undone"]
    assert held_scans.count_held(offering) == 0


def test_a_held_scan_that_staff_have_counted_stays_counted(door, offering, enrollment):
    uid = hold(door, enrollment)
    scan = histories.get_scan(enrollment, uid)
    segment = db.session.get_one(Segment, scan.segment_id)
    user, why = make_user(), Why(ReasonChip.SEEN_IN_ROOM)
    held_decisions.count_held_scan(
        scan, segment, act=Act(why=why, uid=uuid4().hex, user=user, now=NINE_AM)
    )
    db.session.commit()

    assert outcomes(door.undo(uid)) == ["too_late"]
    assert count(Attendance) == 1


def test_an_earlier_scan_counts_again_when_the_later_is_taken_back(
    door, enrollment, clock
):
    text = make_pass(enrollment)
    door.scan(text)
    clock.moment += timedelta(minutes=5)
    again = door.scan(text)

    door.undo(again["id"])

    row = db.session.scalars(sa.select(Attendance)).one()
    assert (row.in_count, row.first_in, row.last_in) == (1, NINE_AM, NINE_AM)


def test_a_check_out_can_be_taken_back(door, enrollment, clock):
    text = make_pass(enrollment)
    door.scan(text)
    clock.moment += timedelta(minutes=5)
    out = door.scan(text, direction="out")
    assert out["outcome"] == "accepted"

    door.undo(out["id"])

    row = db.session.scalars(sa.select(Attendance)).one()
    assert (row.first_in, row.last_out) == (NINE_AM, None)


def test_it_is_logged_and_raises_the_boards_counter(door, offering, enrollment):
    scan = door.scan(make_pass(enrollment))["id"]
    version = schedules.read_version(offering.id)

    door.undo(scan)

    entry = db.session.scalars(sa.select(AuditEntry)).one()
    device = db.session.scalars(sa.select(Device)).one()
    assert (entry.action, entry.actor) == (
        "scan.undo",
        f"device:{device.public_id}",
    )
    assert entry.details == {
        "enrollment": enrollment.public_id,
        "segment": 1,
        "facts": 1,
    }
    assert schedules.read_version(offering.id) > version


def test_both_histories_say_that_the_door_took_it_back(door, offering, enrollment):
    scan = door.scan(make_pass(enrollment))["id"]

    door.undo(scan)

    facts = histories.list_facts(enrollment)
    assert [(each.words, each.by, each.why, each.is_void) for each in facts] == [
        ("Scanned in", "Door 1", "", True),
        ("Taken back at the door", "Door 1", "", False),
    ]
    (own,) = own_scans.list_own_scans(enrollment, schedules.schedule_of(offering))
    assert (own.title, own.device) == ("Taken back at the door", "Door 1")


def test_staff_can_void_the_undo(door, enrollment):
    scan = door.scan(make_pass(enrollment))["id"]
    door.undo(scan)
    undo = db.session.scalars(sa.select(Correction)).one()
    why, user = Why(ReasonChip.SEEN_IN_ROOM), make_user()

    act = Act(why=why, uid=uuid4().hex, user=user, now=NINE_AM)
    voids.void_correction(undo, act=act)
    db.session.commit()

    assert count(Attendance) == 1
    assert outcomes(door.undo(scan)) == ["undone"]
    assert count(Attendance) == 1


def test_a_certificate_that_rests_on_it_is_revoked_at_once(
    client, clock, app, tmp_path
):
    """Nobody certifies within the minute, but a late undo may come to a late queue."""
    held = hold_offering()
    clock.moment = EVENING
    door = Door(client, held.offering, held.door, clock)
    basis = held.certificate.basis[0]["source"].removeprefix("scan:")
    at = held.segments[0].starts_at.isoformat()

    assert outcomes(door.undo(basis, made_at=at)) == ["undone"]

    db.session.expire_all()
    row = db.session.get_one(Certificate, held.certificate.id)
    assert row.revoked_at == EVENING
    assert all(check.ok for check in doctor.run_checks())


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/undos"),
        ({"undos": []}, "/undos"),
        ({"undos": {}}, "/undos"),
        ({"undos": [7]}, "/undos/0"),
        ({"undos": [{"id": "a", "scan": "b"}]}, "/undos/0"),
        ({"undos": [{"id": "ä", "scan": "b", "made_at": "2026-11-03T09:00:00-06:00"}]},
         "/undos/0/id"),
        ({"undos": [{"id": "a", "scan": 7, "made_at": "2026-11-03T09:00:00-06:00"}]},
         "/undos/0/scan"),
        ({"undos": [{"id": "a", "scan": "b", "made_at": "now"}]}, "/undos/0/made_at"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_place(door, body, pointer):
    answer = door.post("undos", **body)

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json["errors"]] == [pointer]


def test_more_than_a_hundred_are_too_many(door):
    assert door.undo(*["x"] * 101).status_code == 413
