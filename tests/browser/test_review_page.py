"""Applications reviewed with the keyboard alone, and what the pages look like.

Set SHOTS to a folder to keep a picture of each page.
"""

import os
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.desk import STAFF
from tests.browser.pages import DESKTOP, PHONE
from tests.factories import LONG_AGO, make_application, make_person
from tracker.db import db
from tracker.domain.admissions import Status
from tracker.models import Application, Offering

LIST = f"{STAFF}/applications"
APPLICANTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("Alex Sample", "NE", {}),
    ("Sample Alex", "IA", {"email": "sample.alex@gmail.com"}),
    ("Robin Sample-Longname of the Longest Family", "NY", {}),
    ("Kim Sample", "NE", {}),
)


@pytest.fixture
def applied(desk):
    """Four have applied; the last is on the waitlist. Gives the ids in order."""
    desk.clock.moment -= timedelta(days=30)
    with desk.app.app_context():
        offering = db.session.scalars(sa.select(Offering)).one()
        offering.catchment = ["NE"]
        offering.course.audience = ["Law enforcement", "Prosecution"]
        offering.capacity = 42
        rows = [
            make_application(
                offering=offering,
                person=make_person(name=name, discipline="Law enforcement", **fields),
                state=state,
                submitted_at=LONG_AGO + timedelta(hours=hour),
            )
            for hour, (name, state, fields) in enumerate(APPLICANTS)
        ]
        rows[-1].status = Status.WAITLISTED
        db.session.commit()
        return [row.public_id for row in rows]


def check(page, name):
    """Judge the page, and keep a picture of it where one is wanted."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
    assert axe(page) == []
    wider = (
        "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    )
    assert not page.evaluate(wider), name


def status_of(desk, uid):
    with desk.app.app_context():
        wanted = sa.select(Application.status).where(Application.public_id == uid)
        return db.session.scalar(wanted)


def title(page, words):
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


@pytest.mark.parametrize(
    ("size", "device"), [("desktop", DESKTOP), ("phone", PHONE)], ids=str
)
def test_applications_are_decided_with_the_keyboard_alone(
    desk, applied, open_page, size, device
):
    page = open_page(device, color_scheme="dark" if size == "phone" else "light")
    desk.sign_in(page)

    decide_one_by_one(desk, page, size)
    assert status_of(desk, applied[0]) is Status.ACCEPTED

    decide_together(desk, page, size)
    assert {status_of(desk, each) for each in applied[1:]} == {Status.WAITLISTED}


def decide_one_by_one(desk, page, size):
    """Go there and back by keys, accept the first, and switch the keys off."""
    page.goto(desk.address + LIST)
    check(page, f"list-{size}")
    page.get_by_role("link", name="Alex Sample", exact=True).focus()
    page.keyboard.press("Enter")
    title(page, "Alex Sample")
    check(page, f"one-{size}")
    for key, name in (("j", "Sample Alex"), ("k", "Alex Sample"), ("a", "Accept")):
        expect(page.locator("[data-keys]")).to_be_visible()
        page.keyboard.press(key)
        title(page, name)
    expect(page.get_by_label("Note to the applicant")).to_be_focused()
    check(page, f"accept-{size}")
    page.keyboard.type("adq")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    title(page, "Sample Alex")
    page.get_by_label("Keys: j next").focus()
    page.keyboard.press("Space")
    page.keyboard.press("d")
    title(page, "Sample Alex")


def decide_together(desk, page, size):
    """Put all who are left on the waitlist, after a look at what would happen."""
    page.goto(desk.address + LIST)
    for box in page.get_by_role("checkbox").all():
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Waitlist what is ticked").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nothing has happened yet.")).to_be_visible()
    check(page, f"together-{size}")
    page.get_by_role("button", name="and send the mails").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 applications of 2 decided.")).to_be_visible()
    check(page, f"done-{size}")
    page.goto(f"{desk.address}{LIST}?status=waitlist")
    check(page, f"waitlist-{size}")
