"""The way to a seat: from a draft to three answers, and to one pass.

Coordinator and applicants are browsers and use the keyboard alone; mail comes from a
real SMTP server, the worker sends it, and the pass is read as a door reads it.
Set SHOTS to a folder to keep a picture of each page.
"""

import io
import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.axe import axe
from tests.browser.keyboard import follow, press, push, reach, type_in
from tests.browser.pages import DESKTOP, PHONE
from tests.browser.training import (
    PASSPHRASE,
    Training,
    email_of,
    open_training,
    segments,
)
from tests.conftest import ENGINES
from tests.definitions import as_file, make_definition
from tests.factories import NINE_AM, make_course
from tracker.db import db

CODE = "OMAHA1"
STAFF = f"/staff/offerings/{CODE}"
READY, LACKING, DISTANT = "Sample Ready", "Sample Lacking", "Sample Distant"
STATES = {READY: "Nebraska", LACKING: "Iowa", DISTANT: "Oregon"}
COORDINATOR = "coordinator@example.org"
REPORT = f"""\
Learner,E-mail,Status,Completed on
{READY},{email_of(READY).upper()},Completed,2026-08-14
{LACKING},{email_of(LACKING)},In progress,
{DISTANT},{email_of(DISTANT)},Completed,2026-08-15
"""
Visit = Callable[[Page], None]
NOTES = {
    READY: "Please bring a notebook.",
    LACKING: "A seat may become free.",
    DISTANT: "There will be one nearer to you.",
}
ANSWERS = {
    READY: ("Please confirm your seat", "A seat is held for you"),
    LACKING: ("You are on the waitlist", "On the waitlist"),
    DISTANT: ("About your application", "Declined"),
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("engine", ENGINES)
def test_from_a_draft_to_a_pass(engine, tmp_path, open_page):
    with open_training(engine, tmp_path, import_draft) as training:
        training.clock.moment = NINE_AM - timedelta(days=40)
        desk = open_page(DESKTOP)
        publish(training, desk)
        phones = {
            READY: open_page(PHONE, color_scheme="dark"),
            LACKING: open_page(PHONE, color_scheme="light"),
            DISTANT: open_page(PHONE, color_scheme="dark"),
        }
        for name, phone in phones.items():
            training.clock.moment += timedelta(hours=1)
            apply(training, phone, name, look if name == READY else pass_by)
        desk.emulate_media(color_scheme="dark")
        import_report(training, desk)
        desk.emulate_media(color_scheme="light")
        decide(training, desk)

        inbox = open_page(PHONE)
        for name, phone in phones.items():
            phone.goto(read_mail(training, inbox, name))
            expect_answer(phone, name)
        confirm_and_show_the_pass(training, phones[READY])


def import_draft(training: Training) -> None:
    """Have a course, the one that comes first, and the draft of an offering."""
    with training.app.app_context():
        make_course(code="ICSTAR", title="Sample course online")
        db.session.commit()
    definition = make_definition(
        course__code="CSTAR",
        course__audience=["Law enforcement", "Prosecutors"],
        course__prerequisite_course="ICSTAR",
        offering__code=CODE,
        offering__ends_on="2026-11-06",
        offering__capacity=1,
        offering__published=False,
        instructors=[{"key": "ada", "name": "Sample Instructor Ada"}],
        segments=segments(),
    )
    path = training.folder / "offering.yaml"
    path.write_bytes(as_file(definition))
    assert training.run("offering", "import", str(path))["created"] == 1


def publish(training: Training, desk: Page) -> None:
    """The coordinator signs in by the invitation, and opens the offering."""
    invitation = training.run(
        "users", "add", COORDINATOR, "--role", "coordinator", "--offering", CODE
    )
    desk.goto(invitation["link"])
    type_in(desk, "Your name", "Sample Coordinator")
    type_in(desk, "Passphrase", PASSPHRASE)
    push(desk, "Save and sign in")
    desk.wait_for_url(f"{training.url}/staff")
    desk.goto(f"{training.url}{STAFF}/settings")
    look(desk)
    push(desk, "Publish")
    expect(desk.get_by_role("status")).to_contain_text("The public sees this offering")
    push(desk, "Open applications now")
    expect(desk.get_by_role("status")).to_contain_text("Applications are open.")


def look(page: Page) -> None:
    """Judge a page, in the colours that it is shown in."""
    if folder := os.environ.get("SHOTS"):
        number = len(list(Path(folder).iterdir()))
        page.screenshot(path=Path(folder) / f"{number:02}.png", full_page=True)
    assert axe(page) == []
    width = "document.documentElement.scrollWidth - innerWidth"
    assert page.evaluate(width) <= 0


def pass_by(_page: Page) -> None:
    """Look at nothing: the page is one that was judged before."""


def apply(training: Training, phone: Page, name: str, visit: Visit) -> None:
    """Somebody finds the offering, proves the address and sends an application."""
    phone.goto(training.url)
    visit(phone)
    follow(phone, "Omaha, NE")
    visit(phone)
    follow(phone, "Apply")
    visit(phone)
    before = len(training.mail.messages)
    type_in(phone, "E-mail address", email_of(name))
    push(phone, "Send me a code")
    visit(phone)
    type_in(phone, "Code", training.mailed_code(email_of(name), after=before))
    push(phone, "Go on")
    visit(phone)
    fill_in(phone, name)
    push(phone, "Send my application")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Sent")
    visit(phone)


def fill_in(phone: Page, name: str) -> None:
    """Type what every application asks."""
    type_in(phone, "Your full name", name)
    type_in(phone, "Agency or office", "Sample Agency")
    type_in(phone, "Title or position", "Investigator")
    reach(phone, phone.get_by_role("radio", name="Law enforcement"))
    press(phone, "Space")
    reach(phone, phone.get_by_label("The state you work in"))
    phone.keyboard.type(STATES[name])
    type_in(phone, "Name of your supervisor", "Sample Supervisor")
    type_in(phone, "How to reach them", "supervisor@example.org")


def import_report(training: Training, desk: Page) -> None:
    """The coordinator records who finished the course that comes first."""
    report = training.folder / "report.csv"
    report.write_text(REPORT)
    desk.goto(f"{training.url}{STAFF}/prerequisite")
    look(desk)
    follow(desk, "Import completions")
    look(desk)
    desk.get_by_label("Report as CSV").set_input_files(report)
    push(desk, "Go on")
    look(desk)
    push(desk, "Import them all")
    expect(desk.get_by_role("status")).to_contain_text("2 recorded")
    look(desk)


def decide(training: Training, desk: Page) -> None:
    """Accept one, put one on the waitlist, decline one: each leads to the next."""
    follow(desk, "Applications 3")
    look(desk)
    follow(desk, READY)
    expect_findings(desk, READY, [])
    look(desk)
    press(desk, "a")
    say(desk, NOTES[READY])
    expect_findings(
        desk, LACKING, ["No completion of ICSTAR on record.", "No seat is left."]
    )
    press(desk, "w")
    say(desk, NOTES[LACKING])
    expect_findings(desk, DISTANT, ["OR is outside the catchment.", "No seat is left."])
    press(desk, "d")
    say(desk, NOTES[DISTANT])
    expect(desk.get_by_role("heading", level=1)).to_have_text("Applications")
    look(desk)


def expect_findings(desk: Page, name: str, unmet: list[str]) -> None:
    """The application of this person is open; this alone speaks against it."""
    expect(desk.get_by_role("heading", level=1)).to_have_text(name)
    found = desk.locator("dl.facts dd", has=desk.locator(".pm--out"))
    expect(found).to_contain_text(unmet)


def say(desk: Page, note: str) -> None:
    """Write the note, look at the mail, and send it."""
    expect(desk.get_by_label("Note to the applicant")).to_be_focused()
    look(desk)
    desk.keyboard.type(note)
    press(desk, "Tab", "Enter")


def read_mail(training: Training, inbox: Page, name: str) -> str:
    """Read a mail as text and as HTML, which say the same; return its link."""
    mail = training.mail.wait_for_one(email_of(name), ANSWERS[name][0])
    assert NOTES[name] in mail.text
    inbox.set_content(mail.html)
    assert inbox.locator("body").inner_text().split() == mail.text.split()
    return str(re.findall(r"http\S+", mail.text)[0])


def expect_answer(phone: Page, name: str) -> None:
    """An applicant reads where they stand, and what the coordinator wrote."""
    expect(phone.get_by_role("heading", level=1)).to_have_text(ANSWERS[name][1])
    expect(phone.get_by_text(NOTES[name])).to_be_visible()
    look(phone)


def confirm_and_show_the_pass(training: Training, phone: Page) -> None:
    """The accepted one confirms the seat, and has a pass that can be read."""
    push(phone, "Confirm my seat")
    expect(phone.get_by_role("heading", level=1)).to_have_text(READY)
    look(phone)
    training.mail.wait_for_one(email_of(READY), "Your pass is ready")
    picture = phone.get_by_role("img", name="Your QR code").screenshot()
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
    [known] = training.run("passes", CODE)
    assert (known["name"], known["pass"]) == (READY, code.text)
