"""Credit on the pages: statements, lists for regulators, licences, the transcript."""

import csv
import io
from datetime import timedelta

import pytest

from tests.factories import NINE_AM, make_enrollment, make_offering, make_scan, sign_in
from tests.printed import accessibility_findings, text_of
from tests.views.counting import counted
from tests.views.desk import actions, at, facts
from tests.views.desk import text_of as words_of
from tests.views.forms import errors_of, send
from tracker.models import CreditStatement, Licence
from tracker.services import attendance, credit_rules

EVENING = NINE_AM + timedelta(hours=10)
CLE = {
    "jurisdiction": "Sample CLE",
    "line": "Sample line",
    "unit": "hours",
    "unit_minutes": 60,
    "rounding": "nearest_quarter",
    "minimum_minutes": 0,
    "approval": "",
    "source": "Sample rule 1",
    "categories": ["ethics"],
    "excluded_categories": [],
}
KEY = credit_rules.key_of("Sample CLE", "hours")


def attend(enrollment, *segments):
    for segment in segments:
        make_scan(enrollment, segment)
        attendance.project(enrollment.id, segment.id)


@pytest.fixture
def attended(offering, ada, session, clock):
    """Ada was at two of three segments, in the evening."""
    offering.accreditations = [CLE]
    offering.segments[1].credit_category = "ethics"
    attend(ada, *offering.segments[:2])
    clock.moment = EVENING
    session.commit()
    return ada


@pytest.fixture
def browser(app, attended, session):
    client = app.test_client()
    sign_in(client, attended.person, now=EVENING)
    session.commit()
    return client


def credit_of(enrollment):
    return f"/me/offerings/{enrollment.offering.code}/credit"


def test_a_participant_gives_a_licence_and_issues_the_own_statement(
    browser, attended, session
):
    page = browser.get("/me/licences")
    given = send(browser, "/me/licences", page=page, jurisdiction=KEY, number="NE-12")
    address = credit_of(attended)
    asked = browser.get(address)

    issued = send(browser, address, page=asked, accreditation=KEY)

    (statement,) = facts(session, CreditStatement)
    assert (given.location, issued.location) == ("/me/licences", address)
    assert statement.licence == "NE-12"
    assert "3 hours (ethics 1.5, general 1.5)" in words_of(asked)
    after = browser.get(address)
    assert "Issue my statement" not in after.text
    pdf = browser.get(f"{address}/{statement.serial}")
    assert pdf.data == statement.pdf
    assert pdf.headers["Content-Disposition"].startswith("attachment")


def test_a_licence_is_changed_and_removed_and_never_somebody_elses(
    app, browser, attended, session
):
    page = browser.get("/me/licences")
    send(browser, "/me/licences", page=page, jurisdiction=KEY, number="NE-12")
    (licence,) = facts(session, Licence)
    address = f"/me/licences/{licence.public_id}"
    form = browser.get(address)

    refused = send(browser, address, page=form, number="x" * 81)
    send(browser, address, page=form, number="NE-13")

    assert refused.status_code == 422
    assert errors_of(refused)
    assert "NE-13" in browser.get("/me/licences").text
    stranger = app.test_client()
    sign_in(stranger, make_enrollment().person, now=EVENING)
    session.commit()
    assert stranger.get(address).status_code == 404
    send(browser, f"{address}/remove", page=form)
    assert facts(session, Licence) == []


def test_a_coordinator_issues_what_is_due_revokes_and_issues_anew(
    coordinator, attended, session, offering
):
    page = at(offering, "/certificates/statements")
    due = coordinator.get(page)

    for _ in range(2):
        send(coordinator, f"{page}/issue", page=due, accreditation=KEY)

    (statement,) = facts(session, CreditStatement)
    listed = words_of(coordinator.get(page))
    assert f"Ada Lovelace Sample CLE 3 hours {statement.serial}" in listed
    asked = coordinator.get(f"{page}/{statement.serial}/revoke")
    revoked = f"{page}/{statement.serial}/revoke"
    assert send(coordinator, revoked, page=asked, reason="").status_code == 422
    send(coordinator, revoked, page=asked, reason="Wrong rule")
    send(coordinator, f"{page}/{statement.serial}/issue", page=coordinator.get(page))
    states = [row.revoked_at is None for row in facts(session, CreditStatement)]
    assert sorted(states) == [False, True]
    assert [
        each for each in actions(session, offering) if each.startswith("statement.")
    ] == [
        "statement.issue",
        "statement.revoke",
        "statement.issue",
    ]


def test_the_list_for_a_regulator_is_logged_and_holds_no_formula(
    coordinator, attended, session, offering
):
    bo = make_enrollment(offering=offering, name="=HYPERLINK(1)")
    attend(bo, offering.segments[0])
    make_enrollment(offering=offering, name="Absent")
    session.commit()
    page = at(offering, "/certificates/statements")

    answer = send(
        coordinator, f"{page}/list", page=coordinator.get(page),
        accreditation=KEY, kind="csv",
    )  # fmt: skip

    head, *rows = csv.reader(io.StringIO(answer.text))
    assert head == [
        "name", "licence number", "minutes", "hours", "ethics", "general",
        "credit statement", "certificate",
    ]  # fmt: skip
    assert rows == [
        ["'=HYPERLINK(1)", "", "90", "1.5", "0.0", "1.5", "", ""],
        ["Ada Lovelace", "", "180", "3.0", "1.5", "1.5", "", ""],
    ]
    assert actions(session, offering)[-1] == "credit.export"
    excel = send(
        coordinator, f"{page}/list", page=coordinator.get(page),
        accreditation=KEY, kind="xlsx",
    )  # fmt: skip
    assert excel.data.startswith(b"PK")


def test_an_accreditation_is_made_from_a_rule_changed_and_removed(
    coordinator, offering, session
):
    page = at(offering, "/certificates/accreditations")
    form = coordinator.get(f"{page}/add?rule=new_york_cle")
    assert 'value="50"' in form.text
    values = {"jurisdiction": "New York CLE", "unit": "credits", "unit_minutes": "50"}
    values |= {"rounding": "down_to_half", "minimum_minutes": "0", "line": "A line"}
    values |= {"source": "22 NYCRR 1500.4", "categories": "Ethics, skills"}

    saved = send(coordinator, f"{page}/add", page=form, **values)
    send(coordinator, f"{page}/add", page=form, **values)

    session.expire_all()
    (carried,) = offering.accreditations
    key = credit_rules.key_of("New York CLE", "credits")
    assert saved.location == page
    assert carried["categories"] == ["ethics", "skills"]
    doubled = send(coordinator, f"{page}/add", page=form, **values | {"line": "Other"})
    assert doubled.status_code == 409
    changed = values | {"line": "Other"}
    send(coordinator, f"{page}/{key}", page=form, **changed)
    session.expire_all()
    assert [each["line"] for each in offering.accreditations] == ["Other"]
    asked = coordinator.get(f"{page}/{key}/remove")
    send(coordinator, f"{page}/{key}/remove", page=asked)
    session.expire_all()
    assert offering.accreditations == []
    assert actions(session, offering) == [
        "accreditation.add", "accreditation.change", "accreditation.remove",
    ]  # fmt: skip


def test_a_transcript_says_what_was_attended_everywhere_and_nothing_of_others(
    browser, attended, session, tmp_path
):
    elsewhere = make_offering(title="Elsewhere")
    make_enrollment(offering=elsewhere, person=attended.person)
    make_enrollment(offering=attended.offering, name="Bo Li")
    send(
        browser, credit_of(attended), page=browser.get(credit_of(attended)),
        accreditation=KEY,
    )  # fmt: skip
    (statement,) = facts(session, CreditStatement)
    session.commit()

    said = words_of(browser.get("/me/transcript"))
    pdf = browser.get("/me/transcript.pdf").data

    for part in (
        "Ada Lovelace", attended.offering.code, elsewhere.code, "Segment 2",
        "Not complete",
        "3 hours (ethics 1.5, general 1.5)", statement.serial, "valid",
    ):  # fmt: skip
        assert part in said
        assert part in text_of(pdf)
    assert "Segment 3" not in said
    assert "Bo Li" not in said + text_of(pdf)
    assert accessibility_findings(pdf, tmp_path) == []


def test_an_outsider_verifies_a_statement_with_serial_and_name(
    app, browser, attended, session
):
    asked = browser.get(credit_of(attended))
    send(browser, credit_of(attended), page=asked, accreditation=KEY)
    (statement,) = facts(session, CreditStatement)
    outsider = app.test_client()

    found = send(
        outsider, "/verify", page=outsider.get("/verify"),
        serial=statement.serial, name="ada lovelace",
    )  # fmt: skip
    told = outsider.post(
        "/api/v1/certificates/verify",
        json={"serial": statement.serial, "name": "Ada Lovelace"},
    ).get_json()

    assert "This credit statement was issued to that name" in words_of(found)
    assert "3 hours" in words_of(found)
    assert told["status"] == "valid"
    assert told["hours"][0]["categories"][0] == {"category": "ethics", "amount": "1.5"}


def test_who_voids_a_check_in_is_told_of_the_statements_that_fall(
    coordinator, attended, session, offering
):
    page = at(offering, "/certificates/statements")
    send(coordinator, f"{page}/issue", page=coordinator.get(page), accreditation=KEY)
    (statement,) = facts(session, CreditStatement)
    address = at(offering, f"/people/{attended.public_id}/segments/1/void")
    asked = coordinator.get(address)

    send(coordinator, address, page=asked, chip="mistake", reason="")

    session.expire_all()
    assert statement.serial in asked.text
    assert statement.revoked_at == EVENING


def test_the_page_of_statements_asks_as_often_for_five_people_as_for_one(
    coordinator, attended, session, offering
):
    page = at(offering, "/certificates/statements")
    send(coordinator, f"{page}/issue", page=coordinator.get(page), accreditation=KEY)

    def asked():
        with counted() as statements:
            assert coordinator.get(page).status_code == 200
        return len(statements)

    before = asked()
    for number in range(4):
        attend(
            make_enrollment(offering=offering, name=f"Sample {number}"),
            *offering.segments,
        )
    session.commit()

    assert asked() == before
