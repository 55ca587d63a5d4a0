"""Held scans, contests, days and the page before a day, in a browser.

Set SHOTS to a folder to keep a picture of each page.
"""

import os
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.desk import CODE, STAFF
from tests.browser.pages import DESKTOP, PHONE
from tests.factories import NINE_AM, make_scan, make_user
from tracker.db import db
from tracker.domain.scans import Outcome, Reason
from tracker.models import Contest, Correction, Enrollment, Offering
from tracker.models.attendance import ReasonChip
from tracker.models.staff import Role
from tracker.services import contests, held_scans, sessions, sign_offs
from tracker.services.acts import Act, Why

EVENING = NINE_AM + timedelta(hours=10)
HELD, DAY = f"{STAFF}/held", f"{STAFF}/days/2026-11-03"
OWN = f"/me/offerings/{CODE}"
PAGES = {
    "overview": STAFF,
    "board": f"{STAFF}/attendance",
    "held": HELD,
    "held-none": f"{HELD}?segment=9",
    "held-one": f"{HELD}/written-1",
    "contests": f"{STAFF}/contests",
    "contest": f"{STAFF}/contests/{{contest}}",
    "make-up": f"{STAFF}/people/{{person}}/segments/1/make-up",
    "person": f"{STAFF}/people/{{person}}",
    "day": DAY,
    "sign-off": f"{DAY}/sign-off",
    "tomorrow": f"{STAFF}/tomorrow",
}
OWN_PAGES = {
    "own-programme": f"{OWN}/programme",
    "own-contest": f"{OWN}/segments/1/contest",
    "own-contest-answered": f"{OWN}/segments/2/contest",
    "own-contest-new": f"{OWN}/segments/3/contest",
    "own-pass": OWN,
}


@pytest.fixture
def evening(desk):
    """The evening of the first day, with something of everything left to decide.

    Gives the participant's session, and the id of an open contest.
    """
    desk.clock.moment = EVENING
    with desk.app.app_context():
        offering = db.session.scalars(sa.select(Offering).filter_by(code=CODE)).one()
        people = db.session.scalars(sa.select(Enrollment).order_by(Enrollment.id)).all()
        for n, reason in enumerate((Reason.SHARED_DEVICE, Reason.CLOCK_UNSURE)):
            for person in people[2 * n : 2 * n + 2]:
                hold(person, offering.segments[n], reason=reason)
        for n, name in enumerate(("Persson, Nr 07", "Walter Written")):
            row = hold(
                people[9],
                offering.segments[0],
                reason=Reason.NOT_IN_ROSTER,
                note=name,
                uid=f"written-{n}",
            )
            row.enrollment_id = None
        ada, user = people[0], make_user(Role.COORDINATOR, offering, name="Cora")
        answered = contest(ada, offering.segments[1], "I was there from the start.")
        act = Act(Why(ReasonChip.OTHER, "No"), uuid4().hex, user, EVENING)
        contests.refuse(answered, "Your badge was scanned at 11:40.", act=act)
        row = contest(ada, offering.segments[0], "I sat in the\nlast row.")
        token = sessions.begin_session(ada.person, now=EVENING)
        db.session.commit()
        return token, row.public_id


def hold(person, segment, **fields):
    return make_scan(person, segment, outcome=Outcome.HELD, **fields)


def contest(person, segment, words):
    return contests.contest(person, segment, words, uid=uuid4().hex, now=EVENING)


def keep_picture(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits_its_width(
    desk, evening, open_page, device, scheme
):
    token, contest_id = evening
    staff = open_page(device, color_scheme=scheme)
    desk.sign_in(staff)
    own = open_page(device, color_scheme=scheme)
    own.context.add_cookies([{"name": "muster", "value": token, "url": desk.address}])
    found = {}
    visits = [(staff, *each) for each in PAGES.items()]
    visits += [(own, *each) for each in OWN_PAGES.items()]
    for page, name, place in visits:
        address = place.format(person=desk.first_person, contest=contest_id)
        answer = page.goto(desk.address + address)
        assert answer
        assert answer.status == 200, address
        size = "phone" if device is PHONE else "desktop"
        keep_picture(page, f"{name}-{size}-{scheme}")
        violations = axe(page)
        excess = page.locator("html").evaluate(
            "html => html.scrollWidth - html.clientWidth"
        )
        if violations or excess > 0:
            found[place] = (violations, excess)

    assert found == {}


def test_held_scans_are_decided_with_the_keyboard_alone(desk, evening, screen):
    screen.goto(desk.address + HELD)
    screen.get_by_role("button", name="Tick all").focus()
    screen.keyboard.press("Enter")
    expect(screen.get_by_role("button", name="Tick none")).to_be_focused()
    boxes = screen.get_by_role("checkbox")
    assert boxes.count() == 7
    written = screen.get_by_role("checkbox", name="Walter Written")
    written.focus()
    screen.keyboard.press("Space")  # this one waits
    expect(written).not_to_be_checked()
    whose = screen.get_by_label("Whose “Persson, Nr 07” is")
    whose.focus()
    screen.keyboard.type("Person No 07")
    screen.get_by_role("button", name="Let them count", exact=True).focus()
    screen.keyboard.press("Enter")

    expect(screen.get_by_role("status")).to_contain_text("6 decided.")
    expect(boxes).to_have_count(1)
    with desk.app.app_context():
        offering = db.session.scalars(sa.select(Offering)).one()
        assert held_scans.count_held(offering) == 1


def test_the_boxes_are_reached_in_the_order_of_the_list(desk, evening, screen):
    screen.goto(desk.address + HELD)
    screen.get_by_role("checkbox").first.focus()
    reached = []
    for _ in range(40):
        screen.keyboard.press("Tab")
        reached.append(
            screen.evaluate(
                "document.activeElement.getAttribute('name')"
                " + ':' + document.activeElement.getAttribute('value')"
            )
        )
        if reached[-1].startswith("decision:dismiss"):
            break

    names = [each.partition(":")[0] for each in reached]
    assert names.count("scan") == 6
    assert names[-4:] == ["chip", "reason", "decision", "decision"]


def test_the_list_works_without_javascript(desk, evening, open_page):
    page = open_page(java_script_enabled=False)
    desk.sign_in(page)
    page.goto(desk.address + HELD)
    expect(page.get_by_role("button", name="Tick all")).to_be_hidden()

    page.get_by_role("checkbox", name="Person No 02").check()
    page.get_by_role("button", name="Do not count them").click()

    expect(page.get_by_role("status")).to_contain_text("1 decided.")


def test_a_contest_goes_from_the_phone_to_the_desk_and_back(
    desk, evening, open_page, screen
):
    token, _ = evening
    phone = open_page(PHONE)
    phone.context.add_cookies([{"name": "muster", "value": token, "url": desk.address}])
    phone.goto(f"{desk.address}{OWN}/programme")
    phone.get_by_role("link", name="Segment 3").click()
    phone.get_by_label("What is wrong, and how it was").fill("I came at noon.")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("waits for an answer")).to_be_visible()

    screen.goto(f"{desk.address}{STAFF}/contests")
    screen.get_by_role("link", name="segment 3").click()
    screen.get_by_label("Granted: check in for the segment's start").check()
    screen.get_by_label("Answer").fill("Seen at the door.")
    screen.get_by_role("button", name="Answer").click()
    expect(screen.get_by_role("status")).to_contain_text("is told")

    phone.reload()
    expect(phone.get_by_text("Seen at the door.")).to_be_visible()
    with desk.app.app_context():
        made = db.session.scalars(sa.select(Correction)).one()
        assert made.reason == "Seen at the door."
        granted = db.session.scalars(sa.select(Contest).filter_by(is_granted=True))
        assert len(granted.all()) == 1


def test_a_signed_day_says_so_and_sends_nothing_twice(desk, evening, screen):
    screen.goto(desk.address + DAY)
    screen.get_by_role("link", name="Sign this day off").click()
    expect(screen.get_by_text("40 mails")).to_be_visible()
    screen.get_by_role("button", name="Sign the day off").click()
    expect(screen.get_by_role("status")).to_contain_text("40 mails are on the way.")

    with desk.app.app_context():
        offering = db.session.scalars(sa.select(Offering)).one()
        day = NINE_AM.date()
        again = sign_offs.sign_off(offering, day, "", user=make_user(), now=EVENING)
        assert again is None
