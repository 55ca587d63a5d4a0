"""A day's page, and its sign-off, asked before it acts."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import NINE_AM, make_enrollment, make_scan, sign_in
from tests.views.counting import counted
from tests.views.desk import at, facts, scan, text_of
from tests.views.forms import errors_of, send
from tracker.domain.scans import Outcome, Reason
from tracker.models import DaySignOff, OutboxMessage
from tracker.models.staff import Role
from tracker.services import contests

DAY = "/days/2026-11-03"
EVENING = NINE_AM + timedelta(hours=10)


@pytest.fixture
def evening(coordinator, clock, session):
    """The coordinator's browser, after the last segment."""
    clock.moment = EVENING
    session.commit()
    return coordinator


def test_a_day_is_signed_off_after_saying_how_many_mails_go_out(
    evening, offering, people, session
):
    for segment in offering.segments:
        scan(people[0], segment)
    session.commit()

    day = evening.get(at(offering, DAY))
    asked = evening.get(at(offering, f"{DAY}/sign-off"))

    assert "Sign this day off" in day.text
    assert "4 mails go out" in text_of(asked)  # ada of the coordinator's, too
    assert "3 of them say what is missing" in text_of(asked)
    assert facts(session, OutboxMessage) == []
    for _ in range(2):  # a double tap
        answer = send(evening, at(offering, f"{DAY}/sign-off"), asked, notes="Fine.")
        assert answer.location == at(offering, DAY)

    assert len(facts(session, OutboxMessage)) == 4
    assert [row.notes for row in facts(session, DaySignOff)] == ["Fine."]
    after = evening.get(at(offering, DAY))
    assert "Signed off by Cora Coordinator" in text_of(after)
    assert "No mail was sent again." in after.text
    assert "signed off" in text_of(evening.get(at(offering)))


def test_what_is_open_is_said_and_linked(evening, offering, ada, session):
    make_scan(
        ada, offering.segments[0], outcome=Outcome.HELD, reason=Reason.CLOCK_UNSURE
    )
    row = contests.contest(
        ada, offering.segments[1], "I was there.", uid=uuid4().hex, now=EVENING
    )
    session.commit()

    page = evening.get(at(offering, DAY))
    asked = evening.get(at(offering, f"{DAY}/sign-off"))

    assert "1 held scan of this day waits" in text_of(page)
    assert at(offering, f"/contests/{row.public_id}") in page.text
    assert "2 things are still open." in text_of(asked)


def test_a_day_that_is_not_over_offers_nothing(coordinator, offering, session):
    page = coordinator.get(at(offering, DAY))
    asked = coordinator.get(at(offering, f"{DAY}/sign-off"))
    answer = send(
        coordinator,
        at(offering, f"{DAY}/sign-off"),
        coordinator.get(at(offering, "/settings")),
    )

    assert "It can be signed off from 14:30 on." in text_of(page)
    assert "<textarea" not in asked.text
    assert answer.status_code == 409
    assert facts(session, DaySignOff) == []


def test_notes_are_limited_and_given_back(evening, offering, session):
    answer = send(evening, at(offering, f"{DAY}/sign-off"), notes="x" * 2_001)

    assert errors_of(answer) == ["Shorten this to 2,000 characters."]
    assert "x" * 2_001 in answer.text
    assert facts(session, DaySignOff) == []


@pytest.mark.parametrize(
    "day", ["2026-11-09", "2026-13-40", "today", "2026-11-3", "0000-00-00", "%00"]
)
def test_what_is_no_day_of_the_offering_is_not_there(evening, offering, day):
    for rest in ("", "/sign-off"):
        answer = evening.get(at(offering, f"/days/{day}{rest}"))
        assert answer.status_code == 404


def test_instructors_sign_nothing_off(staff, ada, offering, clock):
    clock.moment = EVENING
    instructor = staff(Role.INSTRUCTOR)

    assert instructor.get(at(offering, DAY)).status_code == 403
    assert DAY not in instructor.get(at(offering)).text


def test_the_mails_link_leads_to_where_it_can_be_contested(
    app, evening, offering, ada, session
):
    send(evening, at(offering, f"{DAY}/sign-off"))
    (mail,) = facts(session, OutboxMessage)
    link = next(line for line in mail.payload["text"].splitlines() if "/me/" in line)
    participant = app.test_client()
    sign_in(participant, ada.person, now=EVENING)
    session.commit()

    page = participant.get(link.strip().partition("//")[2].partition("/")[2])

    assert f"/me/offerings/{offering.code}/segments/1/contest" in page.text


def test_a_correction_after_the_sign_off_stays_possible_and_mails_nobody(
    evening, offering, ada, session
):
    send(evening, at(offering, f"{DAY}/sign-off"))
    form = {
        "person": ada.public_id,
        "segment": "1",
        "direction": "in",
        "when": "start",
        "chip": "seen_in_room",
        "uid": uuid4().hex,
    }

    assert send(evening, at(offering, "/attendance/by-hand"), **form).status_code == 303
    assert len(facts(session, OutboxMessage)) == 1


def test_the_day_takes_as_many_queries_for_thirty_as_for_one(
    evening, offering, ada, session
):
    def queries(rest):
        session.commit()
        with counted() as statements:
            assert evening.get(at(offering, DAY + rest)).status_code == 200
        return len(statements)

    held = {"outcome": Outcome.HELD, "reason": Reason.CLOCK_UNSURE}
    make_scan(ada, offering.segments[0], **held)
    few = [queries(""), queries("/sign-off")]
    for _ in range(30):
        make_scan(make_enrollment(offering=offering), offering.segments[0], **held)

    assert [queries(""), queries("/sign-off")] == few
