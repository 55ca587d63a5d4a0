"""Every kind of mail: to its person, in calm words, with its link, and no more."""

from datetime import date

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_course, make_enrollment, make_offering, save
from tracker.db import db
from tracker.domain import mail_texts, mails
from tracker.domain.admissions import Status
from tracker.domain.mails import KINDS, PLACEHOLDERS, Kind
from tracker.models import Application, OutboxMessage
from tracker.services import letters, messages

HOSTILE = '<img src=x onerror="alert(1)">{{7*7}}{url}'


@pytest.fixture
def offering(app):
    course = make_course(title="Grave subject", topics=["Interviewing"])
    return make_offering(code="MAILS", course=course, venue="1 Secret Street")


@pytest.fixture
def ada(offering):
    return make_enrollment(offering=offering, name="Ada Sample")


@pytest.fixture
def application(offering, ada):
    return make_application(ada, public_id="a" * 32, confirm_by=NINE_AM)


def make_application(enrollment, **fields):
    defaults = {
        "offering": enrollment.offering,
        "person": enrollment.person,
        "status": Status.SUBMITTED,
        "details": {"name": enrollment.person.name},
        "started_at": NINE_AM,
    }
    return save(Application(**{**defaults, **fields}))


def newest() -> OutboxMessage:
    rows = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)
    return db.session.scalars(rows).one()


STATUS_PAGE = "/me/applications/" + "a" * 32
FORM, OWN = "/offerings/MAILS/apply", "/me/offerings/MAILS"
OF_APPLICATIONS = {
    Kind.APPLICATION_RECEIVED: (messages.queue_application_received, STATUS_PAGE),
    Kind.APPLICATION_INCOMPLETE: (messages.queue_application_incomplete, FORM),
    Kind.TEAM_MEMBER: (messages.queue_team_member, FORM),
    Kind.ACCEPTED: (messages.queue_accepted, STATUS_PAGE),
    Kind.SEAT_OFFERED: (messages.queue_seat_offered, STATUS_PAGE),
    Kind.WAITLISTED: (messages.queue_waitlisted, STATUS_PAGE),
    Kind.DECLINED: (messages.queue_declined, STATUS_PAGE),
    Kind.LAPSED: (messages.queue_lapsed, STATUS_PAGE),
    Kind.WITHDRAWN: (messages.queue_withdrawn, STATUS_PAGE),
}
OF_ENROLLMENTS = {
    Kind.PASS_READY: (messages.queue_pass_ready, OWN),
    Kind.DAY_BEFORE: (messages.queue_day_before, OWN),
    Kind.EVALUATION_OPEN: (messages.queue_evaluation_open, f"{OWN}/evaluation"),
    Kind.CERTIFICATE_READY: (messages.queue_certificate_ready, OWN),
}


@pytest.mark.parametrize("kind", [*OF_APPLICATIONS, *OF_ENROLLMENTS])
def test_a_mail_goes_to_its_person_with_its_link(application, ada, kind):
    queue, path = (OF_APPLICATIONS | OF_ENROLLMENTS)[kind]

    queue(application if kind in OF_APPLICATIONS else ada, now=NINE_AM)

    mail = newest()
    assert (mail.kind, mail.recipient) == (kind, ada.person.email)
    assert mail.offering_id == ada.offering_id
    url = f"http://127.0.0.1:5000{path}"
    assert f"    {url}\n" in mail.payload["text"]
    assert f'<a href="{url}">{url}</a>' in mail.payload["html"]


def test_a_question_and_its_lines_reach_the_applicant(application):
    messages.queue_asked(application, "Which unit?\n\nSince <when>?", now=NINE_AM)

    mail = newest()
    assert "Which unit?\n\nSince <when>?" in mail.payload["text"]
    assert "Which unit?<br><br>Since &lt;when&gt;?" in mail.payload["html"]


def test_a_date_to_confirm_by_is_that_of_the_offerings_zone(application):
    messages.queue_accepted(application, now=NINE_AM)

    assert "until Tuesday, 3 November 2026, 09:00 CST." in newest().payload["text"]


def test_whoever_has_applied_is_told_that_it_is_cancelled(offering, ada):
    messages.queue_offering_cancelled(offering, ada.person, "A storm.", now=NINE_AM)

    assert "A storm." in newest().payload["text"]
    assert newest().recipient == ada.person.email


def test_what_is_missing_is_said_with_its_deadline(ada):
    by = date(2027, 11, 3)
    messages.queue_missed_segment(ada, [2, 3], by, now=NINE_AM)

    assert (
        "segments 2 and 3. What was missed can be made up for until 3 November 2027"
        in (newest().payload["text"])
    )


def test_a_lead_is_named_to_the_team_and_a_hostile_one_is_not(application, offering):
    lead = make_application(make_enrollment(offering=offering, name="Lee Sample"))
    application.lead_id = lead.id
    messages.queue_team_member(application, now=NINE_AM)
    assert newest().payload["text"].startswith("Lee Sample has named you")

    lead.details = {"name": "Prize: https://evil.example"}
    messages.queue_team_member(application, now=NINE_AM)
    assert newest().payload["text"].startswith("A colleague has named you")


def test_what_a_lead_calls_a_member_is_no_message_to_them(application, offering):
    lead = make_application(make_enrollment(offering=offering, name="Lee Sample"))
    application.lead_id, application.email_verified_at = lead.id, None
    application.details = {"name": "Prize: https://evil.example"}
    words = {"subject": "Please confirm", "text": "Dear {name},\n\n{url}"}
    offering.course.mails = {Kind.TEAM_MEMBER.value: words}

    messages.queue_team_member(application, now=NINE_AM)

    assert newest().payload["text"].startswith("Dear colleague,")


@pytest.mark.parametrize("kind", Kind)
def test_no_standard_text_tells_more_than_its_kind_may(app, kind):
    subject, text = letters.standard_words(kind)

    used = set(mail_texts.PLACEHOLDER.findall(text))
    allowed = set(mails.placeholders_of(kind))
    needed = {name for name in allowed if PLACEHOLDERS[name].is_required}
    assert "{" not in subject
    assert needed <= used <= allowed
    assert "!" not in subject + text


@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if KINDS[kind].is_about_offering]
)
def test_names_and_notes_are_shown_literally(app, offering, kind):
    values = dict.fromkeys(mails.placeholders_of(kind), HOSTILE)
    offering.course.mails = {
        kind: {"subject": "Notice", "text": "Dear {name}.\n\n{url}"}
    }

    letter = letters.write(kind, values, offering.course)

    assert letter.subject == "Notice"
    assert f"Dear {HOSTILE}." in letter.text
    assert "<img" not in letter.html
    assert "&lt;img src=x onerror=&#34;alert(1)&#34;&gt;{{7*7}}{url}" in letter.html


def test_a_mail_holds_nothing_that_is_fetched_or_told_back(app):
    values = {name: each.sample for name, each in PLACEHOLDERS.items()}

    html = letters.write(Kind.ACCEPTED, values).html

    for word in ("<img", "<script", "<link", "src=", "url(", "background", "color:"):
        assert word not in html
    assert html.startswith("<!doctype html>")


def test_a_preview_is_what_would_be_sent_and_sends_nothing(application):
    letter = messages.preview(Kind.DECLINED, application, note="Another time.")
    assert db.session.scalars(sa.select(OutboxMessage)).all() == []

    messages.queue_declined(application, "Another time.", now=NINE_AM)
    assert newest().payload == {
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
    }
