"""A lead names a team: each sends their own, and the lead learns nothing else."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_application,
    make_enrollment,
    make_offering,
    make_person,
    sign_in,
)
from tests.views.desk import text_of
from tests.views.forms import errors_of, send, sent_code
from tracker.domain.admissions import Status
from tracker.models import Application, OutboxMessage, Person

BEFORE = NINE_AM - timedelta(days=30)


@pytest.fixture
def offering(app, clock):
    clock.moment = BEFORE
    return make_offering(code="OPEN-1", applications_open_at=LONG_AGO)


@pytest.fixture
def lead(offering):
    person = make_person(email="lead@example.org", name="Lee Sample")
    return make_application(offering=offering, person=person)


@pytest.fixture
def browser(client, lead, session):
    sign_in(client, lead.person, now=BEFORE)
    session.commit()
    return client


@pytest.fixture
def team(lead):
    return f"/me/applications/{lead.public_id}/team"


def rows_of(*named):
    fields: dict[str, str] = {}
    for n, (name, email) in enumerate(named):
        fields |= {f"name_{n}": name, f"email_{n}": email}
    return fields


BEN, CLEO = ("Ben Sample", "ben@example.org"), ("Cleo Sample", "cleo@example.org")


def mails(session):
    found = session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
    return [(each.kind, each.recipient) for each in found]


def test_each_who_is_named_gets_a_draft_and_a_mail_once(browser, lead, team, session):
    for _ in range(2):
        answer = send(browser, team, **rows_of(BEN, CLEO))
        assert (answer.status_code, answer.location) == (303, team)

    drafts = session.scalars(sa.select(Application).filter_by(lead_id=lead.id)).all()
    assert {(each.details["name"], each.status) for each in drafts} == {
        ("Ben Sample", Status.DRAFT),
        ("Cleo Sample", Status.DRAFT),
    }
    assert {each.person.name for each in drafts} == {""}
    assert sorted(mails(session)) == [
        ("team_member", "ben@example.org"),
        ("team_member", "cleo@example.org"),
    ]
    assert "Ben Sample not sent yet" in text_of(browser.get(team))


def test_a_member_signs_in_completes_and_sends_and_the_lead_sees_only_that(
    app, browser, team, session
):
    send(browser, team, **rows_of(BEN))
    member = app.test_client()

    send(member, "/offerings/OPEN-1/apply", email="ben@example.org")
    answer = send(member, "/offerings/OPEN-1/apply/code", code=sent_code(session))

    page = member.get(answer.location)
    assert 'value="Ben Sample"' in page.text
    (draft,) = session.scalars(sa.select(Application).filter_by(status=Status.DRAFT))
    draft.submitted_at, draft.status = BEFORE, Status.SUBMITTED
    draft.details = draft.details | {"name": "Benjamin Q. Sample"}
    session.commit()
    shown = text_of(browser.get(team))
    assert "Ben Sample sent" in shown
    assert "Benjamin" not in shown
    assert member.get(team).status_code == 404


def test_who_has_applied_or_is_enrolled_already_looks_like_anybody_else(
    browser, offering, team, session
):
    applied = make_person(email="ben@example.org")
    make_application(offering=offering, person=applied)
    make_enrollment(offering=offering, email="cleo@example.org")
    session.commit()
    new = ("Dee Sample", "dee@example.org")

    send(browser, team, **rows_of(BEN, CLEO, new))

    shown = text_of(browser.get(team))
    for name in ("Ben", "Cleo", "Dee"):
        assert f"{name} Sample not sent yet" in shown
    assert mails(session) == [("team_member", "dee@example.org")]
    assert applied.name == "Sample Person"


@pytest.mark.parametrize(
    ("rows", "errors"),
    [
        ([], ["Name somebody."]),
        ([("Ben", "")], ["Write an e-mail address, like name@agency.org."]),
        ([("", "ben@example.org")], ["The name is missing."]),
        ([("Lee", "LEAD@example.org")], ["This is your own address."]),
        ([BEN, ("B", BEN[1])], ["This address stands in another row too."]),
        ([("A\0", "ben@example.org")],
         ["The name holds a character that cannot be printed."]),
    ],
)  # fmt: skip
def test_one_row_that_must_be_mended_refuses_all(browser, team, session, rows, errors):
    answer = send(browser, team, **rows_of(*rows))

    assert (answer.status_code, errors_of(answer)) == (422, errors)
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 1
    assert mails(session) == []


def test_a_team_has_at_most_twenty(browser, lead, team, session):
    named = [{"name": "S", "email": f"{n}@example.org", "application": None}
             for n in range(18)]  # fmt: skip
    lead.details = lead.details | {"team": named}
    session.commit()

    answer = send(browser, team, **rows_of(BEN, CLEO, ("Dee", "dee@example.org")))

    assert answer.status_code == 422
    assert "at most 20" in text_of(answer)
    assert send(browser, team, **rows_of(BEN, CLEO)).status_code == 303
    assert "the most for one team" in text_of(browser.get(team))


def test_nobody_is_named_once_the_window_has_closed(browser, offering, team, session):
    page = browser.get(team)
    offering.applications_closed_at = BEFORE
    session.commit()

    assert "Nobody can be named now" in text_of(browser.get(team))
    assert send(browser, team, page, **rows_of(BEN)).status_code == 409


def test_a_lead_says_their_own_name_first(browser, lead, team, session):
    lead.details = lead.details | {"name": ""}
    session.commit()

    answer = send(browser, team, **rows_of(BEN))

    assert answer.status_code == 422
    assert "Write your own name" in text_of(answer)
