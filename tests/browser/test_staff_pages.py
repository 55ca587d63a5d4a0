"""The live board in a browser, and how all pages of staff look."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.desk import BOARD, STAFF
from tests.browser.pages import DESKTOP, PHONE
from tests.browser.scene import go_offline

SECONDS = 1000
STATE = "[data-updated]"
PAGES = (
    "/staff",
    STAFF,
    BOARD,
    f"{BOARD}?filter=waiting",
    f"{BOARD}?q=nobody",
    f"{BOARD}/by-hand",
    f"{STAFF}/people",
    f"{STAFF}/people/{{person}}",
    f"{STAFF}/people/{{person}}/segments/1/mark",
    f"{STAFF}/people/{{person}}/segments/1/make-up",
    f"{STAFF}/people/{{person}}/segments/1/void",
    f"{STAFF}/people/{{person}}/pass",
    f"{STAFF}/people/{{person}}/withdraw",
    f"{STAFF}/people/{{person}}/pass-on-screen",
    f"{STAFF}/walk-in",
    f"{STAFF}/evaluation",
    f"{STAFF}/certificates",
    f"{STAFF}/settings",
    f"{STAFF}/schedule",
    f"{STAFF}/schedule/add",
    f"{STAFF}/schedule/move",
    f"{STAFF}/schedule/segments/1",
    f"{STAFF}/schedule/segments/1/cancel",
    f"{STAFF}/schedule/segments/1/delivered",
    f"{STAFF}/schedule/segments/1/history",
    f"{STAFF}/devices",
    f"{STAFF}/devices/practice",
    f"{STAFF}/devices/queue-file",
    f"{STAFF}/spares",
    f"{STAFF}/spares/1",
)


def test_a_check_in_shows_within_two_seconds_and_touches_nothing_else(desk, screen):
    screen.goto(desk.address + BOARD)
    screen.locator("tbody th a").nth(3).focus()
    screen.evaluate(
        "document.querySelectorAll('tbody td, tbody th').forEach((e) => e.isOld = true)"
    )

    person = desk.check_in(0)

    expect(screen.locator(f"#p-{person} td .pm--in")).to_have_count(1, timeout=2000)
    expect(screen.locator(".tally li").first).to_contain_text("1")
    fresh = (
        "[...document.querySelectorAll('tbody td, tbody th')].filter((e) => !e.isOld)"
    )
    assert screen.evaluate(f"{fresh}.length") == 0
    assert screen.evaluate("document.activeElement.textContent").startswith("Person No")


def test_who_has_come_leaves_the_list_of_those_not_here(desk, screen):
    screen.goto(f"{desk.address}{BOARD}?filter=waiting")
    expect(screen.locator("tbody tr")).to_have_count(40)
    kept = (
        screen.locator("tbody tr").nth(2).evaluate("row => (row.isOld = true, row.id)")
    )

    desk.check_in(0)

    expect(screen.locator("tbody tr")).to_have_count(39, timeout=2000)
    assert screen.evaluate("(id) => document.getElementById(id).isOld", kept)
    expect(screen.get_by_role("link", name="Not here yet 39")).to_be_visible()


def test_names_are_hidden_with_one_tap_and_stay_hidden(desk, screen):
    screen.goto(desk.address + BOARD)
    button = screen.get_by_role("button", name="Hide names")
    name, number = screen.locator(".who").first, screen.locator(".alias").first
    expect(number).to_be_hidden()

    button.click()

    expect(button).to_have_attribute("aria-pressed", "true")
    expect(name).to_be_hidden()
    expect(number).to_have_text("Person 01")
    desk.check_in(0)
    screen.reload()
    expect(name).to_be_hidden()

    screen.get_by_role("button", name="Hide names").click()
    screen.reload()
    expect(name).to_be_visible()


def test_a_lost_connection_says_how_old_the_picture_is(desk, screen, page_errors):
    screen.goto(desk.address + BOARD)
    expect(screen.locator(STATE)).to_have_text("Updated just now")

    go_offline(screen, page_errors)

    expect(screen.locator(STATE)).to_have_text("No connection, showing 09:00")
    expect(screen.get_by_role("link", name="Reload")).to_be_visible()
    person = desk.check_in(0)
    screen.context.set_offline(False)
    expect(screen.locator(STATE)).to_have_text("Updated just now", timeout=5 * SECONDS)
    expect(screen.locator(f"#p-{person} td .pm--in")).to_have_count(1)


def test_a_hidden_page_asks_nothing_until_it_is_seen_again(desk, screen):
    screen.goto(desk.address + BOARD)
    asked = []
    screen.on("request", lambda request: asked.append(request.url))
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    screen.evaluate(hide, True)
    screen.wait_for_timeout(1200)
    asked.clear()

    screen.wait_for_timeout(2500)
    resting = len(asked)
    screen.evaluate(hide, False)
    screen.wait_for_timeout(500)
    assert resting == 0
    assert asked


def test_who_was_signed_out_is_told_and_asks_no_more(desk, screen):
    screen.goto(desk.address + BOARD)

    desk.sign_out()

    expect(screen.locator(STATE)).to_have_text("This page has ended, showing 09:00")
    asked = []
    screen.on("request", lambda request: asked.append(request.url))
    screen.wait_for_timeout(2500)
    assert asked == []


def test_forty_people_and_thirteen_segments_fit_without_scrolling(desk, screen):
    screen.goto(desk.address + BOARD)

    expect(screen.locator("tbody tr")).to_have_count(40)
    assert screen.evaluate("document.documentElement.scrollHeight") <= 900
    widths = screen.locator(".reg").evaluate_all(
        "registers => registers.map((each) => each.scrollWidth - each.clientWidth)"
    )
    assert widths == [0, 0]


def test_somebody_is_checked_in_and_undone_with_the_keyboard_alone(desk, screen):
    screen.goto(desk.address + BOARD)
    screen.get_by_role("link", name="check Person No 00 in to segment 1").focus()
    screen.keyboard.press("Enter")
    screen.wait_for_url("**/by-hand?**")
    expect(screen.get_by_label("Person")).to_have_value(desk.first_person)
    screen.get_by_label("Badge forgotten").focus()
    screen.keyboard.press("Space")
    screen.get_by_role("button", name="Check in").focus()
    screen.keyboard.press("Enter")

    expect(screen.get_by_role("status")).to_contain_text("Person No 00 is checked in")
    cell = screen.locator(f"#p-{desk.first_person} td").first
    expect(cell.locator(".pm--in")).to_have_count(1)
    screen.get_by_role("button", name="Undo").focus()
    screen.keyboard.press("Enter")

    expect(cell.locator(".pm--wait")).to_have_count(1)
    expect(screen.get_by_role("status")).to_contain_text("was taken back")


def test_the_board_works_without_javascript(desk, open_page):
    page = open_page(java_script_enabled=False)
    desk.sign_in(page)
    page.goto(desk.address + BOARD)
    desk.check_in(0)

    page.get_by_role("link", name="Reload").click()

    expect(page.locator("tbody td .pm--in")).to_have_count(1)
    expect(page.locator("[data-hide-names]")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits_its_width(desk, open_page, device, scheme):
    page = open_page(device, color_scheme=scheme)
    desk.sign_in(page)
    found = {}
    for place in PAGES:
        page.goto(desk.address + place.format(person=desk.first_person))
        violations = axe(page)
        excess = page.locator("html").evaluate(
            "html => html.scrollWidth - html.clientWidth"
        )
        if violations or excess > 0:
            found[place] = (violations, excess)

    assert found == {}
