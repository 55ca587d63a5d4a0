"""The page before each day: what is not ready, with a link to where it is mended."""

import io
import re
import zipfile
from datetime import timedelta

from tests.factories import NINE_AM, make_application, make_device, make_scan
from tests.views.desk import actions, at, text_of
from tests.views.forms import send
from tracker.domain.admissions import Status
from tracker.domain.scans import Outcome, Reason
from tracker.models.staff import Role

TOMORROW = "/tomorrow"


def test_every_line_leads_to_a_page_that_is_there(
    coordinator, offering, ada, session, clock
):
    clock.moment = NINE_AM - timedelta(days=1)
    make_device(offering)
    make_scan(
        ada, offering.segments[0], outcome=Outcome.HELD, reason=Reason.CLOCK_UNSURE
    )
    offering.segments[0].room = ""
    accepted = make_application(offering=offering, status=Status.ACCEPTED)
    session.commit()

    page = coordinator.get(at(offering, TOMORROW))

    assert "Before Tuesday, 3 November" in text_of(page)
    links = re.findall(r'matter"><span>.*?</span><a[^>]*href="([^"]*)"', page.text)
    assert at(offering, "/held") in links
    assert at(offering, "/schedule/segments/1") in links
    assert at(offering, f"/people/{ada.public_id}") in links
    assert at(offering, f"/applications/{accepted.public_id}") in links
    for link in links:
        assert coordinator.get(link).status_code == 200, link


def test_the_desk_pack_is_one_file_and_its_reading_is_logged(
    coordinator, offering, ada, session
):
    answer = send(coordinator, at(offering, TOMORROW + "/desk-pack"),
                  coordinator.get(at(offering, TOMORROW)), sheet="cut")  # fmt: skip

    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    name = f"{offering.code}-desk-pack.zip"
    assert name in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.namelist() == ["1-door-card.pdf"]
    assert actions(session, offering) == ["roster.export"]


def test_no_other_sheet_is_taken(coordinator, offering):
    answer = send(coordinator, at(offering, TOMORROW + "/desk-pack"),
                  coordinator.get(at(offering, TOMORROW)), sheet="papyrus")  # fmt: skip

    assert answer.status_code == 422


def test_only_coordinators_see_it(staff, offering, ada):
    instructor = staff(Role.INSTRUCTOR)

    assert instructor.get(at(offering, TOMORROW)).status_code == 403
    assert TOMORROW not in instructor.get(at(offering)).text


def test_after_the_last_day_no_day_is_to_come(coordinator, offering, clock):
    clock.moment = NINE_AM + timedelta(hours=9)

    assert "No day is to come." in text_of(coordinator.get(at(offering, TOMORROW)))
