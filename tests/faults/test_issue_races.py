"""Certificates under races: eight processes issuing, and a void against an issue."""

from datetime import timedelta
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
    make_user,
    save,
)
from tests.faults.crowd import send_crowd
from tests.faults.test_correction_races import at_once
from tests.views.desk import scan
from tracker.db import db, retrying, writing
from tracker.errors import ConflictError
from tracker.models import Certificate, Enrollment, EvaluationReceipt, Segment, User
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import certificates, doctor, voids
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI

EVENING = NINE_AM + timedelta(hours=10)
PROCESSES = 8
PEOPLE = 6


@pytest.fixture(params=ENGINES)
def hall(request, tmp_path):
    """An offering that has ended, in which everybody is complete."""
    url = make_url(request.param, tmp_path)
    with committed_app(url, tmp_path) as app, app.app_context():
        app.extensions["clock"].moment = EVENING
        offering = make_offering()
        (segment,) = make_day(offering, 1)
        ids = []
        for _ in range(PEOPLE):
            row = make_enrollment(offering=offering)
            scan(row, segment)
            save(EvaluationReceipt(enrollment_id=row.id))
            ids.append(row.id)
        user = make_user(Role.COORDINATOR, offering)
        db.session.commit()
        yield app, url, ids, segment.id, user.id


def broken():
    """What the doctor finds but for answers, which these people never gave."""
    return {check.name for check in doctor.run_checks() if not check.ok} - {
        "receipts equal answers"
    }


def test_eight_processes_issuing_at_once_make_one_certificate_each(hall, tmp_path):
    """I8: one is live per enrollment, and whoever was slower is told its serial."""
    _, url, ids, _, _ = hall
    rows = [db.session.get_one(Enrollment, each) for each in ids]
    made = [certificates.draft_of(row, now=EVENING) for row in rows]
    drafts = {
        row.id: {"name": each.name, "basis": each.basis, "facts": each.facts}
        for row, each in zip(rows, made, strict=True)
    }
    db.session.commit()
    plan = {"url": url, "folder": str(tmp_path), "moment": EVENING.isoformat()}
    plan["drafts"] = drafts

    said = send_crowd("tests.faults.issue_client", plan, count=PROCESSES)

    kept = set(db.session.scalars(sa.select(Certificate.serial)))
    assert len(kept) == PEOPLE
    assert len(said) == PROCESSES
    assert all(set(serials) == kept for serials in said)
    assert broken() == set()


def test_a_void_against_an_issue_leaves_no_certificate_that_rests_on_nothing(hall):
    """I7: either the issue sees the void, or the void revokes what was issued."""
    app, _, ids, segment_id, user_id = hall

    drafts = {
        each: certificates.draft_of(db.session.get_one(Enrollment, each), now=EVENING)
        for each in ids
    }
    db.session.commit()

    def alone(act):
        def run():
            with app.app_context(), writing():
                try:
                    retrying(act)
                except ConflictError:
                    db.session.rollback()  # the void was quicker
                finally:
                    db.session.remove()

        return run

    def issue(enrollment_id):
        row = db.session.get_one(Enrollment, enrollment_id)
        certificates.issue(row, actor=CLI, now=EVENING, drafted=drafts[enrollment_id])
        db.session.commit()

    def void(enrollment_id):
        act = Act(
            why=Why(ReasonChip.MISTAKE),
            uid=uuid4().hex,
            user=db.session.get_one(User, user_id),
            now=EVENING,
        )
        row = db.session.get_one(Enrollment, enrollment_id)
        segment = db.session.get_one(Segment, segment_id)
        voids.void_attendance(row, segment, act=act)
        db.session.commit()

    for each in ids:
        at_once(alone(lambda one=each: issue(one)), alone(lambda one=each: void(one)))

    db.session.expire_all()
    live = certificates.IS_LIVE
    assert db.session.scalars(sa.select(Certificate).where(live)).all() == []
    assert broken() == set()
