"""Certificates, as a coordinator handles them."""

import threading
from datetime import timedelta

import pytest

from tests.factories import (
    NINE_AM,
    make_enrollment,
)
from tests.views.desk import (
    SERIAL,
    actions,
    at,
    complete,
    facts,
    make_certificate,
    text_of,
)
from tests.views.forms import errors_of, send
from tracker.models import (
    Certificate,
)
from tracker.services import jobs_tasks


def test_certificates_are_listed_and_who_has_none_is_told_why(
    coordinator, ada, session
):
    make_certificate(ada)
    make_enrollment(offering=ada.offering, name="Bo Li")
    session.commit()

    said = text_of(coordinator.get(at(ada.offering, "/certificates")))

    assert f"Ada Lovelace {SERIAL} 2026-11-03 valid PDF of Ada Lovelace" in said
    assert (
        "Bo Li segments 1, 2 and 3 not complete; the evaluation has not been sent; "
        "the offering has not ended"
    ) in said


@pytest.fixture
def ended(coordinator, ada, session, clock):
    """Ada has done everything, and the last segment is over."""
    complete(ada)
    clock.moment = NINE_AM + timedelta(hours=7)
    session.commit()
    return coordinator


def test_what_is_due_is_issued_once_by_the_worker_and_the_page_says_how_far_it_is(
    ended, ada, session
):
    page = at(ada.offering, "/certificates")
    due = ended.get(page)

    answers = [send(ended, f"{page}/issue", page=due) for _ in range(2)]
    waiting = ended.get(f"{page}/progress").json
    waits = text_of(ended.get(page))
    jobs_tasks.work_on_tasks(threading.Event())

    (certificate,) = facts(session, Certificate)
    assert "Issue all that are due" in due.text
    assert [answer.location for answer in answers] == [page] * 2
    assert waiting == {"state": "waiting", "done": 0, "total": None}
    assert "Certificates wait to be issued 0 of … Look again" in waits
    assert certificate.enrollment_id == ada.id
    assert certificate.pdf.startswith(b"%PDF")
    assert ended.get(f"{page}/progress").json == {
        "state": "done",
        "done": 1,
        "total": 1,
    }
    said = text_of(ended.get(page))
    assert f"Ada Lovelace {certificate.serial}" in said
    assert "Issue all that are due" not in said
    assert actions(session, ada.offering) == ["task.ask", "certificate.issue"]


def test_whose_name_cannot_be_printed_is_said(ended, ada, session):
    ada.person.name = "\U0001d173\U00013000"
    session.commit()
    page = at(ada.offering, "/certificates")

    send(ended, f"{page}/issue", page=ended.get(page))
    jobs_tasks.work_on_tasks(threading.Event())

    assert facts(session, Certificate) == []
    said = text_of(ended.get(page))
    assert "0 of 1" in said
    assert "cannot be printed here" in said
    assert ended.get(f"{page}/progress").json["state"] == "done"


def test_a_revoked_certificate_needs_a_reason_and_a_person_for_the_next(
    ended, ada, session
):
    make_certificate(ada)
    session.commit()
    page = at(ada.offering, "/certificates")
    revoke = f"{page}/{SERIAL}/revoke"
    empty = send(ended, revoke, reason=" ")
    send(ended, revoke, reason="Issued in error")
    again = send(ended, revoke, reason="Issued in error")
    listed = ended.get(page)
    send(ended, f"{page}/issue", page=listed)
    jobs_tasks.work_on_tasks(threading.Event())
    by_itself = len(facts(session, Certificate))
    send(ended, f"{page}/issue/{ada.public_id}", page=listed)

    old, new = facts(session, Certificate)
    assert (empty.status_code, errors_of(empty)) == (422, ["Give a reason."])
    assert again.status_code == 409
    assert (old.revoked_reason, by_itself) == ("Issued in error", 1)
    assert new.revoked_at is None
    assert "Issue all that are due" not in listed.text
    assert "Issue a new one" in listed.text


def test_a_download_is_the_bytes_as_issued_and_is_logged(coordinator, ada, session):
    make_certificate(ada)
    session.commit()
    page = at(ada.offering, "/certificates")

    answer = send(coordinator, f"{page}/{SERIAL}/pdf", page=coordinator.get(page))

    assert answer.data == b"%PDF as issued"
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={SERIAL}.pdf"
    assert actions(session, ada.offering) == ["certificate.download"]
