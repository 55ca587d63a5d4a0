"""Tables of people and applications: whole, in order, safe, and noted."""

import csv
import io

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_application,
    make_enrollment,
    make_offering,
    make_person,
)
from tracker.db import db
from tracker.domain.admissions import Status
from tracker.domain.roster import COLUMNS, read_roster
from tracker.models import AuditEntry
from tracker.services import people_exports
from tracker.services.audit import CLI
from tracker.services.workbooks import csv_text


@pytest.fixture
def offering(app):
    return make_offering(capacity=10)


def entries():
    return [
        (each.action, each.details)
        for each in db.session.scalars(sa.select(AuditEntry))
    ]


def test_people_are_listed_by_name_and_the_read_is_noted(offering):
    person = make_person(
        name="Bo Sample",
        email="bo@agency.example",
        title="Sergeant",
        discipline="Law enforcement",
        state="NE",
        county="Douglas",
    )
    bo = make_enrollment(offering=offering, person=person, walked_in_at=NINE_AM)
    make_enrollment(offering=offering, name="Al Sample", withdrawn_at=NINE_AM)
    make_enrollment()

    head, al, found = people_exports.read_people(offering, actor=CLI, now=NINE_AM)

    assert dict(zip(head, found, strict=True)) == {
        "name": "Bo Sample",
        "email": "bo@agency.example",
        "agency": "Sample Agency",
        "title": "Sergeant",
        "discipline": "Law enforcement",
        "state": "NE",
        "county": "Douglas",
        "enrollment": bo.public_id,
        "comes as": "participant",
        "seat": "taken",
        "enrolled on": "2025-12-31",
        "walked in": "2026-11-03",
    }
    assert (al[0], al[head.index("seat")]) == ("Al Sample", "given back")
    assert entries() == [("people.export", {"count": 2})]


def test_applications_carry_answers_and_findings(offering):
    offering.course.questions = [
        {"key": "unit", "label": "Which unit?", "kind": "text", "required": False}
    ]
    row = make_application(offering=offering)
    row.details = {
        "name": "Bo Sample",
        "phone": "402 555 0100",
        "answers": {"unit": "Sample unit"},
    }
    make_application(offering=offering, status=Status.DRAFT, submitted_at=None)

    head, found = people_exports.read_applications(offering, actor=CLI, now=NINE_AM)
    table = dict(zip(head, found, strict=True))

    assert (table["name"], table["phone"], table["Which unit?"]) == (
        "Bo Sample",
        "402 555 0100",
        "Sample unit",
    )
    assert table["finding: seats"] == "met: 10 seats are left for this applicant."
    assert table["email"] == row.person.email
    assert len(set(head)) == len(head)
    assert entries() == [("applications.export", {"count": 1})]


def test_a_name_that_could_be_a_formula_is_none_in_the_file(offering):
    make_enrollment(offering=offering, name='=HYPERLINK("x")')

    table = people_exports.read_people(offering, actor=CLI, now=NINE_AM)
    (_, row) = csv.reader(io.StringIO(csv_text(table)))

    assert row[0] == '\'=HYPERLINK("x")'


def test_what_is_exported_can_be_imported_again(offering):
    make_enrollment(offering=offering, name="Bo Sample", email="bo@agency.example")
    table = people_exports.read_people(offering, actor=CLI, now=NINE_AM)
    own = [row[: len(COLUMNS)] for row in table]

    ((_, entry),) = read_roster(csv_text(own).encode())

    assert (entry.name, entry.email) == ("Bo Sample", "bo@agency.example")
