"""The last seat under races: ten coordinators, two workers, and one that is killed.

As a program, with a plan's file, it is the worker that is killed before it commits.
"""

import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from uuid import uuid4

import pytest

from tests.committed import committed_app, environment, make_url
from tests.conftest import ENGINES
from tests.factories import (
    NINE_AM,
    make_application,
    make_enrollment,
    make_offering,
    make_user,
)
from tests.faults.test_correction_races import at_once
from tests.services.mailing import kinds_to
from tracker import create_app
from tracker.db import db, retrying
from tracker.domain.admissions import Status, Step
from tracker.errors import ConflictError
from tracker.models import Application, Offering, User
from tracker.models.staff import Role
from tracker.services import (
    applications,
    decisions,
    jobs_admissions,
    seats,
    waitlists,
)
from tracker.services.applications import Taken

COORDINATORS = 10
EARLY = NINE_AM - timedelta(days=30)


@pytest.fixture(params=ENGINES)
def app(request, tmp_path):
    url = make_url(request.param, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context():
        app.extensions["clock"].moment = EARLY
        app.extensions["url"] = url
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
    return waitlists.advance(db.session.get_one(Offering, offering_id), now=EARLY)


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
    for _ in range(2):
        make_enrollment(offering=offering, withdrawn_at=EARLY)
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


def test_a_worker_killed_while_it_passes_a_seat_on_loses_and_doubles_nothing(
    app, tmp_path
):
    offering = make_offering(capacity=1)
    late = make_application(offering=offering, status=Status.ACCEPTED, confirm_by=EARLY)
    first, second = (
        make_application(
            offering=offering,
            status=Status.WAITLISTED,
            waitlisted_at=EARLY,
            submitted_at=EARLY + timedelta(hours=hours),
        )
        for hours in (1, 2)
    )
    ids = [late.id, first.id, second.id]
    db.session.commit()

    killed = kill_while_advancing(app.extensions["url"], tmp_path, offering.id)
    after_the_kill = read(ids)
    for _ in range(2):
        jobs_admissions.move_seats(Event())

    assert killed == -signal.SIGKILL
    assert after_the_kill == [
        (Status.ACCEPTED, []),
        (Status.WAITLISTED, []),
        (Status.WAITLISTED, []),
    ]
    assert read(ids) == [
        (Status.LAPSED, ["lapsed"]),
        (Status.ACCEPTED, ["seat_offered"]),
        (Status.WAITLISTED, []),
    ]


def read(ids):
    """Return how each application stands, and the mails to its person."""
    db.session.close()
    rows = [db.session.get_one(Application, each) for each in ids]
    found = [(row.status, kinds_to(row.person)) for row in rows]
    db.session.close()
    return found


def kill_while_advancing(url, folder, offering_id):
    """Let a worker be killed with everything written and nothing committed."""
    plan = folder / "plan.json"
    plan.write_text(json.dumps({"offering": offering_id, "now": EARLY.isoformat()}))
    done = subprocess.run(
        [sys.executable, "-m", __name__, str(plan)],
        env=environment(url, folder),
        check=False,
        timeout=120,
    )
    return done.returncode


def be_killed(path):
    plan = json.loads(Path(path).read_text())
    with create_app().app_context():
        offering = db.session.get_one(Offering, plan["offering"])
        offered = waitlists.advance(offering, now=datetime.fromisoformat(plan["now"]))
        db.session.flush()
        if offered:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    be_killed(sys.argv[1])
