"""Applying in the browser, without a script: address, code, form, sent, followed."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.domain.test_application_entry import WHOLE
from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_application,
    make_course,
    make_enrollment,
    make_offering,
    make_person,
    make_user,
    sign_in,
)
from tests.views.counting import counted
from tests.views.desk import text_of
from tests.views.forms import errors_of, live_sessions, neutral, send, sent_code
from tracker.domain.admissions import Status, Step
from tracker.models import Application, OutboxMessage, Person, SignInCode
from tracker.services import applications, applying
from tracker.services.applications import Taken

EMAIL = "ada@agency.example.org"
QUESTIONS = [{"key": "unit", "label": "Which unit?", "kind": "text", "required": True}]
FILLED_IN = {
    "name": "Ada Sample",
    "agency": "Sample Agency",
    "title": "Investigator",
    "discipline": "Law enforcement",
    "state": "NE",
    "county": "Douglas",
    "supervisor_name": "Sam Sample",
    "supervisor_contact": "sam@agency.example.org",
    "answer-unit": "Sample unit",
}
BEFORE = NINE_AM - timedelta(days=30)


@pytest.fixture
def offering(app, clock, session):
    clock.moment = BEFORE
    course = make_course(
        questions=QUESTIONS, audience=["Law enforcement", "Prosecution"]
    )
    offering = make_offering(
        code="OPEN-1", course=course, applications_open_at=LONG_AGO
    )
    session.commit()
    return offering


@pytest.fixture
def person(app):
    return make_person(email=EMAIL, name="Ada Sample")


@pytest.fixture
def browser(app, client, person, session):
    sign_in(client, person, now=BEFORE)
    session.commit()
    return client


APPLY = "/offerings/OPEN-1/apply"


def prove(client, session, email=EMAIL):
    """Ask for a code and type it; gives where that leads."""
    asked = send(client, APPLY, email=email)
    assert (asked.status_code, asked.location) == (303, f"{APPLY}/code")
    return send(client, f"{APPLY}/code", code=sent_code(session))


def of(application, rest=""):
    return f"/me/applications/{application.public_id}{rest}"


def only(session):
    session.expire_all()
    return session.scalars(sa.select(Application)).one()


def uid_on(page):
    found = re.search(r'name="uid"[^>]*value="([^"]*)"', page.text)
    assert found
    return found.group(1)


def fill_in(client, address, act="send", **changed):
    page = client.get(address)
    uid = uid_on(page)
    return send(client, address, page, uid=uid, act=act, **{**FILLED_IN, **changed})


def test_a_stranger_applies_from_address_to_status(client, offering, session):
    page = client.get(APPLY)
    assert "Which unit?" in text_of(page)

    answer = prove(client, session)

    application = only(session)
    assert (answer.status_code, answer.location) == (303, of(application, "/form"))
    assert application.person.email == EMAIL
    sent = fill_in(client, answer.location)
    assert (sent.status_code, sent.location) == (303, of(application, "?kept=1"))
    shown = client.get(sent.location)
    assert re.search("<h1>Sent</h1>", shown.text)
    assert "A coordinator reads it and decides" in text_of(shown)
    application = only(session)
    assert (application.status, applying.entry_of(application).name) == (
        Status.SUBMITTED,
        "Ada Sample",
    )
    assert len(live_sessions(session)) == 1
    assert "OPEN-1" in text_of(client.get("/me"))
    assert client.get(APPLY).location == of(application)


def test_nobody_is_made_before_the_code_is_typed(client, offering, session):
    send(client, APPLY, email=EMAIL)

    counts = [session.scalar(sa.select(sa.func.count()).select_from(model))
              for model in (Person, Application, SignInCode)]  # fmt: skip
    assert counts == [0, 0, 1]


def strangers_and_friends(session, offering):
    make_person(email="known@example.org")
    make_enrollment(email="enrolled@example.org")
    make_enrollment(offering=offering, email="here@example.org")
    applied = make_person(email="applied@example.org")
    make_application(offering=offering, person=applied)
    make_user(email="staff@example.org")
    session.commit()
    names = ("known", "enrolled", "here", "applied", "staff", "unknown")
    return [f"{name}@example.org" for name in names]


def test_every_address_is_answered_alike_with_equal_work(app, offering, session):
    answers, work, mails = [], [], []
    for email in strangers_and_friends(session, offering):
        client = app.test_client()
        page = client.get(APPLY)
        with counted() as statements:
            asked = send(client, APPLY, page, email=email)
        answers.append((neutral(asked), neutral(client.get(f"{APPLY}/code"))))
        work.append([re.sub(r"\s+", " ", each) for each in statements])
        newest = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)
        mails.append(session.scalars(newest).one())

    assert all(answer == answers[0] for answer in answers)
    assert all(each == work[0] for each in work)
    assert [(mail.kind, mail.done_at) for mail in mails] == [("sign_in_code", None)] * 6


def test_a_wrong_code_is_counted_and_opens_nothing(client, offering, session):
    send(client, APPLY, email=EMAIL)

    answers = [send(client, f"{APPLY}/code", code="BBBBBBBB") for _ in range(5)]

    assert [each.status_code for each in answers] == [422, 422, 422, 422, 410]
    assert live_sessions(session) == []
    right = send(
        client, f"{APPLY}/code", client.get("/sign-in"), code=sent_code(session)
    )
    assert right.status_code == 410


def test_a_code_to_apply_is_worth_nothing_elsewhere(app, client, offering, session):
    send(client, APPLY, email=EMAIL)
    code, other = sent_code(session), app.test_client()
    send(other, APPLY, email="other@example.org")

    wrong = send(other, f"{APPLY}/code", code=code)
    none = send(app.test_client(), f"{APPLY}/code", client.get(APPLY), code=code)
    signing_in = send(client, "/sign-in/code", client.get(APPLY), code=code)

    assert [each.status_code for each in (wrong, none, signing_in)] == [422, 400, 410]
    assert live_sessions(session) == []


def test_the_mail_goes_to_the_address_on_record(client, offering, session):
    make_person(email="gross@example.org")
    session.commit()

    send(client, APPLY, email="Gross@Example.org")

    mail = session.scalars(sa.select(OutboxMessage)).one()
    assert mail.recipient == "gross@example.org"


def test_who_has_applied_signs_in_from_the_usual_page_too(client, offering, session):
    person = make_person(email=EMAIL)
    application = make_application(offering=offering, person=person)
    session.commit()

    send(client, "/sign-in", email=EMAIL)
    answer = send(client, "/sign-in/code", code=sent_code(session))

    assert answer.location == "/me"
    assert of(application) in client.get("/me").text


@pytest.fixture
def draft(offering, person, browser, session):
    made = applying.begin(person, offering, now=BEFORE)
    session.commit()
    return made


def test_who_is_signed_in_begins_with_a_button_once(browser, offering, session):
    page = browser.get(APPLY)
    assert f"You are signed in as {EMAIL}" in text_of(page)

    begun = [send(browser, "/me/applications", page, offering="OPEN-1")
             for _ in range(2)]  # fmt: skip

    assert [each.location for each in begun] == [of(only(session), "/form")] * 2
    assert 'value="Ada Sample"' in browser.get(begun[0].location).text


def test_what_must_be_mended_stands_beside_its_field_and_nothing_is_lost(
    browser, draft, session
):
    page = fill_in(browser, of(draft, "/form"), supervisor_name="", phone="call me")

    assert page.status_code == 422
    assert errors_of(page) == [
        "Write a telephone number, with digits only.",
        "Write the name of your supervisor.",
    ]
    assert 'value="Sample unit"' in page.text
    assert only(session).status is Status.DRAFT


def test_the_second_button_keeps_what_is_incomplete(browser, draft, session):
    answer = fill_in(browser, of(draft, "/form"), "save", name="", agency="")

    assert answer.status_code == 303
    assert "Nothing is sent yet" in browser.get(answer.location).text
    page = browser.get(of(draft, "/form")).text
    assert 'value="Investigator"' in page
    assert re.search(r'<input checked[^>]*value="Law enforcement"', page)
    assert only(session).submitted_at is None


def test_other_words_are_kept_where_none_of_the_choices_fits(browser, draft, session):
    other = {"discipline": "other", "discipline_other": "Probation"}

    fill_in(browser, of(draft, "/form"), state="other", state_other="Guam", **other)

    kept = only(session)
    assert (kept.discipline, kept.state) == ("Probation", "Guam")
    page = browser.get(of(draft, "/form")).text
    assert 'value="Probation"' in page
    assert 'value="Guam"' in page


def test_when_the_window_has_closed_it_is_not_sent_and_the_text_stays(
    browser, draft, offering, session
):
    page = browser.get(of(draft, "/form"))
    offering.applications_closed_at = BEFORE
    session.commit()

    uid = uuid4().hex
    answer = send(browser, of(draft, "/form"), page, uid=uid, act="send", **FILLED_IN)

    assert answer.status_code == 409
    assert "not open now" in text_of(answer)
    assert 'value="Sample unit"' in answer.text
    assert only(session).status is Status.DRAFT


def save(client, application, fields, version, tab="tab-1", token=None):
    token = token or client.get("/me/csrf").json["csrf_token"]
    body = {"fields": fields, "tab": tab, "version": version}
    return client.post(
        of(application, "/draft"), json=body, headers={"X-CSRFToken": token}
    )


def version_on(page):
    found = re.search(r'data-version="(\w+)"', page.text)
    assert found
    return found.group(1)


def test_a_script_keeps_what_is_typed(browser, draft, session):
    version = version_on(browser.get(of(draft, "/form")))

    answer = save(browser, draft, {"name": " Ada  S. ", "state": "NE"}, version)

    kept = only(session)
    assert (kept.details["name"], kept.state) == ("Ada S.", "NE")
    newest = version_on(browser.get(of(draft, "/form")))
    assert answer.json == {"saved": True, "version": newest}
    elsewhere = save(browser, draft, {"name": "B"}, version, tab="tab-2")
    assert elsewhere.status_code == 409
    assert only(session).details["name"] == "Ada S."


@pytest.mark.parametrize(
    "fields", [{"name": "A\0"}, {"agency": "x" * 201}, {"state": "ZZ"}, {"name": 1}]
)
def test_a_script_is_told_what_cannot_be_kept(browser, draft, session, fields):
    version = version_on(browser.get(of(draft, "/form")))

    answer = save(browser, draft, fields, version)

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert only(session).details["name"] == "Ada Sample"


def test_a_script_without_the_token_keeps_nothing(browser, draft, session):
    answer = save(browser, draft, {"name": "Eve"}, "", token="none")

    assert answer.status_code == 400
    assert only(session).details["name"] == "Ada Sample"


PAGES = ("", "/form", "/withdraw", "/team")


@pytest.mark.parametrize("rest", PAGES)
def test_somebody_elses_application_does_not_exist(browser, draft, session, rest):
    stranger = make_application(offering=draft.offering)
    session.commit()

    foreign = browser.get(of(stranger, rest))
    unknown = browser.get(f"/me/applications/{'f' * 32}{rest}")

    assert [foreign.status_code, unknown.status_code] == [404, 404]
    assert neutral(foreign)[3] == neutral(unknown)[3]


@pytest.mark.parametrize("rest", ["/form", "/withdraw", "/team", "/confirm", "/draft"])
def test_nothing_is_done_to_somebody_elses_application(browser, draft, session, rest):
    stranger = make_application(offering=draft.offering, status=Status.ACCEPTED)
    session.commit()
    page = browser.get(of(draft, "/form"))

    answer = send(browser, of(stranger, rest), page, uid=uuid4().hex, **FILLED_IN)

    assert answer.status_code == 404
    session.expire_all()
    assert stranger.status is Status.ACCEPTED


def test_a_question_is_shown_and_answered(browser, draft, person, session):
    applying.send(draft, WHOLE, uid=uuid4().hex, now=BEFORE)
    user = make_user()
    asked = Taken(now=BEFORE, user=user, note="Which county do you work in?")
    applications.take(draft, Step.ASKED, asked)
    session.commit()

    page = browser.get(of(draft))
    assert "Which county do you work in?" in text_of(page)
    fill_in(browser, of(draft, "/form"), county="Sarpy")

    kept = only(session)
    assert (kept.status, kept.county) == (Status.SUBMITTED, "Sarpy")
    assert "Which county do you work in?" not in text_of(browser.get(of(draft)))


def test_a_held_seat_is_confirmed_once(browser, offering, person, session):
    application = make_application(
        offering=offering,
        person=person,
        status=Status.ACCEPTED,
        confirm_by=BEFORE + timedelta(days=7),
    )
    session.commit()
    page = browser.get(of(application))
    assert "Please confirm by" in text_of(page)

    uid = uid_on(page)
    answers = [send(browser, of(application, "/confirm"), page, uid=uid)
               for _ in range(2)]  # fmt: skip

    assert [each.location for each in answers] == ["/me/offerings/OPEN-1"] * 2
    assert only(session).status is Status.ENROLLED
    assert browser.get("/me/offerings/OPEN-1").status_code == 200


def test_who_is_enrolled_finds_from_home_where_to_give_the_seat_back(
    browser, offering, person, session
):
    taken = make_enrollment(offering=offering, person=person)
    seat = make_application(
        offering=offering, person=person, status=Status.ENROLLED, enrollment=taken
    )
    session.commit()

    home = browser.get("/me")

    assert f'<a href="{of(seat)}">Your application for OPEN-1</a>' in home.text
    assert "Your applications" not in home.text
    assert "Give the seat back" in browser.get(of(seat)).text


def test_after_its_time_a_seat_is_not_confirmed(browser, offering, person, session):
    application = make_application(
        offering=offering, person=person, status=Status.ACCEPTED, confirm_by=BEFORE
    )
    session.commit()
    page = browser.get(of(application))
    assert "Confirm my seat" not in page.text

    answer = send(browser, of(application, "/confirm"), page, uid=uuid4().hex)

    assert answer.status_code == 409


def test_withdrawing_asks_first_and_can_be_followed_by_another(browser, draft, session):
    applying.send(draft, WHOLE, uid=uuid4().hex, now=BEFORE)
    session.commit()
    page = browser.get(of(draft, "/withdraw"))
    uid = uid_on(page)

    for _ in range(2):
        answer = send(browser, of(draft, "/withdraw"), page, uid=uid)
        assert answer.location == of(draft)

    assert only(session).status is Status.WITHDRAWN
    shown = browser.get(of(draft))
    assert "<h1>Withdrawn</h1>" in shown.text
    again = send(browser, "/me/applications", shown, offering="OPEN-1")
    assert again.location.endswith("/form")
    assert again.location != of(draft, "/form")


def test_a_free_mail_address_is_told_kindly_and_taken(client, offering, session):
    answer = prove(client, session, "ada.sample@gmail.com")

    assert "A work address helps us" in text_of(client.get(answer.location))


def test_a_draft_offering_takes_nobody(client, session, app):
    make_offering(code="OPEN-1", published_at=None, applications_open_at=LONG_AGO)
    session.commit()

    assert client.get(APPLY).status_code == 404


def test_where_no_applications_are_taken_no_code_is_sent(client, offering, session):
    page = client.get(APPLY)
    offering.applications_closed_at = BEFORE
    session.commit()

    answer = send(client, APPLY, page, email=EMAIL)

    assert answer.status_code == 422
    assert "Applications are closed" in text_of(answer)
    assert session.scalars(sa.select(OutboxMessage)).all() == []


def test_codes_are_limited_for_each_address(app, offering, session):
    statuses = [
        send(app.test_client(), APPLY, email=EMAIL).status_code for _ in range(6)
    ]

    assert statuses == [303] * 5 + [429]
