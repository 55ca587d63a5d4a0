"""The pages of a prerequisite, on both sides; a report from the file to the record.

Set SHOTS to a folder to keep a picture of each page.
"""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.desk import CODE, STAFF
from tests.browser.pages import DESKTOP, PHONE
from tests.evidence import PDF
from tests.factories import NINE_AM, make_completion, make_course
from tracker.db import db
from tracker.models import Enrollment, Offering, User
from tracker.services import (
    completion_certificates,
    completion_uploads,
    pending_files,
    sessions,
)

PAGE = f"{STAFF}/prerequisite"
OWN = "/me/completions/FIRST"
REPORT = "Name,E-mail,Completed\nPerson No 05,five@home.example,4/3/2026\n"


@pytest.fixture
def first(desk):
    """A course that comes first, with something of everything; who is signed in."""
    with desk.app.app_context():
        course = make_course(code="FIRST", title="Sample first course")
        offering = db.session.scalars(sa.select(Offering).filter_by(code=CODE)).one()
        offering.course.prerequisite_id = course.id
        db.session.flush()
        user = db.session.scalars(sa.select(User)).all()[0]
        people = db.session.scalars(sa.select(Enrollment).order_by(Enrollment.id)).all()
        ada = people[0].person
        declined = completion_uploads.upload(ada, course, PDF, now=NINE_AM)
        completion_certificates.decline(
            offering, declined, "It bears another name.", user=user, now=NINE_AM
        )
        waits = completion_uploads.upload(ada, course, PDF + b"\n", now=NINE_AM)
        make_completion(course=course, email=people[2].person.email)
        make_completion(course=course, name="No 03 Person", email="x@home.example")
        row = make_completion(course=course, name="Per 3", person=people[3].person)
        file = pending_files.keep(offering, REPORT.encode(), user=user, now=NINE_AM)
        token = sessions.begin_session(ada, now=NINE_AM)
        places = {
            "file": file.public_id,
            "row": row.public_id,
            "upload": waits.public_id,
            "who": people[4].person.public_id,
        }
        db.session.commit()
    return token, places


PAGES = {
    "list": PAGE,
    "waiver": f"{PAGE}/people/{{who}}/waiver",
    "certificate": f"{PAGE}/certificates/{{upload}}",
    "import": f"{PAGE}/import",
    "columns": f"{PAGE}/import/{{file}}",
    "rows": f"{PAGE}/rows",
    "row": f"{PAGE}/rows/{{row}}",
    "people": f"{STAFF}/people",
}


@pytest.mark.parametrize(
    ("device", "scheme"),
    [(DESKTOP, "light"), (PHONE, "dark")],
    ids=["desktop", "phone"],
)
def test_every_page_is_accessible_and_fits_its_width(
    desk, first, open_page, device, scheme
):
    token, places = first
    staff, own = (open_page(device, color_scheme=scheme) for _ in range(2))
    desk.sign_in(staff)
    own.context.add_cookies([{"name": "muster", "value": token, "url": desk.address}])
    visits = [(staff, *each) for each in PAGES.items()]
    found = {}
    for page, name, place in [*visits, (own, "own", OWN), (own, "home", "/me")]:
        answer = page.goto(desk.address + place.format(**places))
        assert answer
        assert answer.status == 200, place
        if folder := os.environ.get("SHOTS"):
            path = Path(folder) / f"{name}-{scheme}.png"
            page.screenshot(path=path, full_page=True)
        excess = page.locator("html").evaluate(
            "html => html.scrollWidth - html.clientWidth"
        )
        if (violations := axe(page)) or excess > 0:
            found[place] = (violations, excess)

    assert found == {}


def test_a_report_is_imported_with_the_keyboard_alone(desk, first, screen, tmp_path):
    report = tmp_path / "report.csv"
    report.write_text(REPORT)
    screen.goto(f"{desk.address}{PAGE}/import")
    screen.get_by_label("Report as CSV").set_input_files(report)
    screen.get_by_role("button", name="Go on").press("Enter")
    expect(screen.get_by_role("alert")).to_contain_text("may be two days")
    screen.get_by_label("the day").press("Space")
    screen.get_by_role("button", name="Look with these columns").press("Enter")
    expect(screen.get_by_role("cell", name="4 March 2026")).to_be_visible()
    screen.get_by_role("button", name="Import them all").press("Enter")

    expect(screen.get_by_role("status")).to_contain_text("1 recorded")
