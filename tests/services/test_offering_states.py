"""An offering published, opened, closed and cancelled; each act once, and audited."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
)
from tracker.db import db
from tracker.domain.admissions_window import WindowState
from tracker.errors import ConflictError, InvalidError
from tracker.models import AuditEntry, Enrollment, OutboxMessage
from tracker.services import admissions_windows, offering_states
from tracker.services.audit import CLI

BEFORE = NINE_AM - timedelta(days=30)
BY: dict[str, Any] = {"actor": CLI, "now": BEFORE}


def draft(**fields):
    offering = make_offering(published_at=None, **fields)
    make_day(offering)
    return offering


def log(offering):
    """Actions and details, in their order."""
    rows = sa.select(AuditEntry).where(AuditEntry.chain == offering.code)
    found = db.session.scalars(rows.order_by(AuditEntry.id))
    return [(row.action, row.details) for row in found]


def state(offering):
    return admissions_windows.state_of(offering, now=BEFORE)


def test_an_offering_is_published_once(app):
    offering = draft()

    offering_states.publish(offering, **BY)
    offering_states.publish(offering, actor=CLI, now=NINE_AM)

    assert offering.published_at == BEFORE
    assert log(offering) == [("offering.publish", {})]


def test_an_offering_without_segments_is_not_published(app):
    offering = make_offering(published_at=None)

    with pytest.raises(ConflictError, match="at least one segment"):
        offering_states.publish(offering, **BY)


def test_applications_are_opened_closed_and_opened_again(app):
    offering = make_offering()

    states = [state(offering)]
    for act in (
        offering_states.open_applications,
        offering_states.close_applications,
        offering_states.close_applications,
        offering_states.open_applications,
        offering_states.open_applications,
    ):
        act(offering, **BY)
        states.append(state(offering))

    assert states == [
        WindowState.NOT_YET,
        WindowState.OPEN,
        WindowState.CLOSED,
        WindowState.CLOSED,
        WindowState.OPEN,
        WindowState.OPEN,
    ]
    assert offering.applications_open_at == BEFORE
    assert [action for action, _ in log(offering)] == [
        "applications.open",
        "applications.close",
        "applications.open",
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"published_at": None}, "Publish the offering first"),
        ({"cancelled_at": LONG_AGO}, "is cancelled"),
        ({"applications_close_at": LONG_AGO}, "is over"),
    ],
)
def test_applications_are_not_opened_where_nobody_could_apply(app, fields, reason):
    offering = make_offering(**fields)

    with pytest.raises(ConflictError, match=reason):
        offering_states.open_applications(offering, **BY)


def test_cancelling_tells_who_is_enrolled_and_keeps_what_there_is(app):
    offering = draft()
    make_enrollment(offering=offering, email="here@example.org")
    make_enrollment(offering=offering, withdrawn_at=LONG_AGO)
    make_enrollment(email="elsewhere@example.org")

    told = [offering_states.cancel(offering, "A storm.", **BY) for _ in range(2)]

    mails = db.session.scalars(sa.select(OutboxMessage)).all()
    assert told == [1, 0]
    assert (offering.cancelled_at, offering.cancellation_reason) == (BEFORE, "A storm.")
    assert [mail.recipient for mail in mails] == ["here@example.org"]
    assert "A storm." in mails[0].payload["text"]
    assert db.session.scalar(sa.select(sa.func.count(Enrollment.id))) == 3
    assert log(offering) == [("offering.cancel", {"told": 1})]


def test_an_offering_is_not_cancelled_without_a_reason(app):
    offering = draft()

    with pytest.raises(InvalidError):
        offering_states.cancel(offering, "", **BY)

    assert offering.cancelled_at is None
