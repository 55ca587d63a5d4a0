"""The last seat under races: ten coordinators, and two workers at one waitlist."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES
from tests.factories import NINE_AM, make_application, make_offering, make_user
from tests.faults.test_correction_races import at_once
from tracker.db import db, retrying
from tracker.domain.admissions import Status, Step
from tracker.errors import ConflictError
from tracker.models import Application, Offering, User
from tracker.models.staff import Role
from tracker.services import applications, decisions, seat_offers, seats
from tracker.services.applications import Taken

COORDINATORS = 10
EARLY = NINE_AM - timedelta(days=30)


@pytest.fixture(params=ENGINES)
def app(request, tmp_path):
    url = make_url(request.param, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context():
        app.extensions["clock"].moment = EARLY
        yield app


def in_a_unit(app, act):
    """Do something as a request does: in a context and a transaction of its own."""

    def unit():
        found = act()
        db.session.commit()
        return found

    with app.app_context():
        return retrying(unit)


def accept(application_id, user_id):
    """Accept somebody; say whether a seat was left."""
    row = db.session.get_one(Application, application_id)
    user = db.session.get_one(User, user_id)
    try:
        decisions.decide(row, Step.ACCEPTED, Taken(now=EARLY, user=user))
    except ConflictError:
        return False
    return True


def advance(offering_id):
    return seat_offers.advance(db.session.get_one(Offering, offering_id), now=EARLY)


def statuses(offering):
    return sorted(each.status for each in applications.list_of(offering))


def test_ten_coordinators_accepting_at_once_give_the_last_seat_once(app):
    offering = make_offering(capacity=1)
    rows = [make_application(offering=offering).id for _ in range(COORDINATORS)]
    users = [make_user(Role.COORDINATOR, offering).id for _ in range(COORDINATORS)]
    db.session.commit()
    pairs = zip(rows, users, strict=True)

    done = at_once(*[partial(in_a_unit, app, partial(accept, *each)) for each in pairs])

    assert sorted(done) == [False] * (COORDINATORS - 1) + [True]
    assert seats.count_seats(offering) == 1
    assert statuses(offering) == [
        Status.ACCEPTED,
        *[Status.SUBMITTED] * (COORDINATORS - 1),
    ]


def test_two_workers_at_one_waitlist_offer_each_seat_once(app):
    offering = make_offering(capacity=2)
    for _ in range(4):
        make_application(
            offering=offering,
            public_id=uuid4().hex,
            status=Status.WAITLISTED,
            waitlisted_at=EARLY,
        )
    db.session.commit()

    offered = at_once(
        *[partial(in_a_unit, app, partial(advance, offering.id)) for _ in range(2)]
    )

    assert sum(offered) == 2
    assert statuses(offering) == [*[Status.ACCEPTED] * 2, *[Status.WAITLISTED] * 2]
