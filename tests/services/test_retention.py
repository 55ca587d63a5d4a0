"""What only an application needed goes in its time."""

from datetime import timedelta

import pytest

from tests.factories import NINE_AM, make_application, make_offering
from tracker.db import db
from tracker.domain.admissions import Status
from tracker.services import retention

SAID = {
    "name": "Alex Sample",
    "agency": "Sample Agency",
    "title": "Agent",
    "phone": "402 555 0100",
    "supervisor_name": "Lee Sample",
    "supervisor_contact": "lee@agency.example",
    "answers": {"unit": "Sample"},
    "team": [{"name": "Bo Sample", "email": "bo@agency.example", "application": None}],
}
KEPT = {name: SAID[name] for name in ("name", "agency", "title")}
WITHOUT_PHONE = {name: said for name, said in SAID.items() if name != "phone"}


@pytest.mark.parametrize(
    ("days", "status", "left"),
    [
        (30, Status.ENROLLED, SAID),
        (31, Status.ENROLLED, WITHOUT_PHONE),
        (31, Status.DECLINED, WITHOUT_PHONE),
        (90, Status.DECLINED, WITHOUT_PHONE),
        (91, Status.ENROLLED, KEPT),
        (91, Status.DECLINED, {}),
        (91, Status.DRAFT, {}),
    ],
)
def test_what_only_an_application_needed_goes_in_its_time(app, days, status, left):
    ends_on = (NINE_AM - timedelta(days=days)).date()
    offering = make_offering(starts_on=ends_on, ends_on=ends_on)
    row = make_application(offering=offering, status=status, details=SAID)

    counts = [retention.forget_applications(now=NINE_AM) for _ in range(2)]

    db.session.expire_all()
    assert row.details == left
    assert counts == [int(left != SAID), 0]
