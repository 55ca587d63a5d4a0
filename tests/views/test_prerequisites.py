"""Certificates of a prerequisite and waivers, on the pages of both sides."""

import io
from datetime import date
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.evidence import PDF, png
from tests.factories import (
    NINE_AM,
    make_completion,
    make_course,
    make_enrollment,
    make_offering,
    make_user,
    sign_in,
)
from tests.views.counting import counted
from tests.views.desk import facts, text_of
from tests.views.forms import errors_of, hidden, send
from tracker.models import AuditEntry, Completion, CompletionCertificate, OutboxMessage
from tracker.models.staff import Role
from tracker.services import completion_uploads, completions


@pytest.fixture
def first(offering, session):
    course = make_course(title="Sample first course")
    offering.course.prerequisite_id = course.id
    session.flush()
    return course


@pytest.fixture
def participant(app, ada, first, session):
    client = app.test_client()
    sign_in(client, ada.person, now=NINE_AM)
    session.commit()
    return client


@pytest.fixture
def waiting(ada, first, session):
    row = completion_uploads.upload(ada.person, first, PDF, now=NINE_AM)
    session.commit()
    return row.public_id


def own(first):
    return f"/me/completions/{first.code}"


def staff_page(offering, rest=""):
    return f"/staff/offerings/{offering.code}/prerequisite{rest}"


def put(client, address, data):
    fields = hidden(client.get(address))
    file = (io.BytesIO(data), "anything.exe")
    return client.post(address, data={**fields, "file": file})


def actions(session):
    wanted = sa.select(AuditEntry.action).order_by(AuditEntry.id)
    return list(session.scalars(wanted))


def test_a_person_uploads_a_certificate_once_and_sees_that_it_waits(
    participant, first, session
):
    answers = [put(participant, own(first), PDF) for _ in range(2)]

    assert [each.location for each in answers] == [own(first)] * 2
    (row,) = facts(session, CompletionCertificate)
    assert (row.media_type, row.decided_at) == ("application/pdf", None)
    stored = session.scalar(sa.text("SELECT content FROM completion_certificates"))
    assert PDF not in bytes(stored)
    page = text_of(participant.get(own(first)))
    assert "waits for a coordinator" in page
    assert actions(session) == ["completion_certificate.upload"]


def test_what_is_no_certificate_is_refused_beside_the_field(
    participant, first, session
):
    wrong = put(participant, own(first), b"<script>1</script>")
    none = send(participant, own(first))

    assert (wrong.status_code, none.status_code) == (422, 422)
    assert errors_of(wrong) == ["This is no PDF, PNG or JPEG file."]
    assert errors_of(none) == ["Choose a file."]
    assert facts(session, CompletionCertificate) == []


def test_uploads_are_limited_in_size_and_number(participant, first, session):
    large = put(participant, own(first), b"%PDF-" + bytes(6 * 1024 * 1024))
    large.request.environ["wsgi.input"].close()
    several = [put(participant, own(first), png(3, n)) for n in range(1, 5)]

    assert large.status_code == 413
    assert "A file may be up to 5 MiB here." in large.text
    assert [each.status_code for each in several] == [303, 303, 303, 409]
    assert len(facts(session, CompletionCertificate)) == 3


def test_a_coordinator_opens_a_certificate_as_an_attachment_and_it_is_noted(
    coordinator, offering, waiting, session
):
    address = staff_page(offering, f"/certificates/{waiting}")

    answer = send(coordinator, f"{address}/file", coordinator.get(address))

    assert answer.data == PDF
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment; filename=")
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; sandbox; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert actions(session)[-1] == "completion_certificate.read"


def test_a_confirmed_certificate_is_on_record(
    coordinator, participant, offering, first, waiting, session
):
    address = staff_page(offering, f"/certificates/{waiting}")
    early = send(coordinator, address, decision="confirm")
    ahead = send(coordinator, address, decision="confirm", completed_on="2026-12-24")
    sent = {"decision": "confirm", "completed_on": "2026-10-01"}
    page = coordinator.get(address)
    answers = [send(coordinator, address, page, **sent) for _ in range(2)]

    assert errors_of(early) == ["Enter the day."]
    assert errors_of(ahead) == ["This day is still to come."]
    assert [each.location for each in answers] == [staff_page(offering)] * 2
    (row,) = facts(session, Completion)
    assert row.completed_on == date(2026, 10, 1)
    assert row.person is not None
    assert row.person.name == "Ada Lovelace"
    assert "completed on 1 October 2026" in text_of(participant.get(own(first)))
    (mail,) = facts(session, OutboxMessage)
    assert mail.recipient == row.person.email
    assert f"/me/completions/{first.code}" in mail.payload["text"]
    other = send(coordinator, address, page, decision="decline", answer="No.")
    assert other.status_code == 409


def test_a_declined_certificate_carries_an_answer_that_its_person_reads(
    coordinator, participant, offering, first, waiting, session
):
    address = staff_page(offering, f"/certificates/{waiting}")
    without = send(coordinator, address, decision="decline")
    send(coordinator, address, decision="decline", answer="It bears another name.")

    assert errors_of(without) == ["Say why in a few words."]
    page = text_of(participant.get(own(first)))
    assert "It bears another name." in page
    again = put(participant, own(first), PDF)
    assert again.status_code == 409
    assert facts(session, Completion) == []


def test_only_coordinators_of_the_persons_offerings_see_it(
    app, first, waiting, session
):
    elsewhere = make_offering(course=make_course(prerequisite_id=first.id))
    client = app.test_client()
    sign_in(client, make_user(Role.COORDINATOR, elsewhere), now=NINE_AM)
    session.commit()

    page = client.get(staff_page(elsewhere))
    answer = client.get(staff_page(elsewhere, f"/certificates/{waiting}"))

    assert page.status_code == 200
    assert "Ada" not in page.text
    assert answer.status_code == 404


def test_nobody_decides_about_their_own(app, offering, ada, waiting, session):
    client = app.test_client()
    user = make_user(Role.COORDINATOR, offering, email=ada.person.email)
    sign_in(client, user, now=NINE_AM)
    session.commit()
    address = staff_page(offering, f"/people/{ada.person.public_id}/waiver")

    answer = send(client, address, uid=uuid4().hex, reason="I know it.")

    assert answer.status_code == 403
    assert facts(session, Completion) == []


def test_a_waiver_is_given_once_with_a_reason_and_taken_back(
    coordinator, offering, ada, first, session
):
    session.commit()
    address = staff_page(offering, f"/people/{ada.person.public_id}/waiver")
    empty = send(coordinator, address, uid=uuid4().hex, reason=" ")
    form = {"uid": uuid4().hex, "reason": "Teaches that course."}
    for _ in range(2):
        send(coordinator, address, **form)

    assert errors_of(empty) == ["Say why in a few words."]
    (row,) = facts(session, Completion)
    assert row.reason == "Teaches that course."
    assert "Waived: Teaches that course." in text_of(
        coordinator.get(staff_page(offering))
    )
    for _ in range(2):
        send(coordinator, f"{address}/take-back", coordinator.get(address))
    session.expire_all()
    assert completions.find_for(ada.person, first) is None
    assert actions(session) == ["waiver.give", "waiver.take_back"]


def test_the_list_takes_the_same_number_of_queries_for_one_and_for_thirty(
    coordinator, offering, first, session
):
    def look():
        session.commit()
        with counted() as statements:
            page = coordinator.get(staff_page(offering))
        return len(statements), page.text.count("<tr>")

    one = look()
    for n in range(29):
        each = make_enrollment(offering=offering, name=f"Sample {n}")
        make_completion(course=first, email=each.person.email)
    many = look()

    assert (one[0], many[0]) == (one[0], one[0])
    assert many[1] - one[1] == 29


def test_a_course_without_a_prerequisite_has_no_such_page(
    coordinator, offering, app, session
):
    assert coordinator.get(staff_page(offering)).status_code == 404
    people = coordinator.get(f"/staff/offerings/{offering.code}/people")
    assert "Prerequisite" not in people.text
