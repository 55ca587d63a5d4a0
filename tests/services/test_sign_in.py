"""Codes by e-mail: bound to a browser, thirty minutes, five tries, once."""

import threading
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_enrollment,
    make_offering,
    make_person,
)
from tests.services.mailing import rows
from tracker.db import db
from tracker.errors import GoneError
from tracker.models import OutboxMessage, SignInCode, SignInSession
from tracker.services import codes, people, sign_in

EMAIL = "alex@example.org"
FORM = "form-1"


@pytest.fixture
def person(app):
    return make_enrollment(email=EMAIL).person


@pytest.fixture
def ask(session):
    """Ask for a code; gives the browser's secret and the code that was mailed."""

    def ask(email=EMAIL, form_id="", now=NINE_AM):
        browser = sign_in.request_code(email, form_id, now=now)
        session.flush()
        return browser, sent_code(session)

    return ask


def sent_code(session):
    newest = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)
    text = session.scalars(newest).one().payload["text"]
    return next(line.strip() for line in text.splitlines() if line.startswith("    "))


def test_the_code_signs_in_the_person_it_was_sent_to(person, ask):
    browser, code = ask()

    tried = sign_in.try_code(browser, code, FORM, now=NINE_AM)

    assert tried == sign_in.Try(person, 0)


@pytest.mark.parametrize("typed", [str.lower, lambda c: f" {c[:4]}-{c[4:]} "])
def test_a_code_may_be_typed_as_people_type(person, ask, typed):
    browser, code = ask()

    tried = sign_in.try_code(browser, typed(code), FORM, now=NINE_AM)

    assert tried.person == person


def test_codes_have_more_than_thirty_bits(person, ask):
    made = {ask()[1] for _ in range(20)}

    assert len(made) == 20
    assert {len(code) for code in made} == {8}
    assert set("".join(made)) <= set(codes.CODE_LETTERS)
    assert len(codes.CODE_LETTERS) ** 8 > 2**34


def test_the_code_alone_is_worth_nothing_in_another_browser(person, ask):
    _, code = ask()
    other, _ = ask()

    assert sign_in.try_code(other, code, FORM, now=NINE_AM).person is None
    with pytest.raises(GoneError):
        sign_in.try_code("mbro_unknown", code, FORM, now=NINE_AM)
    with pytest.raises(GoneError):
        sign_in.try_code("", code, FORM, now=NINE_AM)


def test_a_code_is_good_for_thirty_minutes(person, ask):
    browser, code = ask()
    last_moment = NINE_AM + timedelta(minutes=30) - timedelta(seconds=1)

    with pytest.raises(GoneError):
        sign_in.try_code(browser, code, FORM, now=NINE_AM + timedelta(minutes=30))
    assert sign_in.try_code(browser, code, FORM, now=last_moment).person == person


def test_the_fifth_try_still_counts_and_the_sixth_does_not(person, ask):
    browser, code = ask()
    wrong = [sign_in.try_code(browser, "B", FORM, now=NINE_AM) for _ in range(4)]

    assert [tried.tries_left for tried in wrong] == [4, 3, 2, 1]
    assert sign_in.try_code(browser, code, FORM, now=NINE_AM).person == person

    browser, code = ask()
    for _ in range(5):
        sign_in.try_code(browser, "B", FORM, now=NINE_AM)
    with pytest.raises(GoneError):
        sign_in.try_code(browser, code, FORM, now=NINE_AM)


def test_a_used_code_is_used_up(person, ask):
    browser, code = ask()
    sign_in.try_code(browser, code, FORM, now=NINE_AM)

    for form_id in ("form-2", ""):
        with pytest.raises(GoneError):
            sign_in.try_code(browser, code, form_id, now=NINE_AM)


def test_a_code_used_without_a_form_id_is_used_up_too(person, ask):
    browser, code = ask()
    sign_in.try_code(browser, code, "", now=NINE_AM)

    with pytest.raises(GoneError):
        sign_in.try_code(browser, code, "", now=NINE_AM)


def test_the_same_form_again_is_answered_again_for_a_minute(person, ask):
    browser, code = ask()
    first = sign_in.try_code(browser, code, FORM, now=NINE_AM)
    soon, late = NINE_AM + timedelta(seconds=50), NINE_AM + timedelta(seconds=70)

    assert sign_in.try_code(browser, code, FORM, now=soon) == first
    with pytest.raises(GoneError):
        sign_in.try_code(browser, "BCDFGHJK", FORM, now=soon)
    with pytest.raises(GoneError):
        sign_in.try_code(browser, code, FORM, now=late)


def test_a_form_sent_twice_sends_one_mail(person, session, ask):
    answers = {ask(form_id="form", now=NINE_AM + timedelta(seconds=n)) for n in (0, 59)}

    ((browser, code),) = answers
    assert count_mails(session) == 1
    assert sign_in.try_code(browser, code, FORM, now=NINE_AM).person == person


def test_a_form_sent_again_later_sends_a_new_code_in_place_of_the_old(
    person, session, ask
):
    browser, code = ask(form_id="form")
    for _ in range(5):
        sign_in.try_code(browser, "B", FORM, now=NINE_AM)

    later = NINE_AM + timedelta(minutes=1)
    again, new = ask(form_id="form", now=later)

    assert (again, count_mails(session)) == (browser, 2)
    assert sign_in.try_code(browser, code, FORM, now=later).person is None
    assert sign_in.try_code(browser, new, FORM, now=later).person == person


def test_after_signing_in_the_same_form_gets_a_new_code_at_once(person, session, ask):
    browser, code = ask(form_id="form")
    sign_in.try_code(browser, code, FORM, now=NINE_AM)

    browser, new = ask(form_id="form")

    assert count_mails(session) == 2
    assert sign_in.try_code(browser, new, "other", now=NINE_AM).person == person


def test_forms_and_addresses_do_not_share_a_browser_secret(person, ask):
    secrets = {
        ask(email, form_id)[0]
        for email in (EMAIL, "stranger@example.org")
        for form_id in ("form", "other", "", "")
    }

    assert len(secrets) == 8


def count_mails(session):
    return session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))


def test_an_unknown_address_leaves_the_same_rows_and_sends_nothing(session, ask):
    browser, code = ask("stranger@example.org")

    (row,) = session.scalars(sa.select(SignInCode)).all()
    (mail,) = session.scalars(sa.select(OutboxMessage)).all()
    assert (row.person_id, row.try_count, row.used_at) == (None, 0, None)
    assert (mail.recipient, mail.done_at) == ("", NINE_AM)
    assert sign_in.try_code(browser, code, FORM, now=NINE_AM) == sign_in.Try(None, 4)


@pytest.mark.parametrize("withdrawn_at", [None, NINE_AM])
def test_only_who_is_enrolled_gets_a_code(session, ask, withdrawn_at):
    person = make_person(email=EMAIL)
    if withdrawn_at:
        make_enrollment(person=person, withdrawn_at=withdrawn_at)

    ask()

    assert session.scalars(sa.select(OutboxMessage)).one().recipient == ""


def test_the_mail_goes_to_the_address_on_record_not_to_one_that_folds_to_it(
    session, ask
):
    make_enrollment(email="gross@example.org")

    ask("GROß@example.org")

    assert session.scalars(sa.select(OutboxMessage)).one().recipient == (
        "gross@example.org"
    )


def test_the_mail_tells_nothing_but_the_code(person, session, ask):
    person.name = "Alex Sample"
    _, code = ask()

    mail = session.scalars(sa.select(OutboxMessage)).one()
    assert mail.payload["subject"] == "Your sign-in code"
    assert code in mail.payload["text"]
    assert "Alex" not in mail.payload["text"]
    assert "http" not in mail.payload["text"]


def test_the_database_alone_does_not_give_the_code_away(person, session, ask):
    browser, code = ask()

    row = session.scalars(sa.select(SignInCode)).one()
    stored = session.execute(sa.text("SELECT * FROM outbox_messages")).one()
    assert browser.encode() not in row.browser_hash
    assert not any(code.encode() in bytes(v) for v in stored if isinstance(v, bytes))


def test_a_session_lasts_until_two_days_after_the_last_offering(session):
    person = make_person()
    for day in (5, 12):
        offering = make_offering(ends_on=date(2026, 11, day))
        make_enrollment(person=person, offering=offering)
    withdrawn = make_offering(ends_on=date(2026, 11, 20))
    make_enrollment(person=person, offering=withdrawn, withdrawn_at=LONG_AGO)

    sign_in.begin_session(person, now=NINE_AM)
    session.flush()

    # The 12th ends in Omaha at six in the morning, UTC.
    (row,) = session.scalars(sa.select(SignInSession)).all()
    assert row.expires_at.isoformat() == "2026-11-15T06:00:00+00:00"
    assert people.last_offering_end(make_person()) is None


def test_a_session_never_lasts_more_than_thirty_days(session):
    offering = make_offering(ends_on=date(2027, 11, 5))
    person = make_enrollment(offering=offering).person

    sign_in.begin_session(person, now=NINE_AM)
    session.flush()

    (row,) = session.scalars(sa.select(SignInSession)).all()
    assert row.expires_at == NINE_AM + timedelta(days=30)


def test_a_person_is_found_however_the_address_is_written(person):
    assert people.find_person_by_email(" ALEX@Example.org ") == person
    assert people.find_person_by_email("alex@example.com") is None


def test_four_taps_at_once_send_one_mail(mailer):
    with mailer.app_context():
        make_enrollment(email=EMAIL)
        db.session.commit()

    def tap() -> None:
        with mailer.app_context():
            browsers.append(sign_in.request_code(EMAIL, "form", now=NINE_AM))
            db.session.commit()

    browsers: list[str] = []
    taps = [threading.Thread(target=tap) for _ in range(4)]
    for thread in taps:
        thread.start()
    for thread in taps:
        thread.join()

    assert (len(browsers), len(set(browsers))) == (4, 1)
    assert len(rows(mailer)) == 1
