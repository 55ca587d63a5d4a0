"""Credit on a phone: a licence, the statement, and an outsider who verifies it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.pages import PHONE
from tests.browser.scene import CODE, PASS, SENDING
from tests.factories import make_scan
from tests.printed import codes_on, pictures_of
from tracker.db import db
from tracker.models import Enrollment, Offering
from tracker.services import attendance, credit_rules


@pytest.fixture
def credited(scene):
    """The evening: two of three segments attended, one jurisdiction carried."""
    with scene.app.app_context():
        offering = db.session.scalars(sa.select(Offering).filter_by(code=CODE)).one()
        (example, *_) = credit_rules.list_examples()
        offering.accreditations = [example.values | {"line": "Sample line"}]
        enrollment = db.session.scalars(sa.select(Enrollment)).one()
        for segment in offering.segments[:2]:
            make_scan(enrollment, segment)
            attendance.project(enrollment.id, segment.id)
        db.session.commit()
    scene.clock.moment = SENDING + timedelta(hours=2)
    return scene


def fits_and_is_accessible(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"]
    assert axe(page) == []


def test_a_licence_then_a_statement_that_an_outsider_verifies(
    credited, phone, open_page, tmp_path
):
    phone.goto(credited.address + PASS)
    phone.get_by_role("link", name="Your credit").click()
    fits_and_is_accessible(phone)
    phone.get_by_role("link", name="Give a number").click()
    phone.get_by_label("Licence number").fill("NE-0012")
    fits_and_is_accessible(phone)
    phone.get_by_role("button", name="Save the number").click()
    expect(phone.get_by_text("NE-0012")).to_be_visible()

    phone.goto(f"{credited.address}{PASS}/credit")
    phone.get_by_role("button", name="Issue my statement").click()
    with phone.expect_download() as downloading:
        phone.get_by_role("link", name="Download (PDF)").click()
    path = tmp_path / "statement.pdf"
    downloading.value.save_as(path)

    (code,) = codes_on(pictures_of(path.read_bytes(), dpi=150)[0])
    outsider = open_page(PHONE)
    outsider.goto(f"{credited.address}/verify#{code.partition('#')[2]}")
    outsider.get_by_label("Name").fill("ada sample")
    outsider.get_by_role("button", name="Verify").click()
    expect(outsider.get_by_role("heading", name="Valid")).to_be_visible()
    expect(outsider.get_by_text("3 hours")).to_be_visible()
    fits_and_is_accessible(outsider)

    phone.goto(f"{credited.address}/me/transcript")
    expect(phone.get_by_text("Credit statement", exact=False).first).to_be_visible()
    fits_and_is_accessible(phone)
