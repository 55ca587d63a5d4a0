"""Checking people in by hand, and undoing exactly that."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_enrollment,
    make_offering,
    make_segment,
    make_user,
)
from tests.views.desk import board_of, facts, make_certificate, rows, scan
from tests.views.forms import errors_of, send
from tracker.domain.attendance import CorrectionKind
from tracker.models import AuditEntry
from tracker.models.staff import Role
from tracker.services import schedules


@pytest.fixture
def later(clock):
    """Forty minutes into the first segment."""
    clock.moment = NINE_AM + timedelta(minutes=40)


def by_hand(browser, offering, who, **fields):
    """Fill in the form for somebody and send it."""
    form = {
        "uid": uuid4().hex,
        "person": who.public_id,
        "segment": "1",
        "direction": "in",
        "when": "now",
        "chip": "badge_forgotten",
        **fields,
    }
    return send(browser, board_of(offering, "/by-hand"), **form)


def test_the_form_is_filled_in_with_what_was_clicked(instructor, offering, people):
    query = f"/by-hand?person={people[1].public_id}&segment=1"

    page = instructor.get(board_of(offering, query))

    assert f'<option selected value="{people[1].public_id}">Björn Ek' in page.text
    assert '<option selected value="1">1. Segment 1' in page.text
    assert 'checked id="when-0"' in page.text or 'id="when-0" name="when"' in page.text


def test_only_segments_that_have_opened_are_offered(instructor, offering, clock):
    clock.moment = NINE_AM - timedelta(minutes=61)

    page = instructor.get(board_of(offering, "/by-hand"))

    assert "No segment has opened for check-in yet." in page.text


def test_a_check_in_by_hand_shows_on_the_board_and_can_be_undone(
    instructor, offering, people, session
):
    answer = by_hand(instructor, offering, people[0])

    board = instructor.get(answer.location)
    (made,) = facts(session)
    assert (answer.status_code, answer.location) == (303, board_of(offering))
    assert (made.kind, made.at, made.chip) == (
        CorrectionKind.CHECK_IN,
        NINE_AM,
        "badge_forgotten",
    )
    assert rows(board)["Ada Lovelace"] == ("in", "soon", "soon", 1)
    assert "Ada Lovelace is checked in to segment 1." in board.text

    undo = board_of(offering, f"/by-hand/{made.public_id}/undo")
    undone = send(instructor, undo, page=board)

    assert undone.location == board_of(offering)
    page = instructor.get(undone.location)
    assert rows(page)["Ada Lovelace"] == ("wait", "soon", "soon", 0)
    assert [row.voids_correction for row in facts(session)] == [
        None,
        made.public_id,
    ]


def test_undo_takes_back_that_check_in_and_no_other(
    instructor, offering, people, session
):
    scan(people[0], offering.segments[0], minutes=2)
    session.commit()
    by_hand(instructor, offering, people[0])
    (made,) = facts(session)
    undo = board_of(offering, f"/by-hand/{made.public_id}/undo")

    for _ in range(2):
        send(instructor, undo, page=instructor.get(board_of(offering, "/by-hand")))

    assert rows(instructor.get(board_of(offering)))["Ada Lovelace"][0] == "in"
    assert len(facts(session)) == 2


def test_a_double_tap_checks_in_once(instructor, offering, people, session, clock):
    uid, answers = uuid4().hex, []

    for _ in range(2):
        clock.moment += timedelta(seconds=1)
        answers.append(by_hand(instructor, offering, people[0], uid=uid))

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(facts(session)) == 1


def test_on_a_mirrored_screen_a_check_in_shows_no_name(instructor, offering, people):
    instructor.set_cookie("muster_names", "hidden")

    page = instructor.get(
        board_of(offering, f"/by-hand?person={people[0].public_id}&segment=1")
    )
    answer = by_hand(instructor, offering, people[0])

    assert "<details><summary>The person is chosen. Show the names" in page.text
    said = instructor.get(answer.location).text
    assert "One person is checked in to segment 1." in said


def test_who_has_given_the_seat_back_is_not_checked_in(
    instructor, offering, people, session
):
    people[0].withdrawn_at = NINE_AM
    session.commit()

    answer = by_hand(instructor, offering, people[0])

    assert (answer.status_code, facts(session)) == (422, [])
    assert "This person has given the seat back." in answer.text


def test_who_stayed_is_checked_out_by_hand_where_that_is_asked_for(
    instructor, offering, people, session, clock
):
    assert by_hand(instructor, offering, people[0], direction="out").status_code == 422
    segment = offering.segments[0]
    segment.needs_check_out = True
    schedules.raise_schedule_version(offering.id)
    session.commit()
    clock.moment = segment.ends_at + timedelta(minutes=5)
    by_hand(instructor, offering, people[0], when="start")

    by_hand(instructor, offering, people[0], direction="out", when="end")

    assert [(row.kind, row.at) for row in facts(session)] == [
        (CorrectionKind.CHECK_IN, NINE_AM),
        (CorrectionKind.CHECK_OUT, segment.ends_at),
    ]
    assert rows(instructor.get(board_of(offering)))["Ada Lovelace"][0] == "in"


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"when": "start"}, NINE_AM),
        ({"when": "other", "at": "2026-11-03T09:04"}, NINE_AM + timedelta(minutes=4)),
    ],
)
def test_the_time_is_the_start_or_one_of_the_place(
    instructor, offering, people, session, fields, expected
):
    by_hand(instructor, offering, people[0], **fields)

    assert [row.at for row in facts(session)] == [expected]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"chip": ""}, "Choose a reason."),
        ({"chip": "mistake"}, "Not a valid choice."),
        ({"chip": "other"}, "Say why in a few words."),
        ({"person": ""}, "Choose a person."),
        ({"segment": "3"}, "Not a valid choice."),
        ({"uid": "x"}, None),
        (
            {"when": "other"},
            "The time must be a time such as 2017-04-18 08:30, not “”.",
        ),
        ({"when": "other", "at": "2026-11-03T09:01"}, "That time is still to come."),
        (
            {"when": "other", "at": "2026-11-02T09:00"},
            "The time must be on the segment&#39;s day and before its end.",
        ),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_stores_nothing(
    instructor, offering, people, session, fields, sentence
):
    answer = by_hand(instructor, offering, people[0], **fields)

    assert answer.status_code == 422
    assert errors_of(answer) == ([sentence] if sentence else [])
    assert facts(session) == []


def test_nobody_of_another_offering_is_checked_in(instructor, offering, session):
    stranger = make_enrollment()
    session.commit()

    assert by_hand(instructor, offering, stranger).status_code == 404
    assert facts(session) == []


def test_nobody_checks_themselves_in(staff, offering, people, session):
    user = make_user(Role.INSTRUCTOR, offering, email=people[0].person.email.upper())

    answer = by_hand(staff(user=user), offering, people[0])

    assert answer.status_code == 403
    assert facts(session) == []


def test_a_colleagues_check_in_is_undone_by_coordinators_only(
    staff, offering, people, session
):
    by_hand(staff(Role.INSTRUCTOR), offering, people[0])
    (made,) = facts(session)
    undo = board_of(offering, f"/by-hand/{made.public_id}/undo")
    form = board_of(offering, "/by-hand")

    def try_undo(browser):
        return send(browser, undo, page=browser.get(form)).status_code

    assert try_undo(staff(Role.INSTRUCTOR)) == 403
    assert try_undo(staff(Role.COORDINATOR)) == 303


def test_a_check_in_of_another_offering_cannot_be_undone(
    staff, instructor, offering, people, session
):
    other = make_offering()
    make_segment(offering=other)
    coordinator = make_user(Role.COORDINATOR, other)
    by_hand(instructor, offering, people[0])
    (made,) = facts(session)
    browser = staff(user=coordinator)

    answer = send(
        browser,
        board_of(other, f"/by-hand/{made.public_id}/undo"),
        page=browser.get(board_of(other, "/by-hand")),
    )

    assert answer.status_code == 404
    assert len(facts(session)) == 1


def test_a_certificate_that_rests_on_it_stands_in_the_way_of_undo(
    instructor, offering, people, session
):
    by_hand(instructor, offering, people[0])
    (made,) = facts(session)
    make_certificate(people[0], {1: f"correction:{made.public_id}"})
    session.commit()

    answer = send(
        instructor,
        board_of(offering, f"/by-hand/{made.public_id}/undo"),
        page=instructor.get(board_of(offering, "/by-hand")),
    )

    assert answer.status_code == 409
    assert len(facts(session)) == 1


def test_checking_in_by_hand_is_audited_without_a_name(
    instructor, offering, people, session
):
    by_hand(instructor, offering, people[0])

    entry = session.scalars(
        sa.select(AuditEntry).where(AuditEntry.chain == offering.code)
    ).one()
    assert entry.action == "attendance.check_in"
    assert entry.details == {
        "enrollment": people[0].public_id,
        "segment": 1,
        "facts": 1,
    }
