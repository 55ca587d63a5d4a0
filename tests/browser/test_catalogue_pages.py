"""A course, an offering copied and published: on a phone, by an administrator."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.pages import DESKTOP, PHONE
from tests.browser.scene import CODE, SENDING
from tests.browser.test_correction_pages import keep_picture
from tests.factories import make_user
from tracker.db import db
from tracker.models import Course
from tracker.services import sessions

SETTINGS = f"/staff/offerings/{CODE}/settings"


@pytest.fixture
def admin(scene):
    """The cookie of a signed-in administrator."""
    with scene.app.app_context():
        user = make_user(None, None, is_admin=True)
        token = sessions.begin_session(user, now=SENDING)
        db.session.commit()
    return {"name": "muster", "value": token, "url": scene.address}


def look(page: Page, name: str) -> None:
    """Hold a page against what every page has to be."""
    keep_picture(page, f"catalogue-{name}")
    viewport = page.viewport_size
    assert viewport
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    assert axe(page) == [], name


@pytest.mark.parametrize(
    ("device", "scheme"),
    [(PHONE, "dark"), (DESKTOP, "light")],
    ids=["phone, dark", "desktop, light"],
)
def test_every_page_of_the_catalogue_is_accessible_and_fits_its_width(
    scene, admin, open_page, device, scheme
):
    page = open_page(device, color_scheme=scheme)
    page.context.add_cookies([admin])
    with scene.app.app_context():
        course = db.session.scalars(sa.select(Course)).one().code
    width = device["viewport"]["width"]
    for name, address in {
        "courses": "/staff/courses",
        "add-course": "/staff/courses/add",
        "add-offering": f"/staff/courses/{course}/offerings/add",
        "settings": SETTINGS,
        "facts": f"{SETTINGS}/facts",
        "admissions": f"{SETTINGS}/admissions",
        "policy": f"{SETTINGS}/policy",
        "copy": f"{SETTINGS}/copy",
        "cancel": f"{SETTINGS}/cancel",
        "schedule": "/?state=NE",
        "offering": f"/offerings/{CODE}",
    }.items():
        page.goto(scene.address + address)
        look(page, f"{name}-{width}")


def test_an_offering_is_copied_published_and_opened(scene, admin, open_page):
    page = open_page(PHONE)
    page.context.add_cookies([admin])
    page.goto(scene.address + SETTINGS)

    page.get_by_role("link", name="Make another offering like this one").click()
    page.get_by_label("Code").fill("COPY")
    page.get_by_label("City").fill("Lincoln")
    page.get_by_label("First day").fill("2027-05-04")
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_text("COPY is a draft now.")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    page.get_by_role("button", name="Open applications now").click()
    expect(page.get_by_role("button", name="Close applications now")).to_be_visible()
    look(page, "copied")

    visitor = open_page(PHONE)
    visitor.goto(scene.address)
    visitor.get_by_label("Month").select_option("May 2027")
    visitor.get_by_role("button", name="Show").press("Enter")
    expect(visitor.get_by_role("link", name="Lincoln, NE")).to_be_visible()
    expect(visitor.get_by_role("link", name="Omaha, NE")).to_have_count(0)
    look(visitor, "schedule-picked")
    visitor.get_by_role("link", name="Lincoln, NE").click()
    expect(visitor.get_by_role("link", name="Apply")).to_be_visible()
    look(visitor, "offering-open")
