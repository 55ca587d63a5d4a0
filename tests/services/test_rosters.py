"""Rosters: a whole file or nothing, whatever program it comes from."""

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
from tests.services.test_enrollments import make_certificate
from tracker.db import db
from tracker.domain import passes
from tracker.errors import RowsRefusedError
from tracker.models import AuditEntry, Enrollment, OutboxMessage, Pass, Person
from tracker.services import rosters
from tracker.services.audit import CLI
from tracker.services.rosters import Imported, import_participants

ROSTER = "name,email,agency\nSample Ada,ada@example.org,Bureau\nSample Bo,bo@x.org,\n"


@pytest.fixture
def offering(app):
    return make_offering(capacity=0)


def import_it(offering, data, **options):
    data = data.encode() if isinstance(data, str) else data
    return import_participants(offering, data, actor=CLI, now=NINE_AM, **options)


def refusals(offering, data):
    """Return (row, column, reason) of a file that must be refused, nothing changed."""
    before = counts()
    with pytest.raises(RowsRefusedError) as caught:
        import_it(offering, data)
    assert counts() == before
    return [tuple(each.values()) for each in caught.value.refused]


def counts():
    return [
        db.session.scalar(sa.select(sa.func.count()).select_from(model))
        for model in (Person, Enrollment, Pass, AuditEntry, OutboxMessage)
    ]


def names(offering):
    rows = sa.select(Person).join(Enrollment, Enrollment.person_id == Person.id)
    wanted = rows.where(Enrollment.offering_id == offering.id).order_by(Enrollment.id)
    return [(row.name, row.email, row.agency) for row in db.session.scalars(wanted)]


def test_everybody_in_the_file_gets_a_seat_and_a_pass(offering):
    assert import_it(offering, ROSTER) == Imported(2, 0, 0)

    assert names(offering) == [
        ("Sample Ada", "ada@example.org", "Bureau"),
        ("Sample Bo", "bo@x.org", ""),
    ]
    assert counts() == [2, 2, 2, 1, 0]


def test_the_same_file_again_changes_nothing(offering):
    import_it(offering, ROSTER)
    before = counts()

    assert import_it(offering, ROSTER.replace("ada@", "ADA@")) == Imported(0, 0, 2)

    assert counts() == before


def test_a_changed_field_is_updated_and_an_empty_cell_keeps_what_is_known(offering):
    import_it(offering, ROSTER)

    changed = ROSTER.replace("Sample Bo", "Sample Beau").replace("Bureau", "")
    assert import_it(offering, changed) == Imported(0, 1, 1)

    assert names(offering)[0][2] == "Bureau"
    assert names(offering)[1][0] == "Sample Beau"


@pytest.mark.parametrize(
    "data",
    [
        ROSTER.encode(),
        ROSTER.encode("utf-8-sig"),
        ROSTER.encode("utf-16"),
        ROSTER.encode("utf-16-le"),
        ROSTER.encode("utf-16-be"),
        ROSTER.replace(",", ";").encode(),
        ROSTER.replace(",", "\t").encode("utf-16"),
        ROSTER.replace("\n", "\r\n").encode(),
        ROSTER.replace("\n", "\r").encode(),
        ROSTER.replace("name,email", " NAME ,E-Mail").encode(),
        ROSTER.replace("\n", "\n\n,,\n").encode(),
        b"agency,email,name\nBureau,ada@example.org,Sample Ada\n,bo@x.org,Sample Bo",
    ],
    ids=range(12),
)
def test_a_roster_is_read_however_a_spreadsheet_wrote_it(offering, data):
    assert import_it(offering, data) == Imported(2, 0, 0)
    assert names(offering) == [
        ("Sample Ada", "ada@example.org", "Bureau"),
        ("Sample Bo", "bo@x.org", ""),
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", [(None, None, "is empty: it needs a header with name and email")]),
        ("name,email\n", [(None, None, "has a header but no people")]),
        ("name\nAda\n", [(1, None, "the column “email” is missing")]),
        (
            "name,email,agancy\nAda,a@x.org,B\n",
            [(1, "agancy", "is not known here; perhaps “agency”")],
        ),
        ("name,email,Name\nAda,a@x.org,B\n", [(1, "Name", "stands twice")]),
        (
            "name,email\nAda,a@x.org\n\nBo,A@X.ORG\n",
            [(4, "email", "the same address stands in row 2")],
        ),
        (
            'name,email\n"",a@x.org\nBo,b@x\n"C\u202ey",c@x.org\n',
            [
                (2, "name", "is missing"),
                (3, "email", "is not an e-mail address"),
                (4, "name", "holds an invisible character that changes the direction "
                            "of writing"),
            ],
        ),
        ("name,email\nA,a@x.org,B\n", [(2, None, "has more cells than the 2 columns")]),
        (
            b"name,email\nAda,a@x.org\n\xe4,b@x.org\n",
            [(3, None, "is not UTF-8 or UTF-16 text; save it as “CSV UTF-8”")],
        ),
        (
            'name,email\nAda,a@x.org\n"Bo,b@x.org\n',
            [(3, None, "is not readable as CSV: unexpected end of data")],
        ),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_bad_file_is_refused_whole_by_row_and_column(offering, data, expected):
    assert refusals(offering, data) == expected


def test_one_bad_row_refuses_all_the_good_ones(offering):
    assert [each[:2] for each in refusals(offering, ROSTER + "Cy,\n")] == [(4, "email")]


def test_more_people_than_seats_are_refused_with_the_numbers(offering):
    offering.capacity = 2
    import_it(offering, ROSTER)

    reason = "1 new would make 3 people, but the capacity is 2"
    assert refusals(offering, ROSTER + "Cy,cy@x.org,\n") == [(None, None, reason)]
    assert import_it(offering, ROSTER) == Imported(0, 0, 2)


def test_who_has_withdrawn_is_refused_by_row(offering):
    enrollment = make_enrollment(
        offering=offering, email="bo@x.org", withdrawn_at=NINE_AM
    )

    assert refusals(offering, ROSTER) == [
        (3, "email", "has withdrawn from this offering")
    ]
    assert enrollment.withdrawn_at == NINE_AM


def test_the_name_of_a_certificate_is_refused_by_row(offering):
    import_it(offering, ROSTER)
    rows = sa.select(Enrollment).order_by(Enrollment.id)
    make_certificate(db.session.scalars(rows).first())

    changed = ROSTER.replace("Sample Ada", "Sample Adam").replace("Bo,", "Beau,")
    assert refusals(offering, changed) == [
        (2, "name", "differs from the name on a valid certificate")
    ]


@pytest.mark.parametrize("make", [make_enrollment, make_application])
def test_a_roster_changes_no_name_in_another_offering(offering, make):
    bo = make_person(name="Sample Bo", email="bo@x.org")
    make(person=bo)

    assert refusals(offering, ROSTER.replace("Sample Bo", "Sample Cy")) == [
        (3, "name", "differs from the name on record for this address")
    ]
    import_it(offering, ROSTER.replace("Sample Bo", "SAMPLE BO"))
    assert bo.name == "Sample Bo"


def test_a_hostile_name_is_kept_as_typed(offering):
    hostile = '"=HYPERLINK(""http://x"")",=a@x.org\n<img onerror=1>{{7*7}},b@x.org\n'

    import_it(offering, "name,email\n" + hostile)

    assert [row[0] for row in names(offering)] == [
        '=HYPERLINK("http://x")',
        "<img onerror=1>{{7*7}}",
    ]


def test_no_mail_is_sent_unless_it_is_asked_for(offering):
    import_it(offering, ROSTER)
    assert counts()[-1] == 0

    import_it(offering, ROSTER + "Cy,cy@x.org,\n", sends_mail=True)

    mails = db.session.scalars(sa.select(OutboxMessage)).all()
    assert [mail.recipient for mail in mails] == ["cy@x.org"]


def test_many_people_take_few_statements(offering, connection):
    def count_statements(people):
        seen = []
        listener = lambda *arguments: seen.append(arguments[2])  # noqa: E731
        sa.event.listen(connection, "before_cursor_execute", listener)
        try:
            import_it(offering, "name,email\n" + people)
        finally:
            sa.event.remove(connection, "before_cursor_execute", listener)
        return len(seen)

    few = count_statements("A,a@x.org\n")
    many = count_statements("".join(f"S {n},s{n}@x.org\n" for n in range(400)))

    assert many <= few + 4


def test_passes_are_listed_for_spreadsheets_without_a_formula(offering):
    import_it(offering, "name,email,agency\n=1+1,a@x.org,@x\nBo,b@x.org,-y\n")

    rows = rosters.list_passes(offering, actor=CLI, now=NINE_AM)
    table = list(csv.reader(io.StringIO(rosters.passes_csv(rows))))

    assert table[0] == ["enrollment", "name", "agency", "pass"]
    assert [row[1:3] for row in table[1:]] == [["'=1+1", "'@x"], ["Bo", "'-y"]]
    assert all(passes.is_well_formed(row[3]) for row in table[1:])
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()))
    assert (found := entry.first()) is not None
    assert (found.action, found.details) == ("roster.export", {"count": 2})
