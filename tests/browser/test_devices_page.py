"""The page of the devices in a browser, and a device that is paired by a typed code."""

import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.desk import STAFF
from tests.browser.pages import PHONE
from tests.browser.scene import go_offline
from tracker.db import db
from tracker.models import Device

LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


def say(desk, **state):
    """Let the device say something of itself."""
    with desk.app.app_context():
        db.session.execute(sa.update(Device).values(**state))
        db.session.commit()


def test_what_a_device_says_shows_without_touching_what_is_typed(desk, screen):
    screen.goto(f"{desk.address}{STAFF}/devices")
    row = screen.locator("tbody tr").first
    screen.locator("#device-name").fill("Door 2")
    row.get_by_role("link", name="Change").focus()

    say(desk, battery_percent=17, unsent_count=30, last_contact_at=desk.clock.moment)
    screen.evaluate(LOOK_AGAIN)

    expect(row).to_contain_text("17 %")
    expect(row).to_contain_text("30 scans are not sent")
    expect(screen.locator("#device-name")).to_have_value("Door 2")
    assert screen.evaluate("document.activeElement.textContent").startswith("Change")


def test_without_a_network_the_list_stays_as_it_was(desk, screen, page_errors):
    screen.goto(f"{desk.address}{STAFF}/devices")
    go_offline(screen, page_errors)

    screen.evaluate(LOOK_AGAIN)

    expect(screen.locator("tbody tr").first).to_contain_text("Door 1")


def test_on_a_phone_a_single_row_is_a_card_that_does_not_scroll(desk, open_page):
    """Seen red while the hidden head of the table was higher than its one row."""
    say(desk, revoked_at=desk.clock.moment)
    phone = open_page(PHONE)
    desk.sign_in(phone)

    phone.goto(f"{desk.address}{STAFF}/devices")

    beyond = "box => box.scrollHeight - box.clientHeight"
    assert phone.locator(".scroll").evaluate(beyond) == 0
    assert axe(phone) == []


def test_a_device_is_paired_by_the_code_that_is_typed_on_it(
    desk, screen, open_page, page_errors
):
    page_errors.allow(r"404 \(NOT FOUND\).*/scan/pair/")
    screen.goto(f"{desk.address}{STAFF}/devices")
    screen.locator("#device-name").fill("Door 2")
    screen.get_by_role("button", name="Show the pairing code").click()
    code = screen.locator(".pair__code").inner_text()
    phone = open_page(PHONE)
    phone.goto(f"{desk.address}/scan/pair")

    phone.get_by_label("Pairing code").fill("0000 0000 0000")
    phone.get_by_role("button", name="Pair this device").click()
    expect(phone.get_by_role("alert")).to_contain_text("is not known")
    phone.get_by_label("Pairing code").fill(f" {code.lower()} ")
    phone.keyboard.press("Enter")

    phone.wait_for_url(f"{desk.address}/scan")
    screen.get_by_role("link", name="Show the devices").click()
    expect(screen.locator("tbody")).to_contain_text("Door 2")
