"""The pages of spare badges: made, printed, given to a person."""

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_device, make_enrollment, make_offering
from tests.printed import codes_on, pictures_of
from tests.views.counting import counted
from tests.views.desk import actions, at, text_of
from tests.views.forms import errors_of, send
from tracker.domain.passes import PRACTICE_PASS
from tracker.models import Attendance, Pass, Scan
from tracker.models.staff import Role
from tracker.services import enrollments, schedules, spares
from tracker.services.audit import CLI


@pytest.fixture
def page(offering):
    return at(offering, "/spares")


@pytest.fixture
def spare(offering, session):
    spares.make_spares(offering, 2, after=0, actor=CLI, now=NINE_AM)
    session.commit()
    return spares.get_spare(offering, 2)


@pytest.fixture
def door(client, offering):
    token = make_device(offering)

    def scan(text, minutes=0):
        moment = NINE_AM + timedelta(minutes=minutes)
        sent = {"id": str(uuid4()), "pass": text, "scanned_at": moment.isoformat()}
        answer = client.post(
            f"/api/v1/offerings/{offering.code}/scans",
            json={"scans": [sent]},
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.json["results"][0]

    return scan


def count(session):
    return session.scalar(sa.select(sa.func.count()).select_from(Pass))


def test_spares_are_made_once_however_often_the_form_is_sent(
    coordinator, page, offering, session
):
    form = coordinator.get(page)

    sent = [
        send(coordinator, page, page=form, count="3", after="0").status_code
        for _ in range(2)
    ]

    assert sent == [303, 303]
    assert [line.number for line in spares.list_spares(offering)] == [1, 2, 3]
    assert "Spare 3" in text_of(coordinator.get(page))


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("", "Write a number."),
        ("0", "Make 1 to 100 at once."),
        ("101", "Make 1 to 100 at once."),
        ("many", "Not a valid integer value. Make 1 to 100 at once."),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(
    coordinator, page, session, number, error
):
    answer = send(coordinator, page, count=number, after="0")

    assert (answer.status_code, errors_of(answer)) == (422, [error])
    assert count(session) == 0


@pytest.mark.parametrize("after", ["-1", "x", "99999999999", ""])
def test_a_form_that_says_nonsense_makes_nothing(coordinator, page, session, after):
    answer = send(coordinator, page, count="1", after=after)

    assert answer.status_code == 422
    assert "Load the page again." in answer.text
    assert count(session) == 0


def test_an_unknown_paper_is_refused(coordinator, page, spare, session, offering):
    form = coordinator.get(page)

    answer = send(coordinator, f"{page}/badges", page=form, sheet="parchment")

    assert answer.status_code == 422
    assert actions(session, offering) == ["spares.make"]


def test_the_badges_that_are_nobodys_are_printed(
    coordinator, page, offering, spare, session
):
    answer = send(coordinator, f"{page}/badges", page=coordinator.get(page))

    (printed,) = pictures_of(answer.data, dpi=70)
    codes = sorted(badge.code for badge in spares.list_badges(offering))
    assert sorted(codes_on(printed)) == codes
    assert actions(session, offering) == ["spares.make", "spares.print"]


def test_without_spares_there_is_nothing_to_print(coordinator, page):
    answer = send(coordinator, f"{page}/badges", page=coordinator.get(page))

    assert answer.status_code == 409


def test_a_scanned_badge_is_given_and_its_scan_counts(
    coordinator, page, spare, ada, door, session
):
    code = enrollments.pass_text(spare)
    assert door(code)["reason"] == "not_in_roster"
    assert door(code, -5 * 60)["reason"] == "not_in_roster"
    assert "2 nobody 2" in text_of(coordinator.get(page))

    answer = send(coordinator, f"{page}/bind", page=coordinator.get(page), spare=code,
                  person=ada.public_id)  # fmt: skip

    shown = coordinator.get(answer.location)
    assert "Spare 2 belongs to Ada Lovelace now. Earlier scans that count now: 1." in (
        shown.text
    )
    assert "Counts for segment 1" in text_of(shown)
    assert "Held: check-in had not opened" in text_of(shown)
    assert session.scalars(sa.select(Attendance)).one().enrollment_id == ada.id
    assert door(code)["person"]["name"] == "Ada Lovelace"


def test_a_badge_is_given_by_its_number(coordinator, page, spare, ada, session):
    form = coordinator.get(f"{page}?spare=2&person={ada.public_id}")

    send(coordinator, f"{page}/bind", page=form, spare="2", person=ada.public_id)

    session.expire_all()
    assert spare.enrollment_id == ada.id
    assert 'value="2"' in form.text


def test_giving_it_twice_is_giving_it_once(coordinator, page, spare, ada, session):
    form = coordinator.get(page)

    answers = [
        send(coordinator, f"{page}/bind", page=form, spare="2", person=ada.public_id)
        for _ in range(2)
    ]

    assert [each.status_code for each in answers] == [303, 303]


@pytest.mark.parametrize("typed", ["3", "x", "MP1-" + "0" * 27, "1" * 101])
def test_what_is_no_spare_is_said_beside_the_field(
    coordinator, page, spare, ada, session, typed
):
    answer = send(coordinator, f"{page}/bind", page=coordinator.get(page), spare=typed,
                  person=ada.public_id)  # fmt: skip

    assert answer.status_code == 422
    assert len(errors_of(answer)) == 1
    assert f'value="{typed}"' in answer.text


def test_a_scanner_that_sends_the_form_at_once_keeps_what_it_typed(
    coordinator, page, spare
):
    code = enrollments.pass_text(spare)

    answer = send(coordinator, f"{page}/bind", page=coordinator.get(page), spare=code)

    assert errors_of(answer) == ["Choose a person."]
    assert f'value="{code}"' in answer.text


def test_a_badge_of_somebody_else_is_not_given_again(
    coordinator, page, spare, ada, offering, session
):
    ben = make_enrollment(offering=offering)
    form = coordinator.get(page)
    send(coordinator, f"{page}/bind", page=form, spare="2", person=ada.public_id)

    answer = send(
        coordinator, f"{page}/bind", page=form, spare="2", person=ben.public_id
    )

    said = ["Spare 2 has been given to somebody else."]
    assert (answer.status_code, errors_of(answer)) == (422, said)
    session.expire_all()
    assert spare.enrollment_id == ada.id


def test_a_person_of_another_offering_does_not_exist_here(
    coordinator, page, spare, session
):
    foreign = make_enrollment(offering=make_offering())
    session.commit()

    answer = send(coordinator, f"{page}/bind", page=coordinator.get(page), spare="2",
                  person=foreign.public_id)  # fmt: skip

    assert answer.status_code == 404
    session.expire_all()
    assert spare.enrollment_id is None


def test_another_offerings_badge_does_not_exist_here(coordinator, page, ada, session):
    other = make_offering()
    spares.make_spares(other, 1, after=0, actor=CLI, now=NINE_AM)
    code = enrollments.pass_text(spares.get_spare(other, 1))
    spares.make_spares(ada.offering, 1, after=0, actor=CLI, now=NINE_AM)
    session.commit()

    answer = send(coordinator, f"{page}/bind", page=coordinator.get(page), spare=code,
                  person=ada.public_id)  # fmt: skip

    assert answer.status_code == 422
    assert coordinator.get(f"{page}/2").status_code == 404


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.DOOR])
def test_only_coordinators_see_whose_badges_are(staff, page, role):
    assert staff(role).get(page).status_code == 403


def test_many_badges_take_as_many_queries_as_one(coordinator, page, spare, offering):
    with counted() as two:
        coordinator.get(page)
    spares.make_spares(offering, 30, after=2, actor=CLI, now=NINE_AM)

    with counted() as many:
        coordinator.get(page)

    assert len(many) == len(two)


def test_a_practice_pass_sent_anyway_is_refused_without_a_trace_of_anybody(
    door, offering, ada, session
):
    version = schedules.read_version(offering.id)

    answer = door(PRACTICE_PASS)

    scan = session.scalars(sa.select(Scan)).one()
    assert (answer["outcome"], answer["reason"]) == ("refused", "unknown_pass")
    assert answer["person"] is None
    assert (scan.enrollment_id, scan.spare_pass_id, scan.note) == (None, None, None)
    assert PRACTICE_PASS.encode() not in scan.content_digest
    assert schedules.read_version(offering.id) >= version
