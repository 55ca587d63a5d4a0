"""An offering's mail page: what did not arrive, switches, and a course's own words."""

import re

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_instructor,
    make_offering,
    make_user,
)
from tests.views.counting import counted
from tests.views.desk import actions, at, facts, text_of
from tests.views.forms import errors_of, hidden, send
from tracker.models import OutboxMessage
from tracker.models.staff import Role
from tracker.services import messages

OWN = {"subject": "Please answer", "text": "Dear {name}, by {confirm_by}:\n\n{url}"}


@pytest.fixture
def page(offering, session):
    offering.course.title, offering.venue = "Grave Interviewing", "1 Secret Street"
    offering.title = "The course in Omaha"
    make_instructor(offering, name="Ina Teacherly")
    session.commit()
    return at(offering, "/mail/words/accepted")


def give_up(enrollment, session, count=1):
    for _ in range(count):
        messages.queue_pass_ready(enrollment, now=NINE_AM)
    session.flush()
    session.execute(
        sa.update(OutboxMessage).values(
            failed_at=NINE_AM, last_error="refused with 550", attempt_count=1
        )
    )
    session.commit()


def test_what_was_given_up_is_shown_and_sent_again_one_or_all(
    coordinator, ada, session
):
    index = at(ada.offering, "/mail")
    assert "Nothing: every mail" in text_of(coordinator.get(index))
    give_up(ada, session, 3)
    page = coordinator.get(index)
    said = text_of(page)
    assert "3 mails were given up." in said
    assert f"Ada Lovelace {ada.person.email} Pass is ready" in said
    uid = re.findall(r'name="mail" value="([^"]+)"', page.text)[0]

    one = coordinator.post(f"{index}/again", data={**hidden(page), "mail": uid})
    assert one.status_code == 303
    assert "1 mail is on the way again." in coordinator.get(index).text
    coordinator.post(f"{index}/again", data={**hidden(page), "mail": uid})
    assert "nothing was sent twice" in coordinator.get(index).text
    coordinator.post(f"{index}/again", data=hidden(page))
    assert "2 mails are on the way again." in coordinator.get(index).text

    assert actions(session, ada.offering) == ["mail.again", "mail.again"]


def test_mail_of_another_offering_is_neither_shown_nor_sent(coordinator, ada, session):
    other = make_enrollment(offering=make_offering(), name="Else Where")
    give_up(other, session)
    index = at(ada.offering, "/mail")

    assert "Else Where" not in coordinator.get(index).text
    coordinator.post(f"{index}/again", data=hidden(coordinator.get(index)))

    assert [row.failed_at for row in facts(session, OutboxMessage)] == [NINE_AM]


def test_the_page_takes_as_many_queries_for_thirty_mails_as_for_one(
    coordinator, ada, session
):
    def queries() -> int:
        with counted() as statements:
            coordinator.get(at(ada.offering, "/mail"))
        return len(statements)

    give_up(ada, session)
    few = queries()
    give_up(ada, session, 29)

    assert queries() == few


def test_what_goes_out_by_itself_is_switched(coordinator, ada, session):
    index = at(ada.offering, "/mail")
    send(coordinator, index, mails_day_before="y")  # of its page's first form: switches
    answer = coordinator.post(
        f"{index}/switches",
        data={**hidden(coordinator.get(index)), "mails_day_before": "y"},
    )

    assert answer.status_code == 303
    session.expire_all()
    assert ada.offering.policy["mails_incomplete"] is False
    assert "mails_day_before" not in ada.offering.policy  # it was on
    messages.queue_certificate_ready(ada, now=NINE_AM)
    messages.queue_day_before(ada, now=NINE_AM)
    assert [row.kind for row in facts(session, OutboxMessage)] == ["day_before"]


def test_own_words_are_kept_used_and_given_up(coordinator, page, ada, session):
    assert send(coordinator, page, **OWN).status_code == 303
    session.expire_all()
    assert ada.offering.course.mails == {"accepted": OWN}
    shown = coordinator.get(page)
    assert "Dear Alex Sample, by Tuesday, 6 October 2026, 17:00 CDT:" in text_of(shown)

    assert send(coordinator, f"{page}/standard", shown).status_code == 303

    session.expire_all()
    assert ada.offering.course.mails == {}
    assert "Please confirm your seat" in coordinator.get(page).text
    assert actions(session, ada.offering) == ["mail.words", "mail.standard"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"subject": "Interviewing"}, "would tell the topic"),
        ({"subject": "Omaha waits"}, "would tell the place"),
        ({"subject": "At Secret Street"}, "would tell the place"),
        ({"subject": "Ina waits"}, "would tell a name"),
        ({"text": "No link"}, "{url} is missing: the link."),
        ({"text": "{url} {nonsense}"}, "This mail knows no {nonsense}."),
    ],
)
def test_what_cannot_be_kept_is_said_beside_the_field_and_given_back(
    coordinator, page, ada, session, changed, sentence
):
    for act in ("save", "preview", "test"):
        answer = send(coordinator, page, **{**OWN, **changed}, act=act)

        assert answer.status_code == 422
        (said,) = errors_of(answer)
        assert sentence in said
        assert next(iter(changed.values())) in answer.text
    assert not ada.offering.course.mails
    assert facts(session, OutboxMessage) == []


def test_a_look_shows_text_and_html_and_keeps_nothing(coordinator, page, ada):
    words = {"subject": "Notice", "text": "<b>Dear</b> {name}\n\n{url}"}

    answer = send(coordinator, page, **words, act="preview")

    assert answer.status_code == 200
    assert '<p dir="auto">&lt;b&gt;Dear&lt;/b&gt; Alex Sample</p>' in answer.text
    assert "    http://127.0.0.1:5000/me" in answer.text
    assert not ada.offering.course.mails


def test_a_sample_goes_to_oneself_only_and_not_without_end(
    coordinator, page, user, session, offering
):
    answers = [send(coordinator, page, **OWN, act="test") for _ in range(11)]

    assert [each.status_code for each in answers] == [200] * 10 + [429]
    rows = facts(session, OutboxMessage)
    assert {(row.kind, row.recipient) for row in rows} == {("test", user.email)}
    assert rows[0].payload["subject"] == "Please answer"
    assert "Dear Alex Sample" in rows[0].payload["html"]
    assert not offering.course.mails


@pytest.mark.parametrize("kind", ["sign_in_code", "invitation", "nonsense"])
def test_words_that_nobody_changes_are_not_there(coordinator, offering, kind):
    assert coordinator.get(at(offering, f"/mail/words/{kind}")).status_code == 404


def test_a_coordinator_of_another_course_sees_none_of_it(staff, page):
    stranger = staff(user=make_user(Role.COORDINATOR, make_offering()))

    assert stranger.get(page).status_code == 404
