"""Results and the grant report in a browser: on a screen, a phone and on paper."""

import pytest
from playwright.sync_api import expect

from tests.browser.axe import axe
from tests.browser.pages import DESKTOP, PHONE
from tests.committed import committed_app, make_url
from tests.factories import NINE_AM, make_offering, make_user
from tests.released import release, release_knowledge, teach
from tests.services.test_grant_reports import attend
from tracker.db import db
from tracker.models.staff import Role
from tracker.services import sessions

RESULTS = "/staff/offerings/RESULTS-1/evaluation/results"
PAGES = (RESULTS, f"{RESULTS}?occasion=after", "/staff/report")
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def signed_in(tmp_path, live_server, open_page):
    """A function that opens a page signed in as the offering's coordinator."""
    with committed_app(make_url("sqlite", tmp_path), tmp_path) as app:
        app.extensions["clock"].moment = NINE_AM
        with app.app_context():
            offering = make_offering(code="RESULTS-1")
            user = make_user(Role.COORDINATOR, offering)
            teach(offering, make_user())
            attend(offering, 6)
            attend(offering, 5, discipline="nurse", state="IA")
            release(offering, 20, absent=17)
            release_knowledge(offering)
            token = sessions.begin_session(user, now=NINE_AM)
            db.session.commit()
            db.session.remove()
        address = live_server(app)

        def start(device, **options):
            page = open_page(device, base_url=address, **options)
            cookie = {"name": "muster", "value": token, "url": address}
            page.context.add_cookies([cookie])
            return page

        yield start


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_results_and_report_are_readable_by_all_and_fit(signed_in, device, scheme):
    page = signed_in(device, color_scheme=scheme)
    for address in PAGES:
        page.goto(address)

        assert axe(page) == [], address
        assert page.evaluate(FITS), address


def test_results_are_read_as_bars_as_a_table_and_on_paper(signed_in):
    page = signed_in(DESKTOP)
    page.goto(RESULTS)
    bar = page.get_by_role(
        "img", name="1 (Not at all): 0, 2: 5, 3: 5, 4: 5, 5 (Very): 5"
    ).first
    box = bar.bounding_box()
    assert box
    assert box["width"] > 300
    page.get_by_text("Same ratings as a table").first.click()
    row = page.get_by_role("row", name="How useful is it for your daily work?").first
    expect(row.get_by_role("cell")).to_have_text(
        ["0", "5", "5", "5", "5", "3.5", "50 %"]
    )

    page.emulate_media(media="print")

    expect(page.get_by_role("button", name="Results as CSV")).to_be_hidden()
    expect(page.get_by_text("Sample offering, Omaha")).to_be_visible()
    expect(bar).to_be_visible()
    expect(page.get_by_text("More time for practice, said in 6 words.")).to_be_visible()
