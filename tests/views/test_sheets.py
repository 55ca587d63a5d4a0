"""Sign-in sheets: printed, signed, and typed in as corrections that name them."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_enrollment, make_offering, make_pass
from tests.printed import page_sizes, text_of
from tests.views import desk
from tests.views.counting import counted
from tests.views.desk import NAMES, actions, at, facts, scan
from tests.views.forms import send
from tracker.domain.attendance import CorrectionKind
from tracker.models import Attendance, Segment, SignInList
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import attendance, enrollments, sheets
from tracker.services.audit import CLI


@pytest.fixture
def paper(offering):
    return at(offering, "/sheets")


@pytest.fixture
def begun(staff, user, people, clock):
    """A coordinator's browser, half an hour into the first segment."""
    clock.moment = NINE_AM + timedelta(minutes=30)
    return staff(user=user)


def print_sheets(browser, place, **fields):
    page = browser.get(place)
    filled = {"segment": "0", "paper": "a4", **fields}
    return send(browser, f"{place}/print", page, **filled)


def list_code(session):
    session.expire_all()
    wanted = sa.select(SignInList.code).order_by(SignInList.id.desc())
    return session.scalars(wanted).first()


def type_in(browser, paper, numbers="", rows=(), segment=1, uid=None, **more):
    page = browser.get(f"{paper}/{segment}")
    fields = {"numbers": numbers, "rows": list(rows), "sheet": sheet_of(page), **more}
    return send(browser, f"{paper}/{segment}", page, uid=uid or uuid4().hex, **fields)


def sheet_of(page):
    found = re.search(r'name="sheet"[^>]*value="([^"]*)"', page.text)
    assert found
    return found[1]


def test_sheets_are_printed_in_the_order_of_names_and_logged(
    begun, paper, offering, session
):
    answer = print_sheets(begun, paper)

    assert answer.mimetype == "application/pdf"
    text = text_of(answer.data)
    assert page_sizes(answer.data) == [(210, 297)] * 3
    assert "1 Ada Lovelace 2 Björn Ek 3 Cleo Sand" in text
    assert f"Sheet 3-{list_code(session)}" in text
    assert "09:00 to 10:30, Hall" in text
    assert "Sample offering" not in text
    assert "Segment 1, page 1 of 1" in text
    assert "Agency" not in text
    assert actions(session, offering) == ["sheets.print"]


def test_one_segments_sheet_may_have_agencies_and_licences(begun, paper):
    answer = print_sheets(
        begun, paper, segment="2", has_agency="y", has_licence="y", paper="letter"
    )

    text = text_of(answer.data)
    assert page_sizes(answer.data) == [(216, 279)]
    assert "Sample Agency" in text
    assert "Licence number" in text


def test_who_comes_later_stands_at_the_end_and_nobodys_number_changes(
    begun, paper, offering, people, session
):
    print_sheets(begun, paper)
    first = list_code(session)
    make_enrollment(offering=offering, name="Aaron Late")
    enrollments.withdraw(people[1], actor=CLI, now=NINE_AM)
    session.commit()

    text = text_of(print_sheets(begun, paper, segment="1").data)

    assert "1 Ada Lovelace 2 seat given back 3 Cleo Sand 4 Aaron Late" in text
    assert list_code(session) != first
    anew = text_of(print_sheets(begun, paper, segment="1", is_anew="y").data)
    assert "1 Aaron Late 2 Ada Lovelace 3 Cleo Sand" in anew


def test_the_same_people_get_the_same_list(begun, paper, session):
    print_sheets(begun, paper)
    print_sheets(begun, paper, segment="2")

    assert len(facts(session, SignInList)) == 1


def test_an_offering_without_people_has_nothing_to_sign(coordinator, offering, ada):
    enrollments.withdraw(ada, actor=CLI, now=NINE_AM)

    answer = print_sheets(coordinator, at(offering, "/sheets"))

    assert answer.status_code == 409
    assert "Nobody is enrolled" in answer.text


def test_typed_rows_are_checked_in_by_corrections_that_name_the_sheet(
    begun, paper, offering, people, user, session
):
    print_sheets(begun, paper)

    answer = type_in(begun, paper, "1, 3")

    code = list_code(session)
    assert answer.location == f"{paper}/1?sheet={code}"
    made = facts(session)
    assert [(row.enrollment_id, row.reason, row.chip, row.at) for row in made] == [
        (person.id, f"Sheet 1-{code}, page 1, row {row}", "sign_in_sheet", NINE_AM)
        for person, row in ((people[0], 1), (people[2], 3))
    ]
    assert {row.user_id for row in made} == {user.id}
    assert {row.chip for row in made} == {ReasonChip.SIGN_IN_SHEET}
    assert attendance.verify(offering) == []
    page = begun.get(f"{paper}/1")
    assert f"2 people checked in by sheet 1-{code}." in page.text
    assert page.text.count('type="checkbox"') == 1


def test_a_sheet_signed_at_the_end_checks_out_where_that_is_asked_for(
    begun, paper, offering, people, clock, session
):
    session.get_one(Segment, offering.segments[0].id).needs_check_out = True
    session.commit()
    print_sheets(begun, paper)
    assert "They stayed to the end" not in begun.get(f"{paper}/1").text
    clock.moment = NINE_AM + timedelta(hours=5)

    for _ in range(2):
        type_in(begun, paper, "1", uid="5" * 32, stayed="y")

    ends_at = offering.segments[0].ends_at
    assert [(row.kind, row.at) for row in facts(session)] == [
        (CorrectionKind.CHECK_IN, NINE_AM),
        (CorrectionKind.CHECK_OUT, ends_at),
    ]
    assert attendance.verify(offering) == []


def test_ticked_boxes_do_without_a_script(begun, paper, session):
    print_sheets(begun, paper)

    type_in(begun, paper, rows=["2", "3"])

    assert len(facts(session)) == 2


def test_who_is_in_already_stays_and_that_is_said(
    begun, paper, offering, people, session
):
    print_sheets(begun, paper)
    scan(people[0], offering.segments[0], minutes=4)
    session.commit()

    type_in(begun, paper, "1-3")

    assert [row.enrollment_id for row in facts(session)] == [
        people[1].id,
        people[2].id,
    ]
    text = desk.text_of(begun.get(f"{paper}/1"))
    assert "in at 09:04" in text
    page = begun.get(f"{paper}/1")
    assert "In already" not in page.text  # said once


def test_the_same_form_sent_twice_records_once_and_is_answered_alike(
    begun, paper, session
):
    print_sheets(begun, paper)
    uid = uuid4().hex

    answers = [type_in(begun, paper, "1 2", uid=uid) for _ in range(2)]

    assert len(facts(session)) == 2
    assert answers[0].location == answers[1].location
    said = begun.get(f"{paper}/1").text
    assert "2 people checked in" in said
    assert "In already" not in said


def test_a_seat_given_back_and_the_own_row_are_left_out(
    begun, paper, offering, people, user, session
):
    user.email = people[0].person.email
    print_sheets(begun, paper)
    enrollments.withdraw(people[1], actor=CLI, now=NINE_AM)
    session.commit()

    type_in(begun, paper, "1-3")

    assert [row.enrollment_id for row in facts(session)] == [people[2].id]
    said = begun.get(f"{paper}/1").text
    assert "Row 1 was left out: nobody corrects their own attendance." in said
    assert "Row 2 was left out: the seat was given back." in said


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ("", "Mark the rows that are signed."),
        ("4", "There is no row 4: the last one is 3."),
        ("one", "“one” is no row."),
    ],
)
def test_what_is_no_row_changes_nothing_and_keeps_what_is_ticked(
    begun, paper, session, numbers, sentence
):
    print_sheets(begun, paper)
    rows = ["2"] if numbers else []

    answer = type_in(begun, paper, numbers, rows)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert facts(session) == []
    assert ('id="row-2" checked' in answer.text) is bool(rows)


def test_a_segment_that_has_not_started_cannot_have_been_signed(begun, paper, session):
    print_sheets(begun, paper)

    answer = type_in(begun, paper, "1", segment=2)

    assert answer.status_code == 422
    assert "has not started" in answer.text
    assert facts(session) == []


def test_a_list_is_found_by_its_code_as_it_is_typed_and_no_other(
    begun, paper, offering, session
):
    print_sheets(begun, paper)
    code = list_code(session)
    other = make_offering()
    make_enrollment(offering=other)
    sheets.sheet_pdf(other, [], actor=CLI, now=NINE_AM)
    theirs = list_code(session)
    session.commit()

    assert begun.get(f"{paper}/1?sheet={code.lower()}").status_code == 200
    for text in (theirs, "K7QM3", "%00", "x" * 400):
        assert begun.get(f"{paper}/1?sheet={text}").status_code == 404


def test_before_anything_is_printed_there_is_nothing_to_type_in(begun, paper):
    answer = begun.get(f"{paper}/1")

    assert answer.status_code == 409
    assert "No sheet has been printed yet." in answer.text


def test_badges_are_printed_on_the_sheets_chosen(begun, paper, people, session):
    for person in people:
        make_pass(person)
    session.commit()

    answer = send(begun, f"{paper}/badges", begun.get(paper), sheet="avery-5395")

    assert page_sizes(answer.data) == [(216, 279)]
    assert "Ada Lovelace" in text_of(answer.data)


@pytest.mark.parametrize("rest", ["", "/1"])
def test_a_door_sees_no_paper(staff, people, paper, rest):
    assert staff(Role.DOOR).get(paper + rest).status_code == 403


def test_an_instructor_prints_sheets_but_no_badges(staff, people, paper):
    instructor = staff(Role.INSTRUCTOR)

    assert print_sheets(instructor, paper).mimetype == "application/pdf"
    assert "Print badges" not in instructor.get(paper).text
    refused = send(instructor, f"{paper}/badges", instructor.get(paper), sheet="cut")
    assert refused.status_code == 403


def test_three_rows_and_thirty_cost_the_same_statements(
    begun, paper, offering, session
):
    print_sheets(begun, paper)
    begun.get(f"{paper}/1")
    with counted() as few:
        begun.get(f"{paper}/1")
    for _ in range(27):
        make_enrollment(offering=offering)
    session.commit()
    print_sheets(begun, paper, is_anew="y")

    with counted() as many:
        page = begun.get(f"{paper}/1")

    assert page.text.count('type="checkbox"') == 30
    assert len(many) == len(few)


def test_twenty_rows_are_typed_in_at_once(begun, paper, offering, session):
    for number in range(20):
        make_enrollment(offering=offering, name=f"Person {number:02}")
    session.commit()
    print_sheets(begun, paper)

    type_in(begun, paper, "4-23")

    assert len(facts(session)) == 20
    assert session.query(Attendance).count() == 20
    assert NAMES[0] in begun.get(f"{paper}/1").text
