"""The schedule changed with the keyboard alone, and what it looks like to ask."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.desk import BOARD, STAFF
from tests.browser.keyboard import press, reach
from tests.browser.pages import DESKTOP, PHONE
from tests.factories import NINE_AM
from tracker.db import db
from tracker.models import Segment

SCHEDULE = f"{STAFF}/schedule"


def segment_of(desk, number=1):
    with desk.app.app_context():
        row = db.session.scalars(sa.select(Segment).filter_by(number=number)).one()
        return row.starts_at, row.ends_at, row.delivered_ends_at, row.on_time_until


def test_a_segment_is_moved_with_the_keyboard_alone(desk, screen):
    screen.goto(desk.address + SCHEDULE)
    reach(screen, screen.get_by_role("link", name="Change segment 1", exact=True))
    press(screen, "Enter")
    expect(screen.get_by_role("heading", name="Change segment 1")).to_be_visible()

    reach(screen, screen.get_by_label("Starts"))
    press(screen, "Tab", "Tab", "Tab")  # past the month, the day and the year
    screen.keyboard.type("0915AM")
    reach(screen, screen.get_by_label("Ends"))
    press(screen, "Tab", "Tab", "Tab")
    screen.keyboard.type("1045AM")
    reach(screen, screen.get_by_role("button", name="See what this changes"))
    press(screen, "Enter")

    expect(screen.get_by_text("Nothing has been changed yet.")).to_be_visible()
    assert segment_of(desk)[0] == NINE_AM
    reach(screen, screen.get_by_role("button", name="Save"))
    press(screen, "Enter")

    expect(screen.get_by_role("status")).to_contain_text("Segment 1 is saved.")
    expect(screen.locator("tbody tr").first).to_contain_text("09:15 to 10:45")
    quarter = timedelta(minutes=15)
    assert segment_of(desk)[:2] == (NINE_AM + quarter, NINE_AM + 7 * quarter)


def test_a_queue_is_let_in_with_one_tap_and_everybody_follows(desk, screen):
    desk.clock.moment = NINE_AM + timedelta(minutes=12, seconds=20)
    person = desk.check_in(0)
    screen.goto(desk.address + BOARD)
    mark = screen.locator(f"#p-{person} td").first
    expect(mark.locator(".pm--late")).to_have_count(1)

    screen.get_by_role("button", name="On time until now").click()

    expect(screen.get_by_role("status")).to_contain_text("on time until 09:13")
    expect(mark.locator(".pm--in")).to_have_count(1)
    screen.get_by_role("button", name="Take back").click()
    expect(mark.locator(".pm--late")).to_have_count(1)
    assert segment_of(desk)[3] is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_page_that_asks_is_accessible_and_fits(desk, open_page, device, scheme):
    person = desk.check_in(0)
    page = open_page(device, color_scheme=scheme)
    desk.sign_in(page)
    page.goto(f"{desk.address}{SCHEDULE}/segments/1/delivered")
    page.get_by_label("Really started").fill("2026-11-03T08:40")
    page.get_by_label("Reason").fill("Everybody was early.")
    page.get_by_role("button", name="See what this changes").click()

    expect(page.get_by_text("1 person would stand otherwise.")).to_be_visible()
    assert person
    assert axe(page) == []
    assert page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    page.get_by_role("button", name="Set for everybody").click()
    expect(page.get_by_role("status")).to_contain_text("Noted how segment 1 was held.")
