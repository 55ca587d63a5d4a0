"""Results as far as somebody may read them, from released rows on both engines."""

import csv
import io
from datetime import date

import pytest
import sqlalchemy as sa
from python_calamine import CalamineWorkbook

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_course,
    make_form,
    make_offering,
    make_released,
    make_user,
    save,
)
from tests.released import (
    EARLIER_DAYS,
    answers_of,
    release,
    release_knowledge,
    teach,
)
from tests.views.counting import counted
from tracker.db import db
from tracker.errors import NotFoundError, TooFewError
from tracker.models import AuditEntry, Membership, Response
from tracker.models.evaluation import FormKind, Occasion
from tracker.models.staff import Role
from tracker.services import audit, result_tables, results, workbooks

EVALUATION = Occasion.EVALUATION


@pytest.fixture
def teachers(app):
    return [make_user(), make_user()]


@pytest.fixture
def offering(teachers):
    offering = make_offering()
    teach(offering, *teachers)
    for each in teachers:
        join(each, offering, Role.INSTRUCTOR)
    return offering


@pytest.fixture
def coordinator(offering):
    return make_user(Role.COORDINATOR, offering)


def join(user, offering, role):
    save(Membership(user=user, offering=offering, role=role, created_at=LONG_AGO))


def earlier_of(offering, *teachers, **days):
    fields = {**EARLIER_DAYS, **days}
    earlier = make_offering(course=offering.course, **fields)
    teach(earlier, *teachers)
    db.session.refresh(earlier)
    return earlier


def read(offering, user, occasion=EVALUATION):
    return results.read_results(offering, occasion, user)


def keys_of(found):
    return [each.part.key for each in found.results.parts]


def test_a_coordinator_reads_every_part(offering, coordinator):
    release(offering, 20, absent=3)

    found = read(offering, coordinator)

    own = [f"instructor.{each.public_id}" for each in offering.instructors]
    segments = ["segment.1", "segment.2", "segment.3"]
    assert keys_of(found) == ["overall", *segments, *own]
    noon = found.results.parts[2]
    assert (noon.part.title, noon.asked, noon.absent) == ("2. Segment 2", 20, 3)
    assert found.results.response_count == 20


def test_an_instructor_reads_the_own_segments_and_part_only(
    offering, teachers, coordinator
):
    release(offering)

    found = read(offering, teachers[1])

    mine = offering.instructors[1].public_id
    assert keys_of(found) == ["segment.2", f"instructor.{mine}"]
    assert (found.is_whole, found.gains) == (False, ())
    table = result_tables.results_csv(found)
    assert "A word on 2." in table
    assert "A word on 1." not in table
    assert "Instructor 1" not in table


def test_an_instructor_without_a_part_of_their_own_reads_nothing(offering):
    release(offering)

    found = read(offering, make_user(Role.INSTRUCTOR, offering))

    assert found.results.parts == ()


def test_who_has_no_role_or_only_the_door_finds_nothing(offering):
    release(offering)

    for user in (make_user(), make_user(Role.DOOR, offering)):
        with pytest.raises(NotFoundError):
            read(offering, user)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"closed_at": None}, "has not closed yet"),
        ({}, "withheld for good"),
    ],
)
def test_before_closing_and_below_five_there_are_too_few(
    offering, coordinator, fields, sentence
):
    make_released(offering, [], is_released=False, **fields)

    with pytest.raises(TooFewError, match=sentence) as refused:
        read(offering, coordinator)

    assert (refused.value.status_code, refused.value.type) == (409, "too_few")


def test_what_is_not_asked_is_not_there(offering, coordinator):
    with pytest.raises(NotFoundError):
        read(offering, coordinator, Occasion.FOLLOW_UP)


def test_late_answers_count_once_their_batch_is_released(offering, coordinator):
    release(offering, 10)
    late = make_released(offering, answers_of(offering, 5), is_released=False)
    before = read(offering, coordinator)

    late.is_released = True
    db.session.flush()

    after = read(offering, coordinator)
    counts = [each.results.parts[0].questions[0].answered for each in (before, after)]
    assert counts == [10, 15]


def test_results_stand_beside_those_of_earlier_offerings_of_the_course(
    offering, coordinator
):
    release(offering)
    read_too = earlier_of(offering)
    join(coordinator, read_too, Role.COORDINATOR)
    release(read_too, 8)
    as_instructor = earlier_of(offering, coordinator, ends_on=date(2025, 5, 10))
    join(coordinator, as_instructor, Role.INSTRUCTOR)
    later = earlier_of(offering, **LATER_DAYS)
    join(coordinator, later, Role.COORDINATOR)
    newer_of_others = [
        earlier_of(offering, ends_on=date(2025, 6, day)) for day in range(1, 5)
    ]
    for each in (as_instructor, later, *newer_of_others):
        make_user(Role.COORDINATOR, each)
        release(each, 8)

    found = read(offering, coordinator)

    assert [each.code for each in found.compared] == [offering.code, read_too.code]
    useful = ("overall", "useful", "rating")
    assert [each.figures[useful].answered for each in found.compared] == [20, 8]


LATER_DAYS = {"starts_on": date(2027, 5, 6), "ends_on": date(2027, 5, 9)}


def test_an_instructor_compares_what_was_about_them_each_time(offering, teachers):
    ada, _ = teachers
    release(offering)
    earlier = earlier_of(offering, make_user(), ada)
    join(ada, earlier, Role.INSTRUCTOR)
    release(earlier, 9)

    found = read(offering, ada)

    relevance = ("segment", "relevance", "rating")
    counts = [each.figures[relevance].answered for each in found.compared]
    assert counts == [20, 9]  # one segment each, and none of the others'
    assert ("overall", "useful", "rating") not in found.compared[1].figures


def test_an_earlier_offering_of_another_course_is_not_compared(offering, coordinator):
    release(offering)
    other = make_offering(course=make_course(), **EARLIER_DAYS)
    join(coordinator, other, Role.COORDINATOR)
    release(other)

    assert read(offering, coordinator).compared == ()


def test_knowledge_before_stands_against_after(offering, coordinator):
    release_knowledge(offering, 10)

    found = read(offering, coordinator, Occasion.AFTER)

    shares = [(each.before.share, each.after.share) for each in found.gains]
    assert shares == [(0.5, 1.0), (0.0, 0.5)]
    assert found.overall_gain
    assert found.overall_gain.gain == pytest.approx(50)


def test_a_follow_up_shows_totals_and_no_text(offering, coordinator):
    question = {"key": "used", "kind": "long", "text": "What did you use?"}
    section = {"key": "later", "title": "Later", "repeat": "once"}
    form = {"sections": [section | {"questions": [question]}]}
    make_form(offering, form, kind=FormKind.FOLLOW_UP)
    texts = [{"later.used": "A secret."}] * 6
    make_released(offering, texts, occasion=Occasion.FOLLOW_UP)

    found = read(offering, coordinator, Occasion.FOLLOW_UP)

    (used,) = found.results.parts[0].questions
    assert (used.answered, used.texts) == (6, ())
    assert "A secret." not in result_tables.results_csv(found)


def test_few_answers_and_many_cost_the_same_statements(offering, coordinator):
    release(offering, 6)
    with counted() as few:
        read(offering, coordinator)
    make_released(offering, answers_of(offering, 200))
    with counted() as many:
        found = read(offering, coordinator)

    assert found.results.response_count == 206
    assert len(many) == len(few)


def test_earlier_offerings_cost_the_same_statements_for_one_and_four(
    offering, coordinator
):
    release(offering, 6)
    statements = []
    for day in range(10, 14):
        earlier = earlier_of(offering, ends_on=date(2025, 5, day))
        join(coordinator, earlier, Role.COORDINATOR)
        release(earlier, 6)
        with counted() as seen:
            read(offering, coordinator)
        statements.append(len(seen))

    assert len(set(statements)) == 1


# Files.


def test_the_files_say_what_the_page_says_and_no_more(offering, coordinator):
    release(offering, 20, absent=17)
    found = read(offering, coordinator)

    rows = list(csv.reader(io.StringIO(result_tables.results_csv(found))))

    useful = [
        row[3:] for row in rows if row[2] == "How useful is it for your daily work?"
    ]
    assert useful == [
        ["answered", "20"],
        ["asked", "20"],
        ["mean", "3.5"],
        ["favourable", "10"],
        ["favourable %", "50"],
        *[
            [f"answer {value}", str(count)]
            for value, count in enumerate((0, 5, 5, 5, 5), 1)
        ],
    ]
    assert [row for row in rows if row[1] == "2. Segment 2"] == [
        ["Segment by segment", "2. Segment 2", "", "answered", "too few"]
    ]


def test_the_workbook_reads_back_with_texts_that_are_no_formulas(offering, coordinator):
    release(offering, 10)
    row, *_ = db.session.scalars(sa.select(Response)).all()
    row.answers = row.answers | {"overall.helped_most": '=HYPERLINK("http://x")'}
    db.session.flush()
    found = read(offering, coordinator)

    book = CalamineWorkbook.from_filelike(io.BytesIO(result_tables.results_xlsx(found)))

    sheets = {
        name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names
    }
    assert list(sheets) == [
        "Figures",
        "Distributions",
        "Comments",
        "Earlier offerings",
        "Knowledge",
    ]
    (comment,) = [row[3] for row in sheets["Comments"] if str(row[3]).startswith("=")]
    assert comment == '=HYPERLINK("http://x")'
    figures = {row[2]: row[3:] for row in sheets["Figures"]}
    assert figures["How useful is it for your daily work?"][:2] == [10, 10]
    assert "'=HYPERLINK" in result_tables.results_csv(found)


def test_every_file_is_neutralised_alike():
    assert workbooks.csv_text([["=1+1", -3, "+x"]]) == "'=1+1,-3,'+x\r\n"


def test_taking_results_out_is_noted_without_an_answer(offering, coordinator):
    release(offering, 10)
    found = read(offering, coordinator)

    actor = audit.actor_of(coordinator)
    result_tables.note_export(found, offering, actor=actor, now=NINE_AM)

    entry = db.session.scalars(sa.select(AuditEntry)).one()
    assert (entry.action, entry.chain, entry.details) == (
        "results.export",
        offering.code,
        {"occasion": "evaluation", "is_whole": True, "count": 10},
    )
