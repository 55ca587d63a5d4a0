"""An offering's mail in a browser: own words by keyboard, and how it looks."""

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.desk import STAFF
from tests.browser.keyboard import press, reach
from tests.browser.pages import DESKTOP, PHONE
from tests.factories import NINE_AM
from tracker.db import db
from tracker.models import Enrollment, OutboxMessage
from tracker.services import messages

MAIL = f"{STAFF}/mail"
WORDS = f"{MAIL}/words/accepted"


def give_up(desk, count=3):
    with desk.app.app_context():
        people = db.session.scalars(sa.select(Enrollment).limit(count)).all()
        for each in people:
            messages.queue_pass_ready(each, now=NINE_AM)
        db.session.flush()
        db.session.execute(
            sa.update(OutboxMessage).values(
                failed_at=NINE_AM, last_error="refused with 550", attempt_count=1
            )
        )
        db.session.commit()


def test_own_words_are_refused_mended_and_kept_with_the_keyboard(
    desk, screen, page_errors
):
    page_errors.allow("422")
    screen.goto(desk.address + WORDS)
    subject = screen.get_by_label("Subject")
    subject.fill("Your seat in Omaha")
    reach(screen, screen.get_by_role("button", name="Keep it"))
    press(screen, "Enter")

    expect(screen.locator(".field__error")).to_contain_text(
        "“omaha” would tell the place"
    )
    subject.fill("Please answer by {confirm_by}")
    reach(screen, screen.get_by_role("button", name="Look at it"))
    press(screen, "Enter")
    sample = screen.get_by_role("article", name="As HTML")
    expect(sample).to_contain_text("Please answer by Tuesday, 6 October 2026")
    reach(screen, screen.get_by_role("button", name="Keep it"))
    press(screen, "Enter")

    expect(screen.get_by_role("status")).to_contain_text("Kept.")
    expect(subject).to_have_value("Please answer by {confirm_by}")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_pages_of_mail_are_accessible(desk, open_page, size):
    give_up(desk)
    page = open_page(size)
    desk.sign_in(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # before loading: colours fade over
        for address in (MAIL, WORDS):
            page.goto(desk.address + address)
            assert axe(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
