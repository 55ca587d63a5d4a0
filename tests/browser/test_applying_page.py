"""Applying on a phone: nothing that was typed is lost, also without a network."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.pages import PHONE
from tests.browser.scene import Scene, go_offline
from tests.factories import LONG_AGO, NINE_AM, make_course, make_offering
from tests.views.forms import sent_code
from tracker.db import db
from tracker.models import Application

APPLY = "/offerings/OPEN-1/apply"
QUESTIONS = [{"key": "unit", "label": "Which unit?", "kind": "text", "required": True}]
TYPED = {
    "Your full name": "Ada Sample",
    "Agency or office": "Sample Agency",
    "Title or position": "Investigator",
    "Name of your supervisor": "Sam Sample",
    "How to reach them": "sam@agency.example.org",
    "Which unit?": "Sample unit",
}


@pytest.fixture
def opened(scene):
    """An offering that takes applications, a month before it begins."""
    scene.clock.moment = NINE_AM - timedelta(days=30)
    with scene.app.app_context():
        course = make_course(
            questions=QUESTIONS, audience=["Law enforcement", "Prosecution"]
        )
        make_offering(code="OPEN-1", course=course, applications_open_at=LONG_AGO)
        db.session.commit()
    return scene


def fits_and_is_accessible(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"]
    assert axe(page) == []


def details_of(scene):
    with scene.app.app_context():
        return db.session.scalars(sa.select(Application)).one().details


def prove(phone: Page, scene: Scene) -> None:
    """Go from the offering's page to the form, by a code."""
    phone.goto(scene.address + APPLY)
    fits_and_is_accessible(phone)
    phone.get_by_role("textbox", name="E-mail address").fill("ada@agency.example.org")
    phone.get_by_role("button", name="Send me a code").click()
    with scene.app.app_context():
        code = sent_code(db.session)
    phone.get_by_role("textbox", name="Code").fill(code)
    phone.get_by_role("button", name="Go on").click()


def send_whole(phone: Page) -> None:
    """Send it, mend what is missing, and send it again."""
    phone.get_by_role("button", name="Send my application").click()
    expect(phone.get_by_role("alert")).to_contain_text("Choose the state you work in")
    fits_and_is_accessible(phone)
    phone.get_by_label("The state you work in").select_option("NE")
    phone.get_by_role("button", name="Send my application").click()


def test_an_application_typed_through_a_dead_network_is_sent(
    opened, open_page, page_errors
):
    phone = open_page(PHONE)
    prove(phone, opened)
    words = phone.locator("[data-words]")
    phone.get_by_label("Your full name").fill(TYPED["Your full name"])
    expect(words).to_have_text("Saved. Nothing is sent yet.")
    assert details_of(opened)["name"] == "Ada Sample"

    go_offline(phone, page_errors)
    for label, text in TYPED.items():
        phone.get_by_label(label).fill(text)
    phone.get_by_label("Prosecution").check()
    expect(words).to_contain_text("Not saved yet: there is no network.")
    assert details_of(opened)["agency"] == ""
    address = phone.url
    phone.close()
    phone = phone.context.new_page()
    phone.context.set_offline(False)
    phone.goto(address)
    words = phone.locator("[data-words]")
    expect(words).to_have_text("Saved. Nothing is sent yet.")
    expect(phone.get_by_label("Agency or office")).to_have_value("Sample Agency")
    expect(phone.get_by_label("Prosecution")).to_be_checked()
    expect(phone.get_by_label("Where you work")).to_be_hidden()
    fits_and_is_accessible(phone)

    page_errors.allow("422")
    send_whole(phone)
    expect(phone.get_by_role("heading", name="Sent")).to_be_visible()
    fits_and_is_accessible(phone)
    phone.get_by_role("link", name="Name team members").click()
    fits_and_is_accessible(phone)
