"""People: somebody's page with every fact, the list, passes and seats."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_pass,
    make_scan,
)
from tests.views.counting import counted
from tests.views.desk import (
    act_of,
    actions,
    at,
    facts,
    make_certificate,
    of,
    rows,
    scan,
    text_of,
)
from tests.views.forms import send
from tracker.domain.scans import Direction, Outcome, Reason
from tracker.models import (
    Pass,
)
from tracker.models.staff import Role
from tracker.services import corrections

# Somebody's page.


def test_a_person_is_shown_with_every_fact_and_who_made_it(
    coordinator, ada, user, session
):
    first, second, _ = ada.offering.segments
    scan(ada, first, at=NINE_AM + timedelta(minutes=1))
    make_scan(ada, second, outcome=Outcome.REFUSED, reason=Reason.TOO_EARLY, at=NINE_AM)
    act = act_of(user, "badge_forgotten", "At the desk")
    corrections.check_in_by_hand(ada, first, at=NINE_AM, act=act)
    session.commit()

    said = text_of(coordinator.get(of(ada)))

    assert "Ada Lovelace Agency A 1 of 3 segments" in said
    assert "Tue 3 Nov, 09:01 Scanned in" in said
    assert "Refused: check-in had not opened" in said
    assert (
        "Checked in by hand for 09:00: badge forgotten, At the desk (Cora Coordinator)"
    ) in said
    assert "Segments 2 and 3 not complete." in said


def test_an_instructor_reads_a_person_but_can_change_nothing_there(
    staff, coordinator, ada, session
):
    scan(ada, ada.offering.segments[0])
    make_scan(ada, None, outcome=Outcome.HELD, reason=Reason.SEGMENT_UNCLEAR)
    session.commit()

    page = staff(Role.INSTRUCTOR).get(of(ada))

    addresses = re.findall(r'(?:href|action)="([^"]*people/[^"]*)"', page.text)
    assert addresses == []
    assert "Check in by hand" in page.text
    assert ada.person.email not in page.text
    assert "Void the check-in" in coordinator.get(of(ada)).text


def test_who_has_a_certificate_and_so_has_answered_is_told_the_coordinator_only(
    staff, coordinator, ada, session
):
    make_certificate(ada)
    session.commit()

    assert "certificate issued" in text_of(coordinator.get(of(ada)))
    assert "certificate issued" not in text_of(staff(Role.INSTRUCTOR).get(of(ada)))


def test_one_fact_and_thirty_cost_the_same_statements(coordinator, ada, user, session):
    scan(ada, ada.offering.segments[0])
    session.commit()
    coordinator.get(of(ada))
    with counted() as few:
        coordinator.get(of(ada))
    for minutes in range(29):
        make_scan(
            ada, ada.offering.segments[0], at=NINE_AM + timedelta(minutes=minutes)
        )
    session.commit()

    with counted() as many:
        page = coordinator.get(of(ada))

    assert page.text.count("Scanned in") == 30
    assert len(many) == len(few)


# The list of people.


def test_people_are_listed_with_the_state_of_their_pass(coordinator, ada, session):
    make_pass(ada)
    gone = make_enrollment(offering=ada.offering, name="Gil Gone", withdrawn_at=NINE_AM)
    again = make_enrollment(offering=ada.offering, name="Bo Again")
    make_pass(again, revoked_at=NINE_AM)
    make_pass(again)
    session.commit()

    page = coordinator.get(at(ada.offering, "/people"))

    rows = re.findall(r"<tr>(.*?)</tr>", page.text, re.DOTALL)[1:]
    said = [" ".join(re.sub(r"<[^>]*>", " ", unescape(row)).split()) for row in rows]
    mails = [each.person.email for each in (ada, again, gone)]
    assert said == [
        f"Ada Lovelace Agency A {mails[0]} ready 0 of 3",
        f"Bo Again Sample Agency {mails[1]} replaced 0 of 3",
        f"Gil Gone seat given back Sample Agency {mails[2]} none –",
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [("", 120), ("?q=PERSON+00", 10), ("?q=agency", 120), ("?q=nobody", 0)],
)
def test_people_are_found_by_a_part_of_name_or_agency(
    staff, offering, session, query, count
):
    for number in range(120):
        make_enrollment(offering=offering, name=f"Person {number:03}")
    browser = staff()

    page = browser.get(at(offering, f"/people{query}"))

    assert text_of(page).split()[:3] == ["People", str(count), "people"]
    assert page.text.count("<tr>") - 1 == (min(count, 100) if count else -1)


def test_the_list_costs_the_same_statements_for_one_and_thirty(
    coordinator, ada, session
):
    with counted() as few:
        coordinator.get(at(ada.offering, "/people"))
    for _ in range(29):
        make_pass(make_enrollment(offering=ada.offering))
    session.commit()

    with counted() as many:
        page = coordinator.get(at(ada.offering, "/people"))

    assert page.text.count("<tr>") == 31
    assert len(many) == len(few)


@pytest.mark.parametrize(
    ("kind", "start"), [("csv", b"enrollment,name,agency,1,2,3"), ("xlsx", b"PK")]
)
def test_an_export_is_a_logged_post(coordinator, ada, session, kind, start):
    people = at(ada.offering, "/people")

    answer = send(
        coordinator, f"{people}/export", page=coordinator.get(people), kind=kind
    )

    assert answer.data.startswith(start)
    assert answer.headers["Content-Disposition"] == (
        f"attachment; filename={ada.offering.code}-attendance.{kind}"
    )
    assert actions(session, ada.offering) == ["attendance.export"]
    assert coordinator.get(f"{people}/export").status_code == 404  # nobody's id


# Pass and seat.


def test_a_pass_is_replaced_once_however_often_it_is_tapped(coordinator, ada, session):
    make_pass(ada)
    session.commit()
    page = coordinator.get(of(ada, "/pass"))

    answers = [
        send(coordinator, of(ada, "/pass"), page=page, pass_count="1") for _ in range(2)
    ]

    passes = facts(session, Pass)
    assert [answer.location for answer in answers] == [of(ada)] * 2
    assert 'name="pass_count" value="1"' in page.text
    assert [row.revoked_at for row in passes] == [NINE_AM, None]
    assert actions(session, ada.offering) == ["pass.replace"]


def test_a_seat_is_given_back_after_asking(coordinator, ada, session):
    asked = coordinator.get(of(ada, "/withdraw"))

    send(coordinator, of(ada, "/withdraw"))

    session.refresh(ada)
    assert "Give back the seat of Ada Lovelace" in asked.text
    assert ada.withdrawn_at == NINE_AM
    assert "seat given back" in coordinator.get(of(ada)).text
    assert "Ada Lovelace" not in coordinator.get(at(ada.offering, "/attendance")).text


# Leaving.


def test_leaving_early_and_coming_back_show_with_the_minutes(
    coordinator, ada, session, clock
):
    first, second, _ = ada.offering.segments
    for segment in (first, second):
        segment.needs_check_out = True
        scan(ada, segment)
        scan(ada, segment, minutes=30, direction=Direction.OUT)
    scan(ada, second, minutes=40)
    clock.moment = second.starts_at + timedelta(minutes=60)
    session.commit()

    said = text_of(coordinator.get(of(ada)))
    board = coordinator.get(at(ada.offering, "/attendance"))

    assert "left early, in at 09:00, out at 09:30, 30 of 90 minutes" in said
    assert "in at 11:00, out at 11:30, back at 11:40, 90 of 90 minutes" in said
    assert rows(board)["Ada Lovelace"][:2] == ("left", "in")
    assert "Left early" in board.text
