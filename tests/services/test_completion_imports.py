"""The learning platform's report in the database, whole or not at all."""

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_course, make_person
from tests.views.counting import counted
from tracker.db import db
from tracker.domain.report_columns import Layout
from tracker.errors import RowsRefusedError
from tracker.models import AuditEntry, Completion
from tracker.services import completion_imports, completions
from tracker.services.audit import CLI
from tracker.services.completion_imports import Imported

REPORT = (
    "Name,E-mail,Completed\n"
    "Sample Ada,ada@example.org,2026-10-02\n"
    "Sample Bo,bo@example.org,2026-10-01\n"
)


@pytest.fixture
def course(app):
    return make_course(code="FIRST")


def import_it(course, data):
    data = data.encode() if isinstance(data, str) else data
    report = completion_imports.read(course, data, Layout(), now=NINE_AM)
    return completion_imports.import_report(course, report, actor=CLI, now=NINE_AM)


def stored(course):
    rows = sa.select(Completion).where(Completion.course_id == course.id)
    return [
        (row.name, row.email, str(row.completed_on), row.person_id)
        for row in db.session.scalars(rows.order_by(Completion.id))
    ]


def audited():
    wanted = sa.select(AuditEntry).order_by(AuditEntry.id)
    return [(row.action, row.details) for row in db.session.scalars(wanted)]


def test_everybody_who_finished_is_recorded_and_it_is_noted(course):
    assert import_it(course, REPORT) == Imported(2, 0, 0)

    assert stored(course) == [
        ("Sample Ada", "ada@example.org", "2026-10-02", None),
        ("Sample Bo", "bo@example.org", "2026-10-01", None),
    ]
    counts = {"created": 2, "updated": 0, "unchanged": 0}
    assert audited() == [("completions.import", {"course": "FIRST", **counts})]
    assert course.completion_columns["headings"]["email"] == "E-mail"


def test_the_same_report_again_changes_nothing(course):
    import_it(course, REPORT)
    before = stored(course), audited()

    again = import_it(course, REPORT.replace("ada@", "ADA@").replace(",", ";"))

    assert again == Imported(0, 0, 2)
    assert (stored(course), audited()) == before


def test_the_earliest_day_is_kept_whatever_comes_first(course):
    later = REPORT.replace("2026-10-02", "2026-10-20").replace(
        "Sample Bo", "Sample Beau"
    )
    import_it(course, later)

    assert import_it(course, REPORT) == Imported(0, 2, 0)
    assert import_it(course, later) == Imported(0, 1, 1)  # only the name

    assert [row[:3:2] for row in stored(course)] == [
        ("Sample Ada", "2026-10-02"),
        ("Sample Beau", "2026-10-01"),
    ]


def test_a_bad_row_refuses_all_and_remembers_nothing(course):
    with pytest.raises(RowsRefusedError) as caught:
        import_it(course, REPORT + "Sample Cy,cy,2026-10-01\n")

    assert caught.value.refused == [
        {"row": 4, "column": "E-mail", "reason": "is not an e-mail address"}
    ]
    assert (stored(course), audited(), course.completion_columns) == ([], [], {})


def test_who_has_the_address_has_the_completion_from_that_moment_on(course):
    import_it(course, REPORT)
    other = make_person()
    assert completions.find_for(other, course) is None

    ada = make_person(email="Ada@Example.org")

    found = completions.find_for(ada, course)
    assert found is not None
    assert (found.name, str(found.completed_on)) == ("Sample Ada", "2026-10-02")
    assert completions.find_for(ada, make_course()) is None


def test_what_is_on_record_of_many_takes_one_query(course):
    import_it(course, REPORT)
    people = [make_person(email=f"{each}@example.org") for each in ("ada", "bo", "cy")]

    with counted() as few:
        found = completions.found_for(people[:1], course)
    with counted() as many:
        everybody = completions.found_for(people, course)

    assert set(found) == {people[0].id}
    assert set(everybody) == {people[0].id, people[1].id}
    assert (len(few), len(many)) == (1, 1)


def test_many_rows_take_few_statements(course):
    lines = [f"Sample {n},s{n}@example.org,2026-10-01" for n in range(2_000)]
    data = ("Name,E-mail,Completed\n" + "\n".join(lines)).encode("utf-16")

    with counted() as statements:
        assert import_it(course, data) == Imported(2_000, 0, 0)
    assert import_it(course, data) == Imported(0, 0, 2_000)

    assert len(statements) < 20
