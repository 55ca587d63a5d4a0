"""The name on a certificate: confirmed, asked for, decided, printed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import NINE_AM, make_enrollment, sign_in
from tests.printed import text_of as text_of_pdf
from tests.views.desk import at, complete, facts, text_of
from tests.views.forms import errors_of, send
from tracker.models import Certificate, NameChange, OutboxMessage
from tracker.services import certificates, gates, verification
from tracker.services.audit import CLI

EVENING = NINE_AM + timedelta(hours=7)


@pytest.fixture
def participant(app, ada, session):
    client = app.test_client()
    sign_in(client, ada.person, now=NINE_AM)
    session.commit()
    return client


def own(enrollment):
    return f"/me/offerings/{enrollment.offering.code}/name"


def want(browser, enrollment, name, reason="", uid=None):
    fields = {"uid": uid or uuid4().hex, "name": name, "reason": reason}
    return send(browser, own(enrollment), **fields)


def issue(enrollment, session):
    complete(enrollment)
    return certificates.issue(enrollment, actor=CLI, now=EVENING)


def test_a_spelling_is_the_participants_own_and_is_what_is_printed(
    participant, ada, session
):
    assert want(participant, ada, "Adá  LOVE-LACE").status_code == 303

    session.refresh(ada)
    assert (ada.certificate_name, ada.name_confirmed_at) == ("Adá LOVE-LACE", NINE_AM)
    assert facts(session, NameChange) == []
    made = issue(ada, session)
    assert "Adá LOVE-LACE" in text_of_pdf(made.pdf)
    assert verification.verify(made.serial, "ada love-lace").status == "valid"


def test_another_name_waits_for_a_coordinator_and_then_is_printed(
    participant, coordinator, ada, session
):
    uid = uuid4().hex
    for _ in range(2):  # a double tap
        want(participant, ada, "Ada Byron", "I <b>married</b>.", uid=uid)
    (change,) = facts(session, NameChange)
    listed = coordinator.get(at(ada.offering, "/certificates"))
    page = at(ada.offering, f"/certificates/names/{change.public_id}")

    assert "waits for an answer" in text_of(participant.get(own(ada)))
    assert "Ada Lovelace asks for Ada Byron" in text_of(listed)
    assert "I &lt;b&gt;married" in coordinator.get(page).text
    for _ in range(2):
        assert send(coordinator, page, decision="approve").status_code == 303

    assert "approved" in text_of(participant.get(own(ada)))
    assert len(facts(session, OutboxMessage)) == 1
    assert "Ada Byron" in text_of_pdf(issue(ada, session).pdf)


def test_a_declined_name_needs_a_reason_and_changes_nothing(
    participant, coordinator, ada, session
):
    want(participant, ada, "Ada Byron")
    (change,) = facts(session, NameChange)
    page = at(ada.offering, f"/certificates/names/{change.public_id}")

    empty = send(coordinator, page, decision="decline")
    send(coordinator, page, decision="decline", answer="Show me an ID.")
    late = send(coordinator, page, page=coordinator.get(at(ada.offering, "/settings")),
                decision="approve")  # fmt: skip

    assert errors_of(empty) == ["Say why; the participant reads it."]
    assert late.status_code == 409
    assert "Show me an ID." in text_of(participant.get(own(ada)))
    session.refresh(ada)
    assert ada.certificate_name is None


def test_confirming_the_known_name_takes_back_what_was_asked_for(
    participant, ada, session
):
    want(participant, ada, "Ada Byron")
    second = want(participant, ada, "Ada King")
    want(participant, ada, "Ada Lovelace")

    (change,) = facts(session, NameChange)
    assert second.status_code == 409
    assert (change.is_approved, change.decided_at) == (None, NINE_AM)


def test_where_the_policy_says_so_the_certificate_waits_for_the_name(
    participant, ada, session
):
    ada.offering.policy = {"certificates_need_name": True}
    complete(ada)
    session.commit()

    said = [gates.gate(ada, now=EVENING).gaps]
    want(participant, ada, "Ada Byron")
    said.append(gates.gate(ada, now=EVENING).gaps)
    want(participant, ada, "Ada Lovelace")
    session.refresh(ada)

    assert said == [("name",), ("name",)]
    assert gates.gate(ada, now=EVENING).gaps == ()


@pytest.mark.parametrize("name", ["", "x" * 181, "Ada\u202eecalevoL"])
def test_a_name_that_cannot_be_printed_is_refused(participant, ada, session, name):
    assert want(participant, ada, name).status_code == 422
    assert facts(session, NameChange) == []


def test_somebody_elses_change_is_not_there(coordinator, ada, session):
    change = make_change(make_enrollment(name="Elsewhere"), session)

    assert coordinator.get(
        at(ada.offering, f"/certificates/names/{change.public_id}")
    ).status_code == 404  # fmt: skip
    assert facts(session, Certificate) == []


def make_change(enrollment, session):
    row = NameChange(
        public_id=uuid4().hex,
        enrollment_id=enrollment.id,
        name="Ada Byron",
        made_at=NINE_AM,
    )
    session.add(row)
    session.commit()
    return row
