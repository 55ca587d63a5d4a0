"""The live board: what it shows, how it is asked again, checking in by hand."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
    make_scan,
    make_segment,
    make_user,
    sign_in,
)
from tests.views.counting import counted
from tests.views.forms import errors_of, send
from tracker.domain.attendance import CorrectionKind
from tracker.models import AuditEntry, Certificate, Correction
from tracker.models.staff import Role
from tracker.services import attendance, schedules

NAMES = ("Ada Lovelace", "Björn Ek", "Cleo Sand")


@pytest.fixture
def offering(app):
    offering = make_offering()
    make_day(offering)
    return offering


@pytest.fixture
def people(offering):
    return [make_enrollment(offering=offering, name=name) for name in NAMES]


@pytest.fixture
def staff(app, offering, session):
    """Sign in as somebody with a role in the offering; gives a browser."""

    def browser(role=Role.INSTRUCTOR, user=None):
        client = app.test_client()
        sign_in(client, user or make_user(role, offering), now=NINE_AM)
        session.commit()
        return client

    return browser


@pytest.fixture
def instructor(staff, people):
    return staff()


def scan(enrollment, segment, minutes=0, **fields):
    """Store a scan and what follows from it, as the scan path does."""
    at = segment.starts_at + timedelta(minutes=minutes)
    make_scan(enrollment, segment, at=at, **fields)
    attendance.rebuild(enrollment.offering)


def address(offering, rest=""):
    return f"/staff/offerings/{offering.code}/attendance{rest}"


def rows(page):
    """Each person's name, marks and sum, in the order of the page."""
    found = {}
    for row in re.findall(r'<tr id="p-.*?</tr>', page.text, re.DOTALL):
        name = re.search(r'class="who">(.*?)</span>', row)
        marks = re.findall(r"pm--(\w+)", row)
        total = re.search(r'class="sum">(?:<b>)?(\d+)', row)
        assert name
        assert total
        found[unescape(name[1])] = (*marks, int(total[1]))
    return found


def tally(page):
    return [int(n) for n in re.findall(r"<li><b>(\d+)</b>", page.text)]


def test_everybody_is_shown_with_a_mark_for_each_segment(
    instructor, offering, people, session
):
    first = offering.segments[0]
    scan(people[0], first)
    scan(people[1], first, minutes=15)
    session.commit()

    page = instructor.get(address(offering))

    assert rows(page) == {
        "Ada Lovelace": ("in", "soon", "soon", 1),
        "Björn Ek": ("late", "soon", "soon", 1),
        "Cleo Sand": ("wait", "soon", "soon", 0),
    }
    assert tally(page) == [2, 1, 1, 0]
    assert f"{offering.code}, Omaha" in page.text


@pytest.fixture
def second_segment(instructor, offering, people, session, clock):
    """The second segment starts: Björn missed the first one, Cleo is not here yet."""
    first, second, _ = offering.segments
    for person, segment in (
        (people[0], first),
        (people[2], first),
        (people[0], second),
        (people[1], second),
    ):
        scan(person, segment)
    session.commit()
    clock.moment = second.starts_at
    return instructor


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?filter=everyone", list(NAMES)),
        ("?filter=waiting", ["Cleo Sand"]),
        ("?filter=make-up", ["Björn Ek"]),
        ("?q=BJORN", ["Björn Ek"]),
        ("?q=ada&filter=waiting", []),
        ("?q=%00%F0%9F%A6%86", []),
        ("?filter=nonsense&page=-1", list(NAMES)),
        ("?page=99999999999&code=other&_external=1", list(NAMES)),
        ("?page=٣", list(NAMES)),
    ],
)
def test_the_board_lists_whom_it_is_asked_for(second_segment, offering, query, names):
    instructor = second_segment

    assert list(rows(instructor.get(address(offering, query)))) == names
    assert list(rows(instructor.get(address(offering, f"/live{query}")))) == names


def test_observers_are_counted_in_the_room_but_need_no_make_up(
    staff, offering, session, clock
):
    make_enrollment(offering=offering, name="Otto Observer", kind="observer")
    browser = staff()
    clock.moment = offering.segments[2].starts_at

    page = browser.get(address(offering, "?filter=make-up"))

    assert rows(page) == {}
    assert "Nobody needs a make-up" in page.text


def test_a_cancelled_segment_is_left_out(instructor, offering, session):
    offering.segments[1].cancelled_at = NINE_AM
    schedules.raise_schedule_version(offering.id)
    session.commit()

    page = instructor.get(address(offering))

    assert rows(page)["Ada Lovelace"] == ("wait", "soon", 0)


def test_times_are_those_of_the_place(instructor, offering, people, session):
    scan(people[0], offering.segments[0], minutes=5)
    session.commit()

    page = instructor.get(address(offering))

    assert "09:00</time> to" in page.text
    assert "on time until" in page.text
    assert ">09:05</time>" in page.text
    assert 'data-time="09:00"' in page.text


def test_two_thousand_people_are_shown_a_hundred_at_a_time(staff, offering, session):
    for number in range(130):
        make_enrollment(offering=offering, name=f"Person {number:03}")
    browser = staff()

    first = rows(browser.get(address(offering)))
    second = rows(browser.get(address(offering, "?page=2")))
    beyond = rows(browser.get(address(offering, "?page=9")))

    assert list(first) == [f"Person {n:03}" for n in range(100)]
    assert list(second) == [f"Person {n:03}" for n in range(100, 130)]
    assert beyond == second


def test_one_person_and_thirty_cost_the_same_statements(staff, offering, session):
    make_enrollment(offering=offering)
    browser = staff()
    browser.get(address(offering))  # from now on the schedule is kept
    with counted() as few:
        browser.get(address(offering))
    for _ in range(29):
        enrollment = make_enrollment(offering=offering)
        scan(enrollment, offering.segments[0])
    session.commit()

    with counted() as many:
        page = browser.get(address(offering))

    assert len(re.findall(r'<tr id="p-', page.text)) == 30
    assert len(many) == len(few) == 8


def test_hidden_names_are_hidden_from_the_first_byte_on(instructor, offering):
    shown = instructor.get(address(offering))
    instructor.set_cookie("muster_names", "hidden")

    hidden = instructor.get(address(offering))

    assert 'class="live"' in shown.text
    assert 'class="live live--veiled"' in hidden.text
    assert ">Person 01</span>" in hidden.text


# Asking again.


def test_an_unchanged_board_is_told_without_reading_anybody(
    instructor, offering, people
):
    first = instructor.get(address(offering, "/live"))

    with counted() as statements:
        again = instructor.get(
            address(offering, "/live"), headers={"If-None-Match": first.headers["ETag"]}
        )

    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Muster-Time"] == "09:00"
    assert len(statements) <= 4
    read = set(re.findall(r"FROM (\w+)", " ".join(statements)))
    assert read == {"sign_in_sessions", "offerings", "memberships", "offering_counters"}


def test_a_compressed_board_is_recognised_again(instructor, offering):
    headers = {"Accept-Encoding": "gzip"}
    first = instructor.get(address(offering, "/live"), headers=headers)
    known = {**headers, "If-None-Match": first.headers["ETag"]}

    again = instructor.get(address(offering, "/live"), headers=known)

    assert first.headers["Content-Encoding"] == "gzip"
    assert again.status_code == 304


def test_the_page_and_the_poll_name_the_same_state(instructor, offering):
    page = instructor.get(address(offering))
    tag = re.search(r'data-tag="([^"]*)"', page.text)
    assert tag

    poll = instructor.get(
        address(offering, "/live"), headers={"If-None-Match": f'"{tag[1]}"'}
    )

    assert poll.status_code == 304


def test_a_scan_changes_the_board_at_once(app, instructor, offering, people, session):
    text, token = make_pass(people[0]), make_device(offering)
    session.commit()
    before = instructor.get(address(offering, "/live"))
    app.test_client().post(
        f"/api/v1/offerings/{offering.code}/scans",
        json={"scans": [{"id": str(uuid4()), "pass": text}]},
        headers={"Authorization": f"Bearer {token}"},
    )

    after = instructor.get(
        address(offering, "/live"), headers={"If-None-Match": before.headers["ETag"]}
    )

    assert after.status_code == 200
    assert rows(before)["Ada Lovelace"] == ("wait", "soon", "soon", 0)
    assert rows(after)["Ada Lovelace"] == ("in", "soon", "soon", 1)


def test_time_alone_changes_the_board_at_a_boundary(instructor, offering, clock):
    before = instructor.get(address(offering, "/live"))
    known = {"If-None-Match": before.headers["ETag"]}
    clock.moment = offering.segments[0].ends_at - timedelta(minutes=60)
    still = instructor.get(address(offering, "/live"), headers=known)
    clock.moment = offering.segments[0].ends_at

    after = instructor.get(address(offering, "/live"), headers=known)

    assert still.status_code == 200  # on time until 09:10 is over
    assert rows(still) == rows(before)
    assert rows(after)["Ada Lovelace"] == ("out", "wait", "soon", 0)


def test_the_poll_keeps_to_the_same_filter(instructor, offering):
    page = instructor.get(address(offering, "?filter=waiting&q=ada&page=7"))

    found = re.search(r'data-url="([^"]*)"', page.text)
    assert found
    assert unescape(found[1]) == address(offering, "/live?filter=waiting&q=ada&page=7")


# Who may see it.


@pytest.mark.parametrize("rest", ["", "/live", "/by-hand"])
def test_a_door_sees_no_board(staff, people, offering, rest):
    assert staff(Role.DOOR).get(address(offering, rest)).status_code == 403


@pytest.mark.parametrize("rest", ["", "/live", "/by-hand"])
def test_another_offerings_board_does_not_exist(staff, people, rest, session):
    other = make_offering()
    session.commit()

    assert staff(Role.COORDINATOR).get(address(other, rest)).status_code == 404


def test_who_is_not_signed_in_is_sent_there(client, offering, session):
    session.commit()

    answer = client.get(address(offering, "/live"))

    assert (answer.status_code, answer.location) == (303, "/staff/sign-in")


# Checking in by hand.


def by_hand(browser, offering, who, **fields):
    """Fill in the form for somebody and send it."""
    form = {
        "uid": uuid4().hex,
        "person": who.public_id,
        "segment": "1",
        "when": "now",
        "chip": "badge_forgotten",
        **fields,
    }
    return send(browser, address(offering, "/by-hand"), **form)


def corrections(session):
    session.expire_all()
    return session.scalars(sa.select(Correction).order_by(Correction.id)).all()


def test_the_form_is_filled_in_with_what_was_clicked(instructor, offering, people):
    query = f"/by-hand?person={people[1].public_id}&segment=1"

    page = instructor.get(address(offering, query))

    assert f'<option selected value="{people[1].public_id}">Björn Ek' in page.text
    assert '<option selected value="1">1. Segment 1' in page.text
    assert 'checked id="when-0"' in page.text or 'id="when-0" name="when"' in page.text


def test_only_segments_that_have_opened_are_offered(instructor, offering, clock):
    clock.moment = NINE_AM - timedelta(minutes=61)

    page = instructor.get(address(offering, "/by-hand"))

    assert "No segment has opened for check-in yet." in page.text


def test_a_check_in_by_hand_shows_on_the_board_and_can_be_undone(
    instructor, offering, people, session
):
    answer = by_hand(instructor, offering, people[0])

    board = instructor.get(answer.location)
    (made,) = corrections(session)
    assert (answer.status_code, answer.location) == (303, address(offering))
    assert (made.kind, made.at, made.chip) == (
        CorrectionKind.CHECK_IN,
        NINE_AM,
        "badge_forgotten",
    )
    assert rows(board)["Ada Lovelace"] == ("in", "soon", "soon", 1)
    assert "Ada Lovelace is checked in to segment 1." in board.text

    undo = address(offering, f"/by-hand/{made.public_id}/undo")
    undone = send(instructor, undo, page=board)

    assert undone.location == address(offering)
    page = instructor.get(undone.location)
    assert rows(page)["Ada Lovelace"] == ("wait", "soon", "soon", 0)
    assert [row.voids_correction for row in corrections(session)] == [
        None,
        made.public_id,
    ]


def test_undo_takes_back_that_check_in_and_no_other(
    instructor, offering, people, session
):
    scan(people[0], offering.segments[0], minutes=2)
    session.commit()
    by_hand(instructor, offering, people[0])
    (made,) = corrections(session)
    undo = address(offering, f"/by-hand/{made.public_id}/undo")

    for _ in range(2):
        send(instructor, undo, page=instructor.get(address(offering, "/by-hand")))

    assert rows(instructor.get(address(offering)))["Ada Lovelace"][0] == "in"
    assert len(corrections(session)) == 2


def test_a_double_tap_checks_in_once(instructor, offering, people, session):
    uid = uuid4().hex

    answers = [by_hand(instructor, offering, people[0], uid=uid) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(corrections(session)) == 1


@pytest.fixture
def later(clock):
    """Forty minutes into the first segment."""
    clock.moment = NINE_AM + timedelta(minutes=40)


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

    assert [row.at for row in corrections(session)] == [expected]


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
    assert corrections(session) == []


def test_nobody_of_another_offering_is_checked_in(instructor, offering, session):
    stranger = make_enrollment()
    session.commit()

    assert by_hand(instructor, offering, stranger).status_code == 404
    assert corrections(session) == []


def test_nobody_checks_themselves_in(staff, offering, people, session):
    user = make_user(Role.INSTRUCTOR, offering, email=people[0].person.email.upper())

    answer = by_hand(staff(user=user), offering, people[0])

    assert answer.status_code == 403
    assert corrections(session) == []


def test_a_colleagues_check_in_is_undone_by_coordinators_only(
    staff, offering, people, session
):
    by_hand(staff(), offering, people[0])
    (made,) = corrections(session)
    undo = address(offering, f"/by-hand/{made.public_id}/undo")
    form = address(offering, "/by-hand")

    def try_undo(browser):
        return send(browser, undo, page=browser.get(form)).status_code

    assert try_undo(staff()) == 403
    assert try_undo(staff(Role.COORDINATOR)) == 303


def test_a_check_in_of_another_offering_cannot_be_undone(
    staff, instructor, offering, people, session
):
    other = make_offering()
    make_segment(offering=other)
    coordinator = make_user(Role.COORDINATOR, other)
    by_hand(instructor, offering, people[0])
    (made,) = corrections(session)
    browser = staff(user=coordinator)

    answer = send(
        browser,
        address(other, f"/by-hand/{made.public_id}/undo"),
        page=browser.get(address(other, "/by-hand")),
    )

    assert answer.status_code == 404
    assert len(corrections(session)) == 1


def test_a_certificate_that_rests_on_it_stands_in_the_way_of_undo(
    instructor, offering, people, session
):
    by_hand(instructor, offering, people[0])
    (made,) = corrections(session)
    basis = {"segment": 1, "status": "present", "minutes": 90}
    session.add(
        Certificate(
            serial="MC1-AAAA-AAAA-AAAA-AAAA",
            enrollment_id=people[0].id,
            name="Ada Lovelace",
            name_digest=bytes(32),
            basis=[{**basis, "source": f"correction:{made.public_id}"}],
            facts={},
            pdf=b"%PDF",
            pdf_digest=bytes(32),
            issued_on=NINE_AM.date(),
            issued_at=NINE_AM,
        )
    )
    session.commit()

    answer = send(
        instructor,
        address(offering, f"/by-hand/{made.public_id}/undo"),
        page=instructor.get(address(offering, "/by-hand")),
    )

    assert answer.status_code == 409
    assert len(corrections(session)) == 1


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
