"""Certificates, as a coordinator handles them."""

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


def test_what_is_due_is_issued_once(ended, ada, session):
    page = at(ada.offering, "/certificates")
    due = ended.get(page)

    answers = [send(ended, f"{page}/issue", page=due) for _ in range(2)]

    (certificate,) = facts(session, Certificate)
    assert "Issue all due" in due.text
    assert [answer.location for answer in answers] == [page] * 2
    assert certificate.enrollment_id == ada.id
    assert certificate.pdf.startswith(b"%PDF")
    said = text_of(ended.get(page))
    assert f"Ada Lovelace {certificate.serial}" in said
    assert "Issue all due" not in said


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
    by_itself = len(facts(session, Certificate))
    send(ended, f"{page}/issue/{ada.public_id}", page=listed)

    old, new = facts(session, Certificate)
    assert (empty.status_code, errors_of(empty)) == (422, ["Give a reason."])
    assert again.status_code == 409
    assert (old.revoked_reason, by_itself) == ("Issued in error", 1)
    assert new.revoked_at is None
    assert "Issue all due" not in listed.text
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
