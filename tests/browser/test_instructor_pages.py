"""The instructor's room, anomalies and paper in a browser."""

import re
import time
from dataclasses import dataclass
from uuid import uuid4

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.desk import BOARD, STAFF, Desk
from tests.browser.pages import DESKTOP, PHONE
from tests.factories import NINE_AM, make_scan, make_teacher
from tracker.db import db
from tracker.domain.scans import Outcome, Reason
from tracker.models import Correction, Enrollment, Offering, User
from tracker.services import anomalies, headcounts, sessions, sheets
from tracker.services.audit import CLI

ROOM = f"{BOARD}/1"
SHEET = f"{STAFF}/sheets/1"
PAGES = (
    ROOM,
    f"{BOARD}/2",
    f"{ROOM}/headcount",
    f"{BOARD}?filter=on-course",
    f"{STAFF}/sheets",
    SHEET,
    f"{STAFF}/anomalies",
    f"{STAFF}/settings/instructors",
)


@dataclass(frozen=True)
class Hall:
    """The desk's offering with a headcount, anomalies, a printed list, a teacher."""

    desk: Desk
    code_token: str


@pytest.fixture
def hall(desk: Desk) -> Hall:
    with desk.app.app_context():
        offering = db.session.scalars(sa.select(Offering)).one()
        user = db.session.scalars(sa.select(User)).one()
        people = db.session.scalars(sa.select(Enrollment).order_by(Enrollment.id)).all()
        for number, person in enumerate(people[:2]):
            make_scan(
                person,
                offering.segments[0],
                outcome=Outcome.HELD,
                reason=Reason.SHARED_DEVICE,
                uid=f"phone-{number}",
            )
        anomalies.clear(
            offering, "shared_phone:phone-1", "Two colleagues", user=user, now=NINE_AM
        )
        headcounts.add_headcount(
            offering.segments[0],
            3,
            counted_at=NINE_AM,
            uid=uuid4().hex,
            user=user,
            now=NINE_AM,
        )
        sheets.sheet_pdf(offering, offering.segments, actor=CLI, now=NINE_AM)
        teacher = make_teacher(offering, offering.segments[:1], name="Sample Teacher")
        token = sessions.begin_session(teacher, now=NINE_AM, is_by_code=True)
        db.session.commit()
    return Hall(desk, token)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits_its_width(hall, open_page, device, scheme):
    page = open_page(device, color_scheme=scheme)
    hall.desk.sign_in(page)
    found = faults(page, hall.desk, PAGES)
    teacher = open_page(device, color_scheme=scheme)
    sign_in_by_code(teacher, hall)

    found |= faults(teacher, hall.desk, ("/staff", ROOM, BOARD))

    assert found == {}


def faults(page: Page, desk: Desk, places: tuple[str, ...]) -> dict[str, object]:
    found: dict[str, object] = {}
    for place in places:
        page.goto(desk.address + place)
        violations = axe(page)
        excess = page.locator("html").evaluate(
            "html => html.scrollWidth - html.clientWidth"
        )
        if violations or excess > 0:
            found[place] = (violations, excess)
    return found


def sign_in_by_code(page: Page, hall: Hall) -> None:
    page.context.add_cookies(
        [{"name": "muster", "value": hall.code_token, "url": hall.desk.address}]
    )


def test_who_comes_in_leaves_the_missing_within_two_seconds(hall, screen):
    screen.goto(hall.desk.address + ROOM)
    missing = screen.locator("#group-missing li")
    expect(missing).to_have_count(40)
    screen.get_by_label("People in the room").fill("12")

    person = hall.desk.check_in(0)

    expect(screen.locator(f"#group-in #s-{person}")).to_be_visible(timeout=2000)
    expect(missing).to_have_count(39)
    expect(screen.get_by_label("People in the room")).to_have_value("12")


def test_names_are_hidden_in_the_room_with_one_tap(hall, screen):
    screen.goto(hall.desk.address + ROOM)
    name = screen.locator("#group-missing .who").first
    expect(name).to_be_visible()

    screen.get_by_role("button", name="Hide names").click()

    expect(name).to_be_hidden()
    expect(screen.locator("#group-missing .alias").first).to_have_text("Person 01")
    hall.desk.check_in(0)
    expect(screen.locator("#group-in")).to_be_visible()
    expect(screen.locator("#group-in .who")).to_be_hidden()


def test_a_headcount_and_its_difference_are_entered_with_the_keyboard(hall, screen):
    screen.goto(hall.desk.address + ROOM)
    screen.get_by_label("People in the room").focus()
    screen.keyboard.type("5")
    screen.keyboard.press("Enter")
    expect(screen.locator("#headcount-state")).to_contain_text("5 counted at 09:00")

    screen.get_by_label("What explains the difference").focus()
    screen.keyboard.type("Five early birds, scanner not on yet")
    screen.keyboard.press("Enter")

    expect(screen.locator("#headcount-state")).to_contain_text("Five early birds")


def test_a_person_is_checked_in_from_the_room_and_undone(hall, screen):
    screen.goto(hall.desk.address + ROOM)
    screen.locator("#group-missing").get_by_role("link", name="Check in").first.click()
    screen.get_by_label("Seen in the room").check()
    screen.get_by_role("button", name="Check in").click()

    screen.wait_for_url(f"**{ROOM}")
    expect(screen.locator("#group-in li")).to_have_count(1)
    screen.get_by_role("button", name="Undo").click()

    screen.wait_for_url(f"**{ROOM}")
    expect(screen.locator("#group-missing li")).to_have_count(40)


def corrections_in(desk: Desk) -> list[str]:
    with desk.app.app_context():
        return list(db.session.scalars(sa.select(Correction.reason)))


def test_twenty_rows_are_typed_in_within_a_minute_by_keyboard_alone(hall, screen):
    screen.goto(hall.desk.address + SHEET)
    begun_at = time.monotonic()
    typed = ["7", "8", "12-15", "1", "2 3", "20-29", "99", "40", "-40"]
    for words in typed:
        screen.keyboard.type(words, delay=30)
        screen.keyboard.press("Enter")
        if words == "99":
            said = screen.get_by_role("status").filter(has_text="no row 99")
            expect(said).to_be_visible()

    marked = screen.locator("[data-typing-list] li")
    expect(marked).to_have_count(19)
    expect(marked.first).to_have_text("Person No 00")
    screen.keyboard.type("30")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("status").last).to_contain_text("30 marked: Person No 29")
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("button", name="Check in 20 rows")).to_be_focused()
    screen.keyboard.press("Enter")

    expect(screen.get_by_text(re.compile("^20 people checked in by"))).to_be_visible()
    assert time.monotonic() - begun_at < 60
    reasons = corrections_in(hall.desk)
    assert len(reasons) == 20
    assert {words.rpartition(", ")[2] for words in reasons} >= {"row 7", "row 29"}
    assert all(re.match(r"Sheet 1-\w{5}, page [12], row \d+$", r) for r in reasons)


def test_a_row_that_is_in_already_is_said_at_once(hall, screen):
    hall.desk.check_in(6)
    screen.goto(hall.desk.address + SHEET)

    screen.keyboard.type("7")
    screen.keyboard.press("Enter")

    expect(screen.locator("[data-typing-said]")).to_have_text(
        "7: Person No 06 is in already"
    )
    expect(screen.locator("[data-typing-list] li")).to_have_count(0)


def test_a_sheet_is_typed_in_without_javascript(hall, open_page):
    page = open_page(java_script_enabled=False)
    hall.desk.sign_in(page)
    page.goto(hall.desk.address + SHEET)
    page.get_by_label("Person No 03").check()
    page.get_by_label("Row numbers").fill("7, 9-10")

    page.get_by_role("button", name="Check in the marked rows").click()

    expect(page.get_by_text(re.compile("^4 people checked in by"))).to_be_visible()
    assert len(corrections_in(hall.desk)) == 4


def test_an_anomaly_is_cleared_and_undone_with_the_keyboard(hall, screen):
    screen.goto(f"{hall.desk.address}{STAFF}/anomalies")
    cards = screen.locator(".anomaly")
    before = cards.count()
    screen.get_by_label("What it was").first.focus()
    screen.keyboard.type("Looked: all right")
    screen.keyboard.press("Enter")
    expect(screen.get_by_text("Noted that it was looked at.")).to_be_visible()
    expect(cards).to_have_count(before - 1)

    screen.get_by_role("button", name="Undo").first.press("Enter")

    expect(cards).to_have_count(before)
