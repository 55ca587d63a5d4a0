"""A form of every kind of question, built in a browser and answered on a phone."""

import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.browser.axe import Violation, axe
from tests.browser.pages import DESKTOP, PHONE, wait_js
from tests.browser.scene import CODE, DRAFTS, PASS, Scene, go_offline
from tests.browser.test_correction_pages import keep_picture
from tests.browser.test_evaluation_page import READY
from tests.factories import make_user
from tracker import clock
from tracker.db import db
from tracker.models import EvaluationReceipt, Offering, SealedResponse
from tracker.models.staff import Role
from tracker.services import sessions

BUILDER = f"/staff/offerings/{CODE}/knowledge/form"
Questions = tuple[tuple[str, str, dict[str, str]], ...]
FIRST: Questions = (
    ("rating", "How sure are you?", {"low": "Not at all", "high": "Very"}),
    ("single", "Which one is right?", {"choices": "This\n* That"}),
    ("multiple", "Which of these are right?", {"choices": "* One\nTwo\n* Three"}),
)
SECOND: Questions = (
    ("number", "How much from 0 to 10?", {"low": "Nothing", "high": "All"}),
    ("short", "In a word?", {}),
    ("long", "What is not clear yet?", {}),
)


def sign_in_coordinator(page: Page, scene: Scene) -> None:
    with scene.app.app_context():
        offering = db.session.scalars(sa.select(Offering)).one()
        user = make_user(Role.COORDINATOR, offering)
        token = sessions.begin_session(user, now=clock.now())
        db.session.commit()
    page.context.add_cookies([{"name": "muster", "value": token, "url": scene.address}])


def add_section(page: Page, number: int, title: str, questions: Questions) -> None:
    """Add a section and its questions, each filled in as it comes."""
    page.get_by_role("button", name="Add a section").click()
    page.locator(f"#sections-{number}-title").fill(title)
    for place, (kind, text, more) in enumerate(questions):
        if place:
            page.locator(
                f"#sections-{number} button", has_text="Add a question"
            ).click()
        name = f"#sections-{number}-questions-{place}"
        page.locator(f"{name}-text").fill(text)
        page.locator(f"{name}-kind").select_option(kind)
        page.locator(f"{name} input[type=checkbox]").check()
        for field, words in more.items():
            page.locator(f"{name}-{field}").fill(words)


def build(page: Page, scene: Scene) -> list[Violation]:
    """Build the form; gives what axe found on the way."""
    page.goto(scene.address + BUILDER)
    add_section(page, 0, "What you know", FIRST)
    add_section(page, 1, "What you think", SECOND)
    found = [*axe(page)]
    page.get_by_role("button", name="Preview").click()
    keep_picture(page, "form-builder")
    preview = page.locator(".builder__phone")
    expect(preview.locator(".question")).to_have_count(6)
    found += axe(page)
    page.locator("button[value='down:0.0']").click()
    page.locator("button[value='remove:1.1']").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_text("Saved as version 1.")).to_be_visible()
    return found


def begin(phone: Page, scene: Scene) -> None:
    """Come to the questions from the pass; the question moved up comes first."""
    phone.goto(scene.address + PASS)
    phone.get_by_role("link", name="Answer them").click()
    wait_js(phone, READY)
    legends = phone.locator("[data-step]:visible legend")
    assert legends.first.inner_text() == "Which one is right?"
    assert phone.locator("[data-count]").inner_text() == "0 of 2"


def answer_first(phone: Page) -> None:
    for choice in ("That", "One", "Three"):
        phone.get_by_label(choice, exact=True).check()
    phone.locator("[data-step]:visible .likert label").nth(3).click()
    wait_js(phone, "document.querySelector('.saved').textContent.includes('Saved')")


def answer_second(phone: Page) -> None:
    assert phone.locator("[data-step-words]").inner_text() == "Step 2 of 3"
    phone.locator("[data-step]:visible .likert label").nth(9).click()
    phone.get_by_label("In a word?").fill("Useful")
    phone.get_by_label("What is not clear yet?").fill("Little 😀")


def test_a_form_is_built_and_answered_though_the_network_fails_twice(
    scene, open_page, page_errors
):
    staff, phone = open_page(DESKTOP), open_page(PHONE)
    sign_in_coordinator(staff, scene)
    assert build(staff, scene) == []
    scene.sign_in(phone)
    begin(phone, scene)
    keep_picture(phone, "form-steps")
    found = axe(phone)

    go_offline(phone, page_errors)
    answer_first(phone)
    phone.context.set_offline(False)
    phone.reload()
    wait_js(phone, READY)
    assert phone.get_by_label("Three", exact=True).is_checked()
    phone.get_by_role("button", name="Next").click()
    answer_second(phone)
    found += axe(phone)
    phone.get_by_role("button", name="Next").click()
    go_offline(phone, page_errors)
    phone.locator("[data-send]").click()
    expect(phone.locator("[data-sending]")).to_contain_text("Not sent yet.")
    phone.context.set_offline(False)

    phone.get_by_role("heading", name="Thank you").wait_for()
    wait_js(phone, f"{DRAFTS}.then((count) => count === 0)")
    assert found + axe(phone) == []
    assert (scene.count(EvaluationReceipt), scene.count(SealedResponse)) == (1, 1)
