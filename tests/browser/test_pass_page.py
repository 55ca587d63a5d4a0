"""The pass on a phone, without a network too; and how the pages of anybody look."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Dialog

from tests.browser.axe import axe
from tests.browser.pages import DESKTOP, PHONE, wait_js
from tests.browser.scene import CODE, DRAFTS, EVALUATION, PASS, SENDING, go_offline
from tracker.db import db
from tracker.models import Enrollment

KEPT = "document.querySelector('[data-saved]:not([hidden])')"
CACHES = "caches.keys()"


def test_pass_opens_again_without_a_network(scene, phone, page_errors):
    phone.goto(scene.address + PASS)
    wait_js(phone, KEPT)
    seen = phone.locator(".qr path").last.get_attribute("d")
    go_offline(phone, page_errors)

    phone.goto(scene.address + PASS)

    wait_js(phone, "!document.querySelector('[data-offline]').hidden")
    assert phone.locator(".qr path").last.get_attribute("d") == seen
    assert phone.evaluate("document.fonts.check('16px \"Atkinson Next\"')")
    assert (
        phone.locator(".ticket__head").evaluate(
            "head => getComputedStyle(head).backgroundColor"
        )
        == "rgb(143, 216, 245)"
    )


def test_other_pages_lead_to_the_pass_without_a_network(scene, phone, page_errors):
    phone.goto(scene.address + PASS)
    wait_js(phone, KEPT)
    go_offline(phone, page_errors)

    phone.goto(scene.address + EVALUATION)

    assert phone.url == scene.address + PASS


def test_only_the_pass_page_and_what_draws_it_is_kept(scene, phone):
    for path in (EVALUATION, PASS, f"{PASS}/programme", PASS):
        phone.goto(scene.address + path)
    wait_js(phone, KEPT)

    kept = phone.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys())
            for (const { url } of await (await caches.open(name)).keys())
              found.push(new URL(url).pathname);
          return found;
        }"""
    )
    assert [path for path in kept if not path.startswith("/static/")] == [PASS]


def test_pass_that_is_not_ones_own_any_more_is_forgotten(scene, phone, page_errors):
    phone.goto(scene.address + PASS)
    wait_js(phone, KEPT)
    with scene.app.app_context():
        enrollment = db.session.scalars(sa.select(Enrollment)).one()
        enrollment.withdrawn_at = SENDING
        db.session.commit()
    page_errors.allow("404")

    phone.goto(scene.address + PASS)

    wait_js(phone, f"{CACHES}.then((names) => names.length === 0)")


def test_signing_out_leaves_neither_pass_nor_draft(scene, phone):
    phone.goto(scene.address + PASS)
    wait_js(phone, KEPT)
    phone.goto(scene.address + EVALUATION)
    phone.locator("[name='overall.change']").fill("Unsent")
    wait_js(phone, f"{DRAFTS}.then((count) => count === 1)")
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    phone.on("dialog", agree)

    phone.goto(scene.address + "/me")
    phone.get_by_role("button", name="Sign out").click()
    phone.wait_for_url(scene.address + "/")

    assert asked == [
        "What you typed on this device has not been sent or saved and will be deleted. "
        "Sign out?"
    ]
    assert (phone.evaluate(CACHES), phone.evaluate(DRAFTS)) == ([], 0)


def test_verification_fills_the_serial_from_the_address(scene, phone):
    phone.goto(scene.address + "/verify#MC1-AAAA-BBBB-CCCC-DDDD")

    wait_js(phone, "document.activeElement.name === 'name'")
    assert phone.input_value("[name=serial]") == "MC1-AAAA-BBBB-CCCC-DDDD"


PAGES = [
    "/",
    f"/offerings/{CODE}",
    "/p/ANYTHING",
    "/verify",
    "/me",
    PASS,
    f"{PASS}/programme",
    EVALUATION,
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_pages_break_no_rule_of_accessibility(scene, open_page, scheme, device):
    page = open_page(device, color_scheme=scheme)
    scene.sign_in(page)
    for path in PAGES:
        page.goto(scene.address + path)
        assert axe(page) == []


def test_narrowest_screen_needs_no_scrolling_sideways(scene, open_page):
    page = open_page({"viewport": {"width": 320, "height": 640}})
    scene.sign_in(page)

    widths = {}
    for path in PAGES:
        page.goto(scene.address + path)
        widths[path] = page.evaluate("document.documentElement.scrollWidth")

    assert widths == dict.fromkeys(PAGES, 320)
