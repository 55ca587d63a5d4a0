"""Phones that check in at the same moment, in processes of their own."""

from collections import Counter
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES
from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_pass,
    make_user,
)
from tests.faults.crowd import send_crowd
from tracker.db import db
from tracker.models import Attendance, RoomPhone, Scan, SpokenCode
from tracker.models.staff import Role
from tracker.services import doctor, rooms, sessions, spoken_codes

PHONES, TAPS = 8, 4


@pytest.fixture(params=ENGINES)
def hall(request, tmp_path):
    """An offering with a segment that is open, on a committed database."""
    url = make_url(request.param, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context():
        offering = make_offering()
        make_day(offering)
        plan = {
            "url": url,
            "folder": str(tmp_path),
            "moment": NINE_AM.isoformat(),
            "cookies": [],
            "fields": {},
        }
        yield offering, plan


def sign_in_people(offering, count=PHONES):
    people = [make_enrollment(offering=offering) for _ in range(count)]
    for each in people:
        make_pass(each)
    return [sessions.begin_session(each.person, now=NINE_AM) for each in people]


def send_all(plan):
    phones = len(plan["cookies"])
    return Counter(send_crowd("tests.faults.room_client", plan, count=phones))


def outcomes():
    rows = db.session.execute(sa.select(Scan.outcome, Scan.reason))
    return Counter((outcome, reason) for outcome, reason in rows)


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def test_of_eight_people_with_one_spoken_code_one_is_let_in(hall):
    offering, plan = hall
    user = make_user(Role.COORDINATOR, offering)
    code = spoken_codes.say_code(offering, 1, uid=uuid4().hex, user=user, now=NINE_AM)
    plan["cookies"] = [{"muster": token} for token in sign_in_people(offering)]
    plan["page"] = plan["address"] = f"/me/offerings/{offering.code}/room"
    plan["fields"] = {"code": code}
    db.session.commit()

    statuses = send_all(plan)

    assert statuses == {303: 1, 410: PHONES - 1}
    assert outcomes() == {("accepted", None): 1}
    assert count(Attendance) == 1
    assert db.session.scalars(sa.select(SpokenCode)).one().used_at == NINE_AM
    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_of_eight_people_with_one_phone_one_is_in_and_the_others_wait(hall):
    offering, plan = hall
    phone = {"muster-phone": "A" * 22}
    plan["cookies"] = [{"muster": t, **phone} for t in sign_in_people(offering)]
    plan["page"] = f"/r/{rooms.show(offering, 1, now=NINE_AM).code}"
    plan["address"] = "/r"
    db.session.commit()

    statuses = send_all(plan)

    assert statuses == {303: PHONES}
    assert outcomes() == {
        ("accepted", None): 1,
        ("held", "shared_device"): PHONES - 1,
    }
    assert count(Attendance) == count(RoomPhone) == 1
    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_one_person_tapping_several_times_at_once_is_one_scan(hall):
    offering, plan = hall
    (token,) = sign_in_people(offering, 1)
    plan["cookies"] = [{"muster": token, "muster-phone": "A" * 22}] * TAPS
    plan["page"] = f"/r/{rooms.show(offering, 1, now=NINE_AM).code}"
    plan["address"] = "/r"
    db.session.commit()

    statuses = send_all(plan)

    assert statuses == {303: TAPS}
    assert outcomes() == {("accepted", None): 1}
    assert count(Attendance) == 1


def test_one_form_sent_several_times_at_once_makes_one_code_to_say(hall):
    offering, plan = hall
    token = sessions.begin_session(make_user(Role.DOOR, offering), now=NINE_AM)
    plan["cookies"] = [{"muster": token}] * TAPS
    plan["page"] = f"/staff/offerings/{offering.code}/room"
    plan["address"] = f"{plan['page']}/1/spoken"
    plan["fields"] = {"uid": uuid4().hex}
    db.session.commit()

    statuses = send_all(plan)

    assert statuses == {303: TAPS}
    assert count(SpokenCode) == 1
