"""Two coordinators at the same moment, on committed databases of both engines."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES, Browser
from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_user,
    sign_in,
)
from tests.views.desk import at, scan
from tests.views.forms import hidden
from tests.views.test_schedule import change, segment, sent
from tracker.db import db
from tracker.models import AuditEntry, Delivery, Offering, Segment
from tracker.models.staff import Role
from tracker.services import audit, doctor

PEOPLE = 4


@pytest.fixture(params=ENGINES)
def app(request, tmp_path):
    url = make_url(request.param, tmp_path)
    with committed_app(url, tmp_path) as app:
        app.test_client_class = Browser
        yield app


@pytest.fixture
def offering(app):
    with app.app_context():
        offering = make_offering()
        make_day(offering)
        scan(make_enrollment(offering=offering), offering.segments[0], minutes=13)
        db.session.commit()
        yield offering


@pytest.fixture
def browsers(app, offering):
    """Some coordinators, each in a browser of their own."""
    made = [app.test_client() for _ in range(PEOPLE)]
    for browser in made:
        sign_in(browser, make_user(Role.COORDINATOR, offering), now=NINE_AM)
    db.session.commit()
    return made


def at_once(*acts):
    """Run these at the same moment; count how they are answered."""
    gate = threading.Barrier(len(acts))
    statuses = []

    def run(act):
        gate.wait()
        statuses.append(act().status_code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    db.session.rollback()
    return Counter(statuses)


def count(model, **fields):
    wanted = sa.select(sa.func.count()).select_from(model).filter_by(**fields)
    return db.session.scalar(wanted)


def healthy():
    db.session.rollback()
    broken = [check for check in doctor.run_checks() if not check.ok]
    return broken == [] and all(each.broken is None for each in audit.verify_chains())


def test_of_several_who_change_a_segment_at_once_one_does_and_the_others_are_told(
    browsers, offering
):
    address = segment(offering)
    pages = [
        change(browser, address, room=f"Room {n}") for n, browser in enumerate(browsers)
    ]

    statuses = at_once(
        *(
            lambda browser=browser, page=page: browser.post(address, data=sent(page))
            for browser, page in zip(browsers, pages, strict=True)
        )
    )

    assert statuses == {303: 1, 409: PEOPLE - 1}
    assert count(AuditEntry, action="segment.edit") == 1
    assert healthy()


def test_several_who_add_a_segment_at_once_add_one(browsers, offering):
    address = at(offering, "/schedule/add")
    times = {"starts_at": "2026-11-03T18:00", "ends_at": "2026-11-03T19:00"}
    pages = [
        change(browser, address, title=f"Extra {n}", **times)
        for n, browser in enumerate(browsers)
    ]

    statuses = at_once(
        *(
            lambda browser=browser, page=page: browser.post(address, data=sent(page))
            for browser, page in zip(browsers, pages, strict=True)
        )
    )

    assert statuses == {303: 1, 409: PEOPLE - 1}
    assert count(Segment) == 4
    assert healthy()


def test_several_taps_at_the_same_moment_say_it_once(app, browsers, offering):
    app.extensions["clock"].moment = NINE_AM + timedelta(minutes=12.5)
    address = at(offering, "/segments/1/on-time")
    forms = [
        {**hidden(browser.get(at(offering))), "minutes": "5"} for browser in browsers
    ]

    statuses = at_once(
        *(
            lambda browser=browser, form=form: browser.post(address, data=form)
            for browser, form in zip(browsers, forms, strict=True)
        )
    )

    assert statuses == {303: PEOPLE}
    assert count(Delivery) == 1
    db.session.expire_all()
    row = db.session.get_one(Offering, offering.id).segments[0]
    assert row.on_time_until == NINE_AM + timedelta(minutes=18)
    assert healthy()
