"""Coordinators and participants who act on the same thing at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.committed import committed_app, make_url
from tests.conftest import ENGINES, Browser
from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_scan,
    make_user,
)
from tests.views.desk import at
from tests.views.forms import send
from tracker.db import db
from tracker.domain.scans import Outcome, Reason
from tracker.models import (
    Contest,
    Correction,
    DaySignOff,
    Dismissal,
    OutboxMessage,
    Scan,
)
from tracker.models.staff import Role
from tracker.services import doctor, held_scans, sessions

EVENING = NINE_AM + timedelta(hours=10)
SCANS = 12
ROUNDS = 3


@pytest.fixture(params=ENGINES)
def desk(request, tmp_path):
    """An offering in the evening, on a committed database."""
    url = make_url(request.param, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context():
        app.test_client_class = Browser
        app.extensions["clock"].moment = EVENING
        offering = make_offering()
        make_day(offering)
        db.session.commit()
        yield app, offering


def browser(app, owner):
    """A signed-in browser; its session is committed."""
    client = app.test_client()
    client.set_cookie("muster", sessions.begin_session(owner, now=EVENING))
    db.session.commit()
    return client


def coordinators(app, offering, count=2):
    return [browser(app, make_user(Role.COORDINATOR, offering)) for _ in range(count)]


def at_once(*acts):
    """Run each in a thread of its own, all released at the same moment."""
    barrier = Barrier(len(acts))

    def run(act):
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [each.result() for each in [pool.submit(run, act) for act in acts]]


def submit(client, address, **fields):
    """Fill in and send a page's form: loaded now, sent when called."""
    page = client.get(address)
    form = {"uid": uuid4().hex, **fields}
    return lambda: send(client, address, page, **form)


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def hold(enrollment, **fields):
    return make_scan(
        enrollment,
        enrollment.offering.segments[0],
        outcome=Outcome.HELD,
        reason=Reason.CLOCK_UNSURE,
        **fields,
    )


def test_two_coordinators_decide_the_same_held_scans_once(desk):
    app, offering = desk
    people = [make_enrollment(offering=offering) for _ in range(SCANS)]
    uids = [hold(each).uid for each in people]
    db.session.commit()
    first, second = coordinators(app, offering)
    fields: dict[str, Any] = {f"segment-{uid}": "1" for uid in uids}
    fields |= {"scan": uids, "chip": "seen_in_room"}
    address = at(offering, "/held")

    answers = at_once(
        submit(first, address, decision="count", **fields),
        submit(second, address, decision="dismiss", **fields),
    )

    assert [each.status_code for each in answers] == [303, 303]
    db.session.expire_all()
    named = db.session.scalars(sa.select(Correction.scan_uid)).all()
    assert sorted(map(str, named)) == sorted(uids)
    assert held_scans.count_held(offering) == 0
    said = [client.get(address).text for client in (first, second)]
    decided = [int(text.count("decided meanwhile")) for text in said]
    assert sum(decided) >= 1
    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_a_written_name_is_given_to_one_person_only(desk):
    app, offering = desk
    for n in range(ROUNDS):
        row = hold(make_enrollment(offering=offering), note=f"Walter {n}")
        row.enrollment_id = None
        people = [make_enrollment(offering=offering) for _ in range(2)]
        db.session.commit()
        address = at(offering, f"/held/{row.uid}")
        clients = coordinators(app, offering, 3)
        fields = {"segment": "1", "chip": "seen_in_room"}

        answers = at_once(
            *(
                submit(
                    client, address, decision="count", person=each.public_id, **fields
                )
                for client, each in zip(clients, people, strict=False)
            ),
            submit(clients[2], address, decision="dismiss", **fields),
        )

        assert sorted(each.status_code for each in answers) == [303, 409, 409]
        db.session.expire_all()
    assert count(Correction) + count(Dismissal) == count(Scan) == ROUNDS
    assert [check for check in doctor.run_checks() if not check.ok] == []


def test_one_contest_is_open_however_often_it_is_sent(desk):
    app, offering = desk
    ada = make_enrollment(offering=offering)
    client = browser(app, ada.person)
    address = f"/me/offerings/{offering.code}/segments/1/contest"

    answers = at_once(*(submit(client, address, words=f"Word {n}.") for n in range(4)))

    assert sorted(each.status_code for each in answers) == [303, 409, 409, 409]
    assert count(Contest) == 1


def test_a_contest_has_one_answer_and_one_mail(desk):
    app, offering = desk
    ada = make_enrollment(offering=offering)
    db.session.commit()
    own = browser(app, ada.person)
    assert (
        submit(
            own, f"/me/offerings/{offering.code}/segments/1/contest", words="I was."
        )().status_code
        == 303
    )
    row = db.session.scalars(sa.select(Contest)).one()
    address = at(offering, f"/contests/{row.public_id}")
    first, second = coordinators(app, offering)

    answers = at_once(
        submit(first, address, decision="start", words="Yes."),
        submit(second, address, decision="refuse", words="No."),
    )

    assert sorted(each.status_code for each in answers) == [303, 409]
    db.session.expire_all()
    row = db.session.scalars(sa.select(Contest)).one()
    assert count(OutboxMessage) == 1
    assert count(Correction) == (1 if row.is_granted else 0)


def test_a_day_signed_off_by_everybody_at_once_sends_each_mail_once(desk):
    app, offering = desk
    for _ in range(5):
        make_enrollment(offering=offering)
    clients = coordinators(app, offering, 4)
    address = at(offering, "/days/2026-11-03/sign-off")

    answers = at_once(*(submit(client, address, notes="") for client in clients))

    assert [each.status_code for each in answers] == [303] * 4
    assert count(DaySignOff) == 1
    assert count(OutboxMessage) == 5
