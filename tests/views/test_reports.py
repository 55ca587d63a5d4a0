"""The grant report as a page and a workbook."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_offering, make_user
from tests.released import release, teach
from tests.services.test_grant_reports import attend
from tests.views.counting import counted
from tests.views.desk import text_of
from tests.views.forms import errors_of, send
from tracker.models import AuditEntry
from tracker.models.staff import Role

PAGE = "/staff/report"


@pytest.fixture
def offering(app, clock):
    offering = make_offering()
    teach(offering)
    attend(offering, 7)
    release(offering, 8)
    clock.moment = NINE_AM + timedelta(hours=10)
    return offering


def test_a_coordinator_sees_this_year_unless_asked_otherwise(staff, offering):
    said = text_of(staff().get(PAGE))

    assert "1 January – 31 December 2026, both days included." in said
    assert "1 offering 7 people who attended, on 7 seats 31.5 hours attended" in said
    assert "Total 7 31.5" in said


def test_other_days_show_other_offerings(staff, offering):
    said = text_of(staff().get(f"{PAGE}?from=2026-11-07&to=2026-12-31"))

    assert "No offering in these days" in said


def test_an_instructor_has_nothing_to_report_and_no_link(staff, offering):
    client = staff(Role.INSTRUCTOR)

    assert "No offering in these days" in text_of(client.get(PAGE))
    assert PAGE not in client.get("/staff").text
    assert PAGE in staff().get("/staff").text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?from=2026-12-01&to=2026-11-01", "must not be before the first"),
        ("?from=yesterday&to=2026-11-01", "Write the day like this"),
        ("?from=2026-11-01", "Enter the last day."),
    ],
)
def test_days_that_are_none_are_asked_for_again(staff, offering, query, sentence):
    page = staff().get(f"{PAGE}{query}")

    assert page.status_code == 422
    assert sentence in " ".join(errors_of(page))


def test_the_workbook_comes_by_post_and_is_noted(staff, offering, session):
    client = staff()
    span = {"from": "2026-11-01", "to": "2026-11-30"}

    answer = send(client, f"{PAGE}/export", client.get(PAGE), **span)
    refused = send(client, f"{PAGE}/export", client.get(PAGE), **(span | {"to": "x"}))

    assert answer.data.startswith(b"PK")
    name = "grant-report-2026-11-01-2026-11-30.xlsx"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert refused.status_code == 422
    assert session.scalars(sa.select(AuditEntry.action)).all() == ["report.export"]


def test_reading_it_changes_nothing(staff, offering):
    client = staff(user=make_user(is_admin=True))
    with counted() as seen:
        client.get(PAGE)

    assert [each for each in seen if not each.startswith("SELECT")] == []
